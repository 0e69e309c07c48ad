/** An organisation with one real server on loopback, real desk engines on stores in memory, sources, and a clock moved by hand. */

import { randomBytes } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deskId } from '@postern/protocol/bytes/brand';
import { bytesToHex } from '@postern/protocol/bytes/encode';
import type { DeskState } from '@postern/protocol/desk/state';
import { encodeDeskState } from '@postern/protocol/desk/state-codec';
import { type DeviceRequest, decodeDeviceRequest } from '@postern/protocol/http/device-request';
import { decodeDeviceResponse, encodeDeviceResponse } from '@postern/protocol/http/device-response';
import { fingerprintOf } from '@postern/protocol/keys/fingerprint';
import type { Roster } from '@postern/protocol/keys/roster';
import { signRoster, type VerifiedRoster, verifyRoster } from '@postern/protocol/keys/roster-chain';
import { type DocumentHash, documentHash, keyHashOf } from '@postern/protocol/keys/signed';
import { nativeRecipient } from '@postern/protocol/primitives/hpke-native';
import { hybridKey } from '@postern/protocol/primitives/hybrid-signature';
import type { Random } from '@postern/protocol/primitives/random';
import { seededRandom } from '@postern/protocol/testing/seeded-random';
import { createDataFolder, openDataFolder } from '@postern/server/files/data-folder';
import { type RunningServer, startServer } from '@postern/server/main';
import type { Storage } from '@postern/server/ports/storage';
import { openSqlite } from '@postern/server/storage/sqlite';
import { DeskEngine } from '../desk-engine.ts';
import { createDeviceIdentity, type DeskIdentity, type DeviceIdentity } from '../identity.ts';
import { LogStore } from '../log-store.ts';
import { MemoryStore } from '../memory-store.ts';
import type { DeskPorts, EngineOptions, HttpAnswer } from '../ports.ts';

export const daySeconds = 86_400;
export const tickSeconds = 60;
export const random = (length: number): Uint8Array => new Uint8Array(randomBytes(length));

/** Durability is tested elsewhere; here the server's many commits would only wait for the disk. */
const quickFolder = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** What a device's network does to it. Each hook may answer itself, throw, or pass on. */
export interface Faults {
  isOffline: boolean;
  desk: ((request: DeviceRequest, pass: () => Promise<HttpAnswer>) => Promise<HttpAnswer>) | null;
  anonymous: ((pass: () => Promise<HttpAnswer>) => Promise<HttpAnswer>) | null;
  files: ((path: string, pass: () => Promise<HttpAnswer>) => Promise<HttpAnswer>) | null;
}

/** One line for each anonymous request or file, in order. */
export interface Seen {
  readonly at: number;
  readonly what: string;
  readonly circuit: string;
  readonly length: number;
}

export interface TestDevice {
  readonly identity: DeviceIdentity;
  /** Hex. */
  readonly id: string;
  store: MemoryStore;
  engine: DeskEngine;
  readonly faults: Faults;
  readonly seen: Seen[];
  /** As after a crash or restart: everything but the store is gone. */
  restart(): Promise<void>;
  /** Another engine on what the store holds now, beside the one that is at work. */
  second(): Promise<DeskEngine>;
}

export class DeskWorld {
  readonly folder: string;
  readonly fingerprint: Uint8Array;
  readonly desk: Uint8Array;
  readonly clock: { time: number; now(): number };
  readonly devices: TestDevice[] = [];
  readonly options: Partial<EngineOptions>;
  /** What is signed into each roster. */
  readonly members: DeviceIdentity[] = [];
  readonly addresses: string[] = [];
  roster: VerifiedRoster | null = null;
  server: RunningServer | null = null;
  /** The server's, to look at. */
  storage: Storage | null = null;
  readonly #root: Awaited<ReturnType<typeof hybridKey>>;
  /** Of devices. The same each time: times of posts, and which of two devices goes first, come from them. */
  #keys: Random = random;
  readonly #fields: Partial<Roster>;

  private constructor(
    folder: string,
    root: Awaited<ReturnType<typeof hybridKey>>,
    fingerprint: Uint8Array,
    fields: Partial<Roster>,
    options: Partial<EngineOptions>,
  ) {
    this.folder = folder;
    this.#root = root;
    this.fingerprint = fingerprint;
    this.#fields = fields;
    this.desk = new Uint8Array(8).fill(0xd5);
    // Midnight and a little, so that a day lies ahead.
    this.clock = {
      time: 20_800 * daySeconds + 600,
      now() {
        return this.time;
      },
    };
    this.options = { tickSeconds, envelopeSeconds: tickSeconds, turnSeconds: 2 * tickSeconds, ...options };
  }

  /** @param count of devices at the desk */
  static async create(
    count: number,
    fields: Partial<Roster> = {},
    options: Partial<EngineOptions> = {},
  ): Promise<DeskWorld> {
    const fixed = seededRandom('desk world');
    const root = await hybridKey(fixed(64));
    const fingerprint = await fingerprintOf(root.publicKey);
    const folder = join(mkdtempSync(join(quickFolder, 'postern-desk-')), 'data');
    await createDataFolder(folder, { fingerprint, host: '127.0.0.1', port: 0 }, random);
    const world = new DeskWorld(folder, root, fingerprint, fields, options);
    world.#keys = fixed;
    await world.start();
    for (let i = 0; i < count; i++) world.members.push(await createDeviceIdentity(fixed));
    await world.server?.addRoster((await world.signRoster()).signed);
    for (const identity of world.members) await world.open(identity);
    world.devices.sort((a, b) => (a.id < b.id ? -1 : 1));
    return world;
  }

  get day(): number {
    return Math.floor(this.clock.time / daySeconds);
  }

  get origin(): string {
    if (this.server === null) throw new Error('reach the server: it is stopped');
    return this.server.origin;
  }

  async start(folder = this.folder): Promise<void> {
    const quiet = { pages: null, timer: null, print: () => undefined };
    const openStorage = async (path: string): Promise<Storage> => {
      this.storage = await openSqlite(path);
      return this.storage;
    };
    this.server = await startServer({ folder, clock: this.clock, openStorage, ...quiet });
  }

  async stop(): Promise<void> {
    await this.server?.stop();
    this.server = null;
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(join(this.folder, '..'), { recursive: true, force: true });
  }

  /** A copy of the server's folder, from which `restore` goes on. */
  async backup(): Promise<string> {
    const copy = join(this.folder, '..', `copy-${bytesToHex(random(4))}`);
    await this.stop();
    cpSync(this.folder, copy, { recursive: true });
    await this.start();
    return copy;
  }

  async restore(copy: string): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true });
    cpSync(copy, this.folder, { recursive: true });
    await this.start();
  }

  /** The next roster, with whoever is a member now. */
  async signRoster(changes: Partial<Roster> = {}): Promise<VerifiedRoster> {
    const previous: DocumentHash = this.roster?.hash ?? documentHash(new Uint8Array(32));
    const serverKey = (await hybridKey((await openDataFolder(this.folder)).seed)).publicKey;
    const roster: Roster = {
      rootPublicKey: this.#root.publicKey,
      number: (this.roster?.number ?? 0) + 1,
      previous,
      firstDay: 20_800,
      lastDay: 20_800 + 90,
      names: [{ language: 'en', name: 'Example Review' }],
      servers: [{ keyHash: await keyHashOf(serverKey), addresses: this.addresses }],
      desks: [
        {
          id: deskId(this.desk),
          paused: false,
          names: [{ language: 'en', name: 'Desk', description: '' }],
          devices: this.members.map(({ device }) => device),
        },
      ],
      moments: [15, 30, 60],
      thenEvery: 60,
      envelopeEvery: 2,
      epochSeconds: 600,
      // Nothing to post, unless a test is about it: tokens are what takes most time.
      repliesADay: 0,
      indexStep: 6,
      campaigns: [],
      offlinePage: new Uint8Array(32),
      ...this.#fields,
      ...changes,
    };
    this.roster = await verifyRoster(await signRoster(roster, this.#root, random), this.fingerprint, roster.firstDay);
    return this.roster;
  }

  /** Gives the server a roster without these devices and with those. */
  async change(removed: readonly TestDevice[], added: readonly DeviceIdentity[] = []): Promise<void> {
    for (const { identity } of removed) this.members.splice(this.members.indexOf(identity), 1);
    this.members.push(...added);
    await this.server?.addRoster((await this.signRoster()).signed);
  }

  /** A new device comes to the desk. */
  async join(): Promise<TestDevice> {
    const added = await createDeviceIdentity(this.#keys);
    await this.change([], [added]);
    return this.open(added);
  }

  /** Opens an engine for a device that a roster lists. */
  async open(identity: DeviceIdentity): Promise<TestDevice> {
    const faults: Faults = { isOffline: false, desk: null, anonymous: null, files: null };
    const seen: Seen[] = [];
    const given: DeskIdentity = {
      fingerprint: this.fingerprint,
      deskId: this.desk,
      deviceSeed: identity.seed,
      roster: (this.roster as VerifiedRoster).signed,
    };
    const store = new MemoryStore();
    const open = (on: MemoryStore): Promise<DeskEngine> =>
      DeskEngine.open(this.#ports(on, faults, seen), given, this.options);
    const device: TestDevice = {
      identity,
      id: bytesToHex(identity.deviceId),
      store,
      engine: await open(store),
      faults,
      seen,
      restart: async () => {
        device.store = device.store.copy();
        device.engine = await open(device.store);
      },
      second: () => open(device.store.copy()),
    };
    this.devices.push(device);
    return device;
  }

  /** Lets time pass in ticks; everybody does what is due. */
  async rounds(count: number, devices: readonly TestDevice[] = this.devices): Promise<void> {
    for (let i = 0; i < count; i++) await this.advance(tickSeconds, devices);
  }

  async advance(seconds: number, devices: readonly TestDevice[] = this.devices): Promise<void> {
    this.clock.time += seconds;
    await this.server?.tick();
    for (const { engine } of devices) {
      // One thing after the other, so that time passes for nobody in the middle of it.
      if (engine.named.nextDue() <= this.clock.time) await engine.named.tick();
      for (;;) {
        await engine.settled();
        if (engine.anonymous.nextDue() > this.clock.time) break;
        await engine.anonymous.tick();
      }
    }
  }

  /** Lets time pass from one thing that is due to the next. */
  async run(seconds: number, devices: readonly TestDevice[] = this.devices): Promise<void> {
    const end = this.clock.time + seconds;
    while (this.clock.time < end) {
      const due = Math.min(...devices.map(({ engine }) => engine.nextDue()));
      await this.advance(Math.max(1, Math.min(due, end) - this.clock.time), devices);
    }
  }

  /** Puts cases into a device's store, as if it had read them in the log; it starts anew with them. */
  async give(device: TestDevice, { conversations, work }: DeskState): Promise<void> {
    const log = await LogStore.load(device.store, random);
    for (const [id, conversation] of conversations) log.state.conversations.set(id, conversation);
    for (const [id, record] of work.cases) log.state.work.cases.set(id, record);
    await device.store.transaction(await log.writes(conversations.keys(), true));
    await device.restart();
  }

  /** The desk's state as a device's store holds it. */
  async stateOf({ store }: TestDevice): Promise<string> {
    return bytesToHex(encodeDeskState((await LogStore.load(store, random)).state));
  }

  /** To some minutes behind the next midnight, in one step. */
  async nextDay(devices: readonly TestDevice[] = this.devices, days = 1): Promise<void> {
    await this.advance((this.day + days) * daySeconds + 600 - this.clock.time, devices);
  }

  #ports(store: MemoryStore, faults: Faults, seen: Seen[]): DeskPorts {
    const reach = async (
      pass: () => Promise<HttpAnswer>,
      hook: ((pass: () => Promise<HttpAnswer>) => Promise<HttpAnswer>) | null,
    ): Promise<HttpAnswer> => {
      if (faults.isOffline) throw new Error('the network is down');
      return hook === null ? pass() : hook(pass);
    };
    const note = (what: string, circuit: string, length: number): void => {
      seen.push({ at: this.clock.time, what, circuit, length });
    };
    return {
      now: () => this.clock.time,
      random,
      recipient: nativeRecipient,
      store,
      callDesk: ({ headers, body }) => {
        const hook = faults.desk;
        const pass = (): Promise<HttpAnswer> =>
          call(`${this.origin}/desk`, body, { ...headers, 'content-type': 'application/octet-stream' });
        return reach(pass, hook && ((go) => hook(decodeDeviceRequest(body), go)));
      },
      fetchPublic: (path, circuit) => {
        const hook = faults.files;
        note(path, circuit, 0);
        return reach(() => call(`${this.origin}${path}`), hook && ((go) => hook(path, go)));
      },
      postRequest: (bytes, circuit) => {
        note('/request', circuit, bytes.length);
        const type = { 'content-type': 'message/ohttp-req' };
        return reach(() => call(`${this.origin}/request`, bytes, type), faults.anonymous);
      },
    };
  }
}

/** From now on what a device asks about the log is answered from a copy that nobody else sees. */
export function showOwnHistory({ engine, faults }: TestDevice): void {
  const hidden: { number: number; entry: Uint8Array }[] = [];
  const from = engine.status().log.length;
  faults.desk = async (request, pass) => {
    if (request.kind === 'append') {
      hidden.push({ number: from + hidden.length, entry: request.entry });
      const length = from + hidden.length;
      return { status: 200, body: encodeDeviceResponse({ kind: 'append', outcome: 'appended', length }) };
    }
    const answer = await pass();
    if (request.kind !== 'log' || answer.status !== 200) return answer;
    const read = decodeDeviceResponse('log', answer.body);
    if (read.kind === 'error') return answer;
    const entries = [...read.entries.filter(({ number }) => number < from), ...hidden];
    const asked = entries.filter(({ number }) => number >= request.from).slice(0, 2);
    return { status: 200, body: encodeDeviceResponse({ kind: 'log', length: from + hidden.length, entries: asked }) };
  };
}

async function call(url: string, body?: Uint8Array, headers: Record<string, string> = {}): Promise<HttpAnswer> {
  const init = body === undefined ? {} : { method: 'POST', headers, body: body as Uint8Array<ArrayBuffer> };
  const response = await fetch(url, init);
  return { status: response.status, body: new Uint8Array(await response.arrayBuffer()) };
}
