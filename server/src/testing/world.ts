/** A real server on loopback with real SQLite, a clock that is moved by hand, and anonymous visitors. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type AnonymousAnswer,
  type AnonymousContent,
  openResponse,
  sealRequest,
} from '@postern/protocol/http/anonymous-request';
import { decodeKeyConfig } from '@postern/protocol/http/ohttp';
import { encodeReplyPayload } from '@postern/protocol/http/reply-payload';
import { requestToken, type TokenPurpose } from '@postern/protocol/http/token';
import type { VerifiedRoster } from '@postern/protocol/keys/roster-chain';
import { type CurrentDocuments, verifyDocuments } from '@postern/protocol/messages/current-documents';
import { claimOf } from '@postern/protocol/messages/reply-index';
import { finalizeToken, importIssuerPublicKey } from '@postern/protocol/primitives/blind-rsa';
import { sha256 } from '@postern/protocol/primitives/hash';
import { hybridKey } from '@postern/protocol/primitives/hybrid-signature';
import { createDataFolder, openDataFolder } from '../files/data-folder.ts';
import { type RunningServer, startServer } from '../main.ts';
import type { ServerOptions } from '../options.ts';
import type { Storage } from '../ports/storage.ts';
import { openSqlite } from '../storage/sqlite.ts';
import { ask, makeOrganisation, random, type TestDevice, type TestOrganisation } from './organisation.ts';

export const daySeconds = 86_400;
/** Noon of the day 20,800. */
export const noon = 20_800 * daySeconds + 43_200;

export interface World {
  readonly organisation: TestOrganisation;
  readonly folder: string;
  readonly clock: { time: number; now(): number };
  /** What the running server printed so far. */
  readonly printed: string[];
  server: RunningServer;
  roster: VerifiedRoster;
  readonly serverKey: Uint8Array;
  /** What was asked of the storage since the last look, by method; a list counts as what is in it. */
  readonly storageCalls: () => Record<string, number>;
  /** The server's storage, to look at beside it. */
  readonly storage: () => Storage;
  readonly restart: (options?: Partial<ServerOptions>) => Promise<void>;
  /** One day key for each desk. */
  readonly publishDayKeys: (day: number) => Promise<void>;
  readonly remove: () => Promise<void>;
}

export interface WorldOptions extends Partial<ServerOptions> {
  readonly desks?: number;
  readonly withDayKeys?: boolean;
}

export async function makeWorld({ desks = 2, withDayKeys = true, ...options }: WorldOptions = {}): Promise<World> {
  const organisation = await makeOrganisation(desks, Math.floor(noon / daySeconds) - 2);
  const folder = join(mkdtempSync(join(tmpdir(), 'postern-server-')), 'data');
  const settings = { fingerprint: organisation.fingerprint, host: '127.0.0.1', port: 0 };
  await createDataFolder(folder, settings, random);
  const { publicKey: serverKey } = await hybridKey((await openDataFolder(folder)).seed);
  const clock = {
    time: noon,
    now() {
      return this.time;
    },
  };
  const printed: string[] = [];
  let calls: Record<string, number> = {};
  let storage: Storage | null = null;
  const start = (more: Partial<ServerOptions> = {}): Promise<RunningServer> =>
    startServer({
      folder,
      pages: null,
      clock,
      timer: null,
      print: (line) => void printed.push(line),
      openStorage: async (path) => {
        storage = await openSqlite(path);
        return counting(storage, (name, size) => {
          calls[name] = (calls[name] ?? 0) + size;
        });
      },
      ...options,
      ...more,
    });
  const roster = await organisation.sign(serverKey);
  const world: World = {
    organisation,
    folder,
    clock,
    printed,
    serverKey,
    roster,
    server: await start(),
    storageCalls: () => {
      const seen = calls;
      calls = {};
      return seen;
    },
    storage: () => {
      if (storage === null) throw new Error('look at the storage: it is not open');
      return storage;
    },
    restart: async (more) => {
      await world.server.stop();
      world.server = await start(more);
    },
    publishDayKeys: async (day) => {
      for (const desk of organisation.desks) {
        const device = deviceOf(organisation, desk);
        const dayKey = await organisation.dayKey(device, world.roster, day);
        await ask(world.server.origin, device, { kind: 'publish-day-key', dayKey }, clock.now());
      }
    },
    remove: async () => {
      await world.server.stop();
      rmSync(join(folder, '..'), { recursive: true, force: true });
    },
  };
  await world.server.addRoster(roster.signed);
  if (withDayKeys) await world.publishDayKeys(Math.floor(clock.now() / daySeconds));
  return world;
}

export function deviceOf({ devices }: TestOrganisation, desk: Uint8Array, at = 0): TestDevice {
  const found = devices.filter((device) => device.desk === desk)[at];
  if (found === undefined) throw new Error('take a device: the desk has none');
  return found;
}

/** Every method of the port, counted by name. */
function counting(storage: Storage, count: (name: string, size: number) => void): Storage {
  return new Proxy(storage, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      return (...given: unknown[]): unknown => {
        count(String(name), Array.isArray(given[0]) ? given[0].length : 1);
        return value.apply(target, given);
      };
    },
  });
}

export async function getBytes(origin: string, path: string): Promise<Uint8Array> {
  const response = await fetch(origin + path);
  if (response.status !== 200) throw new Error(`get ${path}: ${response.status} ${await response.text()}`);
  return new Uint8Array(await response.arrayBuffer());
}

/** What a client has verified before it sends. */
export async function load(world: World, lane = 0): Promise<CurrentDocuments> {
  const now = world.clock.now();
  const { origin } = world.server;
  const [bundle, index] = [await getBytes(origin, '/bundle'), await getBytes(origin, `/index/${lane}`)];
  return verifyDocuments({ bundle, index }, world.roster, lane, now);
}

/** Everything that a client sends when it has nothing to say. */
export function filler(fingerprint: Uint8Array, changes: Partial<AnonymousContent> = {}): AnonymousContent {
  return {
    fingerprint,
    kind: 'filler',
    payload: random(4096),
    claims: Array.from({ length: 4 }, () => random(16)),
    acknowledgements: Array.from({ length: 4 }, () => random(32)),
    token: random(354),
    puzzleNonce: random(8),
    ...changes,
  };
}

export async function seal(world: World, content: AnonymousContent) {
  const keyConfig = decodeKeyConfig((await load(world)).bundle.keyConfig);
  return sealRequest(keyConfig, content, random);
}

export async function postRequest(
  origin: string,
  body: Uint8Array,
): Promise<{ readonly status: number; readonly bytes: Uint8Array; readonly headers: Headers }> {
  const response = await fetch(`${origin}/request`, {
    method: 'POST',
    headers: { 'content-type': 'message/ohttp-req' },
    body: body as Uint8Array<ArrayBuffer>,
  });
  return { status: response.status, bytes: new Uint8Array(await response.arrayBuffer()), headers: response.headers };
}

/** One whole anonymous request. */
export async function request(world: World, changes: Partial<AnonymousContent> = {}): Promise<AnonymousAnswer> {
  const sealed = await seal(world, filler(world.organisation.fingerprint, changes));
  const { status, bytes } = await postRequest(world.server.origin, sealed.bytes);
  if (status !== 200) throw new Error(`post a request: ${status} ${Buffer.from(bytes).toString()}`);
  return openResponse(sealed.context, bytes);
}

/** A token that the server has issued to a device. */
export async function takeToken(world: World, purpose: TokenPurpose, device: TestDevice): Promise<Uint8Array | string> {
  const now = world.clock.now();
  const issuers = await ask(world.server.origin, device, { kind: 'issuer-keys' }, now);
  if (issuers.kind === 'error') return issuers.code;
  const newest = issuers.keys.filter((key) => key.purpose === purpose).sort((a, b) => b.period - a.period)[0];
  if (newest === undefined) throw new Error('take a token: there is no issuer key');
  const issuer = await importIssuerPublicKey(newest.publicKey);
  const { period } = newest;
  const blinded = await requestToken(issuer, { fingerprint: world.organisation.fingerprint, purpose, period }, random);
  const asked = { kind: 'tokens', purpose, period, blinded: [blinded.blinded] } as const;
  const answer = await ask(world.server.origin, device, asked, now);
  if (answer.kind === 'error') return answer.code;
  const token = await finalizeToken(issuer, blinded, answer.signatures[0] ?? new Uint8Array(0));
  if (token === null) throw new Error('take a token: the signature is not good');
  return token;
}

export interface TestReply {
  readonly tagKey: Uint8Array;
  readonly ackKey: Uint8Array;
  readonly body: Uint8Array;
}

export function makeReply(): TestReply {
  return { tagKey: random(32), ackKey: random(32), body: random(2048) };
}

export async function replyPayload(reply: TestReply, laneDepth = 0, lanePrefix = 0): Promise<Uint8Array> {
  const ackId = await sha256(reply.ackKey);
  return encodeReplyPayload({ tagKey: reply.tagKey, ackId, laneDepth, lanePrefix, body: reply.body });
}

export async function claimsFor(world: World, replies: readonly TestReply[], back = 0): Promise<Uint8Array[]> {
  const epoch = Math.floor(world.clock.now() / world.roster.epochSeconds) - back;
  const real = await Promise.all(replies.map(({ tagKey }) => claimOf(tagKey, epoch)));
  return [...real, ...Array.from({ length: 4 - real.length }, () => random(16))];
}

/** To the beginning of the next epoch, with all that is due done. */
export async function nextEpoch(world: World, epochs = 1): Promise<void> {
  const { epochSeconds } = world.roster;
  world.clock.time = (Math.floor(world.clock.time / epochSeconds) + epochs) * epochSeconds;
  await world.server.tick();
}
