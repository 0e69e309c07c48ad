/** A whole organisation with its private keys, for tests, vectors and simulations only. */

import { type DeskId, deskId, type Fingerprint } from '../bytes/brand.ts';
import { compare } from '../bytes/equal.ts';
import { sortByKey } from '../bytes/sorted.ts';
import { DESK_ID_BYTES, HASH_BYTES, HYBRID_SEED_BYTES, XWING_SEED_BYTES } from '../constants.ts';
import { encodeBundle } from '../keys/bundle.ts';
import { signDayKey } from '../keys/day-key.ts';
import { fingerprintOf } from '../keys/fingerprint.ts';
import { type Roster, rosterDevice } from '../keys/roster.ts';
import { signRoster, type VerifiedRoster, verifyRoster } from '../keys/roster-chain.ts';
import { documentHash, keyHashOf } from '../keys/signed.ts';
import { type HpkeKeyPair, hpkeKeyPair } from '../primitives/hpke.ts';
import { type HybridKey, hybridKey } from '../primitives/hybrid-signature.ts';
import type { Random } from '../primitives/random.ts';
import type { Day } from '../time.ts';
import { seededRandom } from './seeded-random.ts';

/** Devices in the order in which they were made, which is not the roster's. */
export type TestDesk = { readonly id: DeskId; readonly devices: readonly HybridKey[] };

export type TestOrganisation = {
  readonly random: Random;
  readonly rootKey: HybridKey;
  readonly serverKey: HybridKey;
  /** In order of id, as in the roster. */
  readonly desks: readonly TestDesk[];
  readonly fingerprint: Fingerprint;
  /** Number 1; tests change fields and sign again. */
  readonly roster: Roster;
  readonly signedRoster: Uint8Array;
  readonly verifiedRoster: VerifiedRoster;
  /** The first of the roster's 30 days. */
  readonly day: Day;
};

export type TestBundle = {
  readonly bytes: Uint8Array;
  /** One for each desk that is not paused, in the order of the desks. */
  readonly dayKeys: readonly { readonly desk: DeskId; readonly pair: HpkeKeyPair; readonly signed: Uint8Array }[];
};

/** @param shape how many desks (2) and devices of each (2), and the first day (20,780) */
export async function testOrganisation(
  seed: string,
  shape: { readonly desks?: number; readonly devices?: number; readonly day?: Day } = {},
): Promise<TestOrganisation> {
  const random = seededRandom(seed);
  const day = shape.day ?? 20_780;
  const rootKey = await hybridKey(random(HYBRID_SEED_BYTES));
  const serverKey = await hybridKey(random(HYBRID_SEED_BYTES));
  const desks: TestDesk[] = [];
  for (let i = 0; i < (shape.desks ?? 2); i++) desks.push(await testDesk(random, shape.devices ?? 2));
  desks.sort((a, b) => compare(a.id, b.id));
  const roster = await testRoster(rootKey, serverKey, desks, day);
  const fingerprint = await fingerprintOf(rootKey.publicKey);
  const signedRoster = await signRoster(roster, rootKey, random);
  const verifiedRoster = await verifyRoster(signedRoster, fingerprint, day);
  return { random, rootKey, serverKey, desks, fingerprint, roster, signedRoster, verifiedRoster, day };
}

/** Signs a day key of every desk that is not paused, by its first device, and makes a bundle of them all. */
export async function testBundle(
  organisation: TestOrganisation,
  roster: VerifiedRoster,
  fields: { readonly day: Day; readonly keyConfig: Uint8Array; readonly laneDepth?: number },
): Promise<TestBundle> {
  const { random, serverKey } = organisation;
  const common = { fingerprint: roster.fingerprint, rosterHash: roster.hash };
  const dayKeys: TestBundle['dayKeys'][number][] = [];
  for (const { id, devices } of organisation.desks) {
    const [device] = devices;
    const isActive = roster.desks.some((desk) => !desk.paused && compare(desk.id, id) === 0);
    if (!isActive || device === undefined) continue;
    const pair = await hpkeKeyPair(random(XWING_SEED_BYTES));
    const dayKey = { ...common, desk: id, day: fields.day, publicKey: pair.publicKey };
    dayKeys.push({ desk: id, pair, signed: await signDayKey(dayKey, device, random) });
  }
  const bundle = {
    ...common,
    serverPublicKey: serverKey.publicKey,
    rosterNumber: roster.number,
    day: fields.day,
    laneDepth: fields.laneDepth ?? 0,
    keyConfig: fields.keyConfig,
    issuers: [
      { purpose: 'reply' as const, period: fields.day, keyHash: random(HASH_BYTES) },
      { purpose: 'admission' as const, period: Math.floor(fields.day / 32), keyHash: random(HASH_BYTES) },
    ],
    dayKeys: dayKeys.map(({ signed }) => signed),
  };
  return { bytes: encodeBundle(bundle), dayKeys };
}

async function testDesk(random: Random, count: number): Promise<TestDesk> {
  const id = deskId(random(DESK_ID_BYTES));
  const devices: HybridKey[] = [];
  for (let i = 0; i < count; i++) devices.push(await hybridKey(random(HYBRID_SEED_BYTES)));
  return { id, devices };
}

async function testRoster(
  rootKey: HybridKey,
  serverKey: HybridKey,
  desks: readonly TestDesk[],
  day: Day,
): Promise<Roster> {
  return {
    rootPublicKey: rootKey.publicKey,
    number: 1,
    previous: documentHash(new Uint8Array(HASH_BYTES)),
    firstDay: day,
    lastDay: day + 29,
    names: [
      { language: 'en', name: 'Example Review' },
      { language: 'zh-Hans', name: '示例评论' },
    ],
    servers: [{ keyHash: await keyHashOf(serverKey.publicKey), addresses: ['https://postern.example'] }],
    desks: await Promise.all(
      desks.map(async ({ id, devices }, i) => ({
        id,
        paused: false,
        names: [{ language: 'en', name: `Desk ${i + 1}`, description: 'Reads what you write' }],
        devices: sortByKey(
          await Promise.all(devices.map(({ publicKey }) => rosterDevice(publicKey))),
          ({ keyHash }) => keyHash,
        ),
      })),
    ),
    moments: [15, 30, 60],
    thenEvery: 60,
    envelopeEvery: 3,
    epochSeconds: 600,
    repliesADay: 96,
    indexStep: 6,
    campaigns: [],
    offlinePage: new Uint8Array(32),
  };
}
