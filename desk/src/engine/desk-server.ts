/** What a device asks of the server: signed, sent, and read strictly (spec/http.md, section 3). */

import { WireError } from '@postern/protocol/bytes/wire-error';
import type { DeviceKind } from '@postern/protocol/http/device-kinds';
import { type DeviceRequest, encodeDeviceRequest } from '@postern/protocol/http/device-request';
import { type DeviceAnswer, decodeDeviceResponse } from '@postern/protocol/http/device-response';
import { signDeviceRequest } from '@postern/protocol/http/device-signature';
import type { DeviceKeys } from './identity.ts';
import type { DeskPorts, HttpAnswer } from './ports.ts';

/** No answer, or none that can be read: the server is away, overloaded or not ours. Everything is tried again. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
}

/** The server understood and did nothing. `signature`, `clock`, or a code of the server's. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly code: string;

  constructor(kind: string, code: string) {
    super(`ask the server for ${kind}: ${code}`);
    this.code = code;
  }
}

export class DeskServer {
  readonly #ports: DeskPorts;
  readonly #keys: DeviceKeys;
  #reached = false;

  constructor(ports: DeskPorts, keys: DeviceKeys) {
    this.#ports = ports;
    this.#keys = keys;
  }

  /** Whether an answer came since this was last asked. */
  takeReached(): boolean {
    const reached = this.#reached;
    this.#reached = false;
    return reached;
  }

  /** @throws Unreachable, Refused */
  async ask<Kind extends DeviceKind>(
    request: Extract<DeviceRequest, { kind: Kind }>,
  ): Promise<Extract<DeviceAnswer, { kind: Kind }>> {
    const body = encodeDeviceRequest(request);
    let answer = await this.#send(body);
    // A nonce or time that was not accepted is signed anew once, for the next second: the one in which the server started
    // counts as before its start (DEV-1). A clock that is wrong stays wrong.
    if (answer.status === 409) answer = await this.#send(body, 1);
    this.#reached = true;
    if (answer.status === 401) throw new Refused(request.kind, 'signature');
    if (answer.status === 409) throw new Refused(request.kind, 'clock');
    if (answer.status !== 200) throw new Unreachable(`ask the server for ${request.kind}: status ${answer.status}`);
    const read = readAnswer(request.kind, answer.body);
    if (read.kind === 'error') throw new Refused(request.kind, read.code);
    return read as Extract<DeviceAnswer, { kind: Kind }>;
  }

  /** @param ahead seconds */
  async #send(body: Uint8Array, ahead = 0): Promise<HttpAnswer> {
    const request = { method: 'POST', path: '/desk', body };
    const { device, signing } = this.#keys;
    const created = Math.floor(this.#ports.now()) + ahead;
    const headers = await signDeviceRequest({ deviceId: device, key: signing }, request, created, this.#ports.random);
    return reach('/desk', () => this.#ports.callDesk({ headers: { ...headers }, body }));
  }
}

/** The body of a public file; null if the server has none. @throws Unreachable */
export async function fetchFile(ports: DeskPorts, path: string, circuit: string): Promise<Uint8Array | null> {
  const { status, body } = await reach(path, () => ports.fetchPublic(path, circuit));
  if (status === 404) return null;
  if (status !== 200) throw new Unreachable(`fetch ${path}: status ${status}`);
  return body;
}

/** Turns whatever the network throws into one error. */
export async function reach(what: string, call: () => Promise<HttpAnswer>): Promise<HttpAnswer> {
  try {
    return await call();
  } catch {
    throw new Unreachable(`reach ${what}: no answer came`);
  }
}

function readAnswer<Kind extends DeviceKind>(kind: Kind, body: Uint8Array): ReturnType<typeof decodeDeviceResponse> {
  try {
    return decodeDeviceResponse(kind, body);
  } catch (error) {
    if (error instanceof WireError) throw new Unreachable(`ask the server for ${kind}: the answer cannot be read`);
    throw error;
  }
}
