// An organisation as a demo would make it, with a real server on loopback: root key, desks of one device, a fast schedule.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { createDeviceIdentity } from '@postern/desk/engine/identity';
import { type DeskId, type DeviceId, deskId, type Fingerprint } from '@postern/protocol/bytes/brand';
import { fingerprintOf } from '@postern/protocol/keys/fingerprint';
import type { Roster, RosterDevice } from '@postern/protocol/keys/roster';
import { signRoster, type VerifiedRoster, verifyRoster } from '@postern/protocol/keys/roster-chain';
import { documentHash, keyHashOf } from '@postern/protocol/keys/signed';
import { readIndex } from '@postern/protocol/messages/reply-index';
import { type Ed25519Key, ed25519Key, ed25519SeedBytes } from '@postern/protocol/primitives/ed25519';
import { type HybridKey, hybridKey } from '@postern/protocol/primitives/hybrid-signature';
import { dayOf, epochOf } from '@postern/protocol/time';
import { createDataFolder, openDataFolder } from '@postern/server/files/data-folder';
import type { Limits } from '@postern/server/http/limits';
import { startServer } from '@postern/server/main';
import type { VisitLimits } from '@postern/server/plain/visits';
import { openPostgres } from '@postern/server/storage/postgres';

export const random = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length));
export const now = (): number => Math.floor(Date.now() / 1000);

/** A desk and its one device. */
export interface OfficeDesk {
  readonly id: DeskId;
  /** The device's hybrid seed, 64 bytes. */
  readonly seed: Uint8Array;
  readonly deviceId: DeviceId;
  readonly device: RosterDevice;
  readonly hybrid: HybridKey;
  readonly signing: Ed25519Key;
}

export interface Office {
  readonly fingerprint: Uint8Array;
  readonly desks: readonly OfficeDesk[];
  readonly roster: VerifiedRoster;
  /** The server's data folder. */
  readonly folder: string;
  readonly serve: (options?: ServeOptions) => Promise<ServerProcess>;
  /** Deletes everything that it wrote. */
  readonly remove: () => void;
}

/** What `serve.ts` is told; it must survive being written as JSON. */
export interface ServeOptions {
  /** Takes any number of envelopes without a puzzle, for measurements. */
  readonly withoutPuzzle?: boolean;
  readonly withoutPages?: boolean;
  /** By default a free one. */
  readonly port?: number;
  readonly limits?: Partial<Limits>;
  /** PostgreSQL in place of SQLite in the folder. */
  readonly databaseUrl?: string;
  /** The mode without scripts, with these limits. */
  readonly plain?: Partial<VisitLimits>;
  /** Is turned round and then held in the process's memory as a string and as bytes, for a search to find. */
  readonly planted?: string;
}

export interface ServerProcess {
  readonly origin: string;
  readonly port: number;
  readonly pid: number;
  /** From the start of the process to the first answer to `GET /healthy`. */
  readonly startMs: number;
  /** Everything that it wrote to standard output and error. */
  readonly log: () => string;
  /** Resolves when the process is gone, for whatever reason. */
  readonly ended: Promise<unknown>;
  readonly stop: () => Promise<void>;
}

const publishSecondsMax = 60;

/**
 * A reply can be found from the next epoch on, as soon as its index is there.
 * @param origin of the server, or of a mirror of it @throws Error when it is not there a minute after the epoch began
 */
export async function nextEpoch(epochSeconds: number, origin: string): Promise<void> {
  const wanted = epochOf(now(), epochSeconds) + 1;
  const begins = wanted * epochSeconds * 1000;
  await wait(Math.max(0, begins - Date.now()));
  for (let shown = 0; shown < wanted; await wait(100)) {
    if (Date.now() > begins + publishSecondsMax * 1000)
      throw new Error(`wait for an index: that of epoch ${shown} is there, wanted ${wanted}`);
    const index = await fetch(`${origin}/index/0`);
    const bytes = new Uint8Array(await index.arrayBuffer());
    shown = index.status === 200 ? (await readIndex(bytes)).epoch : 0;
  }
}

/** Processes of visits without scripts that live now, as the system lists them. */
export function visitPids({ pid }: Pick<ServerProcess, 'pid'>): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return children === '' ? [] : children.split(' ').map(Number);
}

export const schedule = { moments: [2, 4, 6], thenEvery: 3, envelopeEvery: 1, epochSeconds: 10 };
const script = join(import.meta.dirname, 'serve.ts');

/**
 * @param fields of the roster, in place of the fast schedule and the small index; or what makes them of the desks
 * @param addresses of the server; or what makes them of its data folder
 */
export async function makeOffice(
  deskCount = 2,
  fields:
    | Partial<Roster>
    | ((desks: readonly OfficeDesk[], fingerprint: Fingerprint) => Partial<Roster> | Promise<Partial<Roster>>) = {},
  addresses: readonly string[] | ((folder: string) => Promise<readonly string[]>) = [],
): Promise<Office> {
  const root = await hybridKey(random(64));
  const fingerprint = await fingerprintOf(root.publicKey);
  const desks = await Promise.all(Array.from({ length: deskCount }, makeDesk));
  desks.sort((a, b) => Buffer.compare(a.id, b.id));
  const parent = mkdtempSync(join(tmpdir(), 'postern-office-'));
  const folder = join(parent, 'data');
  await createDataFolder(folder, { fingerprint, host: '127.0.0.1', port: 0 }, random);
  const serverKey = await hybridKey((await openDataFolder(folder)).seed);
  const today = dayOf(now());
  const roster: Roster = {
    rootPublicKey: root.publicKey,
    number: 1,
    previous: documentHash(new Uint8Array(32)),
    firstDay: today - 1,
    lastDay: today + 28,
    names: [
      { language: 'en', name: 'The Integrity Office' },
      { language: 'zh-Hans', name: '廉正办公室' },
    ],
    servers: [
      {
        keyHash: await keyHashOf(serverKey.publicKey),
        addresses: typeof addresses === 'function' ? await addresses(folder) : addresses,
      },
    ],
    desks: desks.map(({ id, device }, at) => ({ id, paused: false, names: deskNames(at), devices: [device] })),
    ...schedule,
    repliesADay: repliesADayFor(now()),
    indexStep: 6,
    campaigns: [],
    offlinePage: new Uint8Array(32),
    ...(typeof fields === 'function' ? await fields(desks, fingerprint) : fields),
  };
  const verified = await verifyRoster(await signRoster(roster, root, random), fingerprint, today);
  await giveRoster(folder, verified.signed);
  return {
    fingerprint,
    desks,
    roster: verified,
    folder,
    serve: async (options = {}) => {
      if (options.databaseUrl !== undefined) await giveRoster(folder, verified.signed, options.databaseUrl);
      return startServerProcess(folder, options);
    },
    remove: () => rmSync(parent, { recursive: true, force: true }),
  };
}

/** Before the server is started for good, since one that knows no roster yet looks at the time only once a minute. */
async function giveRoster(folder: string, signed: Uint8Array, databaseUrl?: string): Promise<void> {
  const storage = databaseUrl === undefined ? {} : { openStorage: () => openPostgres({ url: databaseUrl }) };
  const server = await startServer({ ...storage, folder, pages: null, timer: null, port: 0, print: () => undefined });
  await server.addRoster(signed);
  await server.stop();
}

/** One in five seconds. */
const repliesADayMost = 17_280;
/** A test may go on for so long after its office was made. */
const testSecondsMax = 1_200;

/**
 * A device posts at most once a tick, and only as many as the hour of the day has brought: enough that a desk which
 * starts now has two dozen to catch up with, and need not wait for the next. Around midnight, when that number begins
 * anew, so many that one comes soon.
 */
function repliesADayFor(unix: number): number {
  const elapsed = Math.max(1, unix % 86_400);
  if (elapsed > 86_400 - testSecondsMax) return repliesADayMost;
  return Math.min(repliesADayMost, Math.max(24, Math.ceil((24 * 86_400) / elapsed)));
}

async function makeDesk(): Promise<OfficeDesk> {
  const { seed: secret, deviceId, device } = await createDeviceIdentity(random);
  const seed = secret.reveal();
  const signing = await ed25519Key(seed.slice(0, ed25519SeedBytes));
  return { id: deskId(random(8)), seed, deviceId, device, hybrid: await hybridKey(seed), signing };
}

function deskNames(at: number): Roster['desks'][number]['names'] {
  const number = at + 1;
  return [
    { language: 'en', name: `Desk ${number}`, description: 'Reads what you write.' },
    { language: 'zh-Hans', name: `第${number}组`, description: '阅读来信。' },
  ];
}

/** What the launcher of the command line gives to a server (cli/bin/postern). */
const asLaunched = {
  env: { MALLOC_ARENA_MAX: '1', MALLOC_TRIM_THRESHOLD_: '131072', MALLOC_MMAP_THRESHOLD_: '131072' },
  flags: ['--no-warnings', '--max-semi-space-size=2'],
};

async function startServerProcess(folder: string, options: ServeOptions): Promise<ServerProcess> {
  const started = performance.now();
  const child = fork(script, [folder, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // What a test runner adds to the environment is no part of a server.
    env: { PATH: process.env.PATH ?? '', ...asLaunched.env, DATABASE_URL: options.databaseUrl ?? '' },
    execArgv: asLaunched.flags,
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      log += text;
    });
  }
  const end = (): void => void child.kill('SIGKILL');
  process.once('exit', end);
  const isCompressed = new Promise<void>((resolve) => {
    child.on('message', (word) => (word === 'compressed' ? resolve() : undefined));
  });
  // With all that it has written, which may come after its end.
  const ended = once(child, 'close');
  const port = await portOf(child, () => log);
  const origin = `http://127.0.0.1:${port}`;
  await fetch(`${origin}/healthy`);
  const startMs = performance.now() - started;
  // Until then files go out uncompressed, and in other sizes than later.
  await isCompressed;
  const stop = async (): Promise<void> => {
    process.off('exit', end);
    child.kill('SIGTERM');
    await ended;
  };
  return { origin, port, pid: child.pid ?? 0, startMs, log: () => log, ended, stop };
}

async function portOf(child: ChildProcess, log: () => string): Promise<number> {
  return new Promise((resolve, reject) => {
    child.on('message', (port) => (typeof port === 'number' ? resolve(port) : undefined));
    child.once('exit', (code) => reject(new Error(`start a server: it ended with ${code}:\n${log()}`)));
  });
}
