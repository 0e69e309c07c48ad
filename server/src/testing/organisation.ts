/** An organisation for tests: root key, desks with devices, rosters and day keys, and its server's folder. */

import { randomBytes } from 'node:crypto';
import { deskId } from '@postern/protocol/bytes/brand';
import { type DeviceRequest, encodeDeviceRequest } from '@postern/protocol/http/device-request';
import { type DeviceAnswer, type DeviceRefusal, decodeDeviceResponse } from '@postern/protocol/http/device-response';
import { signDeviceRequest } from '@postern/protocol/http/device-signature';
import { signDayKey } from '@postern/protocol/keys/day-key';
import { fingerprintOf } from '@postern/protocol/keys/fingerprint';
import { deviceIdOf, type Roster, type RosterDevice, rosterDevice } from '@postern/protocol/keys/roster';
import { signRoster, type VerifiedRoster, verifyRoster } from '@postern/protocol/keys/roster-chain';
import { type DocumentHash, documentHash, keyHashOf } from '@postern/protocol/keys/signed';
import { signTransportKey } from '@postern/protocol/keys/transport-key';
import { type Ed25519Key, ed25519Key } from '@postern/protocol/primitives/ed25519';
import { hpkeKeyPair } from '@postern/protocol/primitives/hpke';
import { type HybridKey, hybridKey } from '@postern/protocol/primitives/hybrid-signature';

export const random = (length: number): Uint8Array => new Uint8Array(randomBytes(length));

export interface TestDevice {
  readonly desk: Uint8Array;
  readonly id: Uint8Array;
  readonly key: HybridKey;
  readonly classical: Ed25519Key;
  readonly entry: RosterDevice;
}

export interface TestOrganisation {
  readonly fingerprint: Uint8Array;
  readonly desks: readonly Uint8Array[];
  /** Two for each desk. */
  readonly devices: readonly TestDevice[];
  /** The next roster of the chain, signed. */
  readonly sign: (serverKey: Uint8Array, changes?: Partial<Roster>) => Promise<VerifiedRoster>;
  readonly dayKey: (device: TestDevice, roster: VerifiedRoster, day: number) => Promise<Uint8Array>;
  readonly transportKey: (device: TestDevice, roster: VerifiedRoster, day: number) => Promise<Uint8Array>;
}

export async function makeOrganisation(desks: number, firstDay: number): Promise<TestOrganisation> {
  const root = await hybridKey(random(64));
  const fingerprint = await fingerprintOf(root.publicKey);
  const ids = Array.from({ length: desks }, () => random(8)).sort(Buffer.compare);
  const devices = await Promise.all(ids.flatMap((desk) => [makeDevice(desk), makeDevice(desk)]));
  let number = 0;
  let previous: DocumentHash = documentHash(new Uint8Array(32));
  return {
    fingerprint,
    desks: ids,
    devices,
    sign: async (serverKey, changes = {}) => {
      number += 1;
      const roster: Roster = {
        rootPublicKey: root.publicKey,
        number,
        previous,
        firstDay,
        lastDay: firstDay + 60,
        names: [
          { language: 'en', name: 'Office & Sons' },
          { language: 'zh-Hans', name: '办公室' },
        ],
        servers: [{ keyHash: await keyHashOf(serverKey), addresses: [] }],
        desks: ids.map((id) => ({
          id: deskId(id),
          paused: false,
          names: [{ language: 'en', name: 'Desk', description: '' }],
          devices: devices.filter(({ desk }) => desk === id).map(({ entry }) => entry),
        })),
        moments: [15, 30, 60],
        thenEvery: 60,
        envelopeEvery: 2,
        epochSeconds: 600,
        repliesADay: 8,
        indexStep: 6,
        campaigns: [],
        offlinePage: new Uint8Array(32),
        ...changes,
      };
      const signed = await verifyRoster(await signRoster(roster, root, random), fingerprint, roster.firstDay);
      previous = signed.hash;
      return signed;
    },
    dayKey: async (device, roster, day) => {
      const { publicKey } = await hpkeKeyPair(random(32));
      const fields = { fingerprint, rosterHash: roster.hash, desk: deskId(device.desk), day, publicKey };
      return signDayKey(fields, device.key, random);
    },
    transportKey: async (device, roster, day) => {
      const { publicKey } = await hpkeKeyPair(random(32));
      const fields = { fingerprint, rosterHash: roster.hash, desk: deskId(device.desk), day, publicKey };
      return signTransportKey({ ...fields, logLength: 0, head: new Uint8Array(32) }, device.key, random);
    },
  };
}

export async function makeDevice(desk: Uint8Array): Promise<TestDevice> {
  const seed = random(64);
  const key = await hybridKey(seed);
  const entry = await rosterDevice(key.publicKey);
  return { desk, id: deviceIdOf(entry.keyHash), key, classical: await ed25519Key(seed.slice(0, 32)), entry };
}

/** Sends one device request and reads the answer; the status stands for a problem. */
export async function ask<Kind extends DeviceRequest['kind']>(
  origin: string,
  device: TestDevice,
  request: Extract<DeviceRequest, { kind: Kind }>,
  now: number,
): Promise<Extract<DeviceAnswer, { kind: Kind }> | DeviceRefusal> {
  const { status, bytes } = await post(origin, device, encodeDeviceRequest(request), now);
  if (status !== 200) throw new Error(`device request ${request.kind}: ${status} ${Buffer.from(bytes).toString()}`);
  return decodeDeviceResponse(request.kind as Kind, bytes) as Extract<DeviceAnswer, { kind: Kind }> | DeviceRefusal;
}

export async function post(
  origin: string,
  device: TestDevice,
  body: Uint8Array,
  now: number,
): Promise<{ readonly status: number; readonly bytes: Uint8Array }> {
  const signer = { deviceId: device.id, key: device.classical };
  const headers = await signDeviceRequest(signer, { method: 'POST', path: '/desk', body }, Math.floor(now), random);
  return send(origin, { ...headers }, body);
}

export async function send(
  origin: string,
  headers: Record<string, string>,
  body: Uint8Array,
): Promise<{ readonly status: number; readonly bytes: Uint8Array }> {
  const response = await fetch(`${origin}/desk`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/octet-stream' },
    body: body as Uint8Array<ArrayBuffer>,
  });
  return { status: response.status, bytes: new Uint8Array(await response.arrayBuffer()) };
}
