// A mirror of an office with an onion address of its own, on the same private Tor network.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bytesToHex } from '@postern/protocol/bytes/encode';
import { ensureOnionKey } from '@postern/server/onion/onion-key';
import { type RunningOnion, startOnion } from '@postern/server/onion/start-onion';
import { machineTimer } from '@postern/server/options';
import { killMirror, type Mirror, startMirror } from '../e2e/mirror-process.ts';
import { type Office, random } from '../e2e/office.ts';
import type { TorNetwork } from './network.ts';
import { untilPublished } from './onion-office.ts';

/** An address that is known, and listed, before anything answers there. */
export class OnionMirror implements AsyncDisposable {
  /** `http://….onion` */
  readonly origin: string;
  readonly #folder: string;
  #onion: RunningOnion | undefined;
  #mirror: Mirror | undefined;

  private constructor(origin: string, folder: string) {
    this.origin = origin;
    this.#folder = folder;
  }

  static async make(): Promise<OnionMirror> {
    const folder = mkdtempSync(join(tmpdir(), 'postern-onion-mirror-'));
    return new OnionMirror(`http://${await ensureOnionKey(folder, 'public', random)}`, folder);
  }

  /** Until the network has the address. @param upstream of the office's server, which has its documents */
  async start(network: TorNetwork, office: Office, upstream: string): Promise<void> {
    this.#mirror = await startMirror(upstream, bytesToHex(office.fingerprint));
    const tor = { lines: network.lines };
    const target = { port: Number(new URL(this.#mirror.origin).port) };
    const times = { timer: machineTimer, lookSeconds: 1, stuckSeconds: 20 };
    this.#onion = await startOnion({ dataFolder: this.#folder, target, tor, random, ...times });
    await untilPublished(this.#onion);
  }

  /** The address is gone, as when it is blocked for good. */
  async kill(): Promise<void> {
    const pid = this.#onion?.torPid() ?? null;
    if (pid !== null) process.kill(pid, 'SIGKILL');
    await this.#onion?.stop();
    if (this.#mirror?.child.exitCode === null) await killMirror(this.#mirror);
    this.#mirror = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
