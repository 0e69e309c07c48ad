/** The bundle: all that a client needs to send today, the same for everybody (spec/protocol.md section 2.5). */

import { type Fingerprint, fingerprint } from '../bytes/brand.ts';
import { concat, u32be } from '../bytes/encode.ts';
import { equal } from '../bytes/equal.ts';
import { Reader } from '../bytes/reader.ts';
import { requireSorted, sortByKey } from '../bytes/sorted.ts';
import { WireError } from '../bytes/wire-error.ts';
import { Writer } from '../bytes/writer.ts';
import { CLOCK_DAYS, FINGERPRINT_BYTES, HASH_BYTES, HYBRID_PUBLIC_KEY_BYTES, LANE_DEPTH_MAX } from '../constants.ts';
import type { TokenPurpose } from '../http/token.ts';
import type { HybridKey } from '../primitives/hybrid-signature.ts';
import type { Random } from '../primitives/random.ts';
import type { Day } from '../time.ts';
import { type DayKey, decodeDayKey, type VerifiedDayKey, verifyDayKey } from './day-key.ts';
import { DocumentError } from './document-error.ts';
import { activeDesks, serverOf } from './roster.ts';
import type { VerifiedRoster } from './roster-chain.ts';
import { type DocumentHash, documentHash, type KeyHash, openSelfKeyed, payloadOf, signDocument } from './signed.ts';

/** The key under which tokens of a purpose and period are issued today (section 6.1). */
export type BundleIssuer = {
  readonly purpose: TokenPurpose;
  readonly period: number;
  /** H(SPKI), which RFC 9578 calls the token key id. */
  readonly keyHash: Uint8Array;
};

/** What a bundle says, whoever wrote it; its day keys are still sealed documents. */
export type Bundle = {
  readonly fingerprint: Fingerprint;
  readonly rosterNumber: number;
  readonly rosterHash: DocumentHash;
  /** The server's hybrid key, 1,984 bytes. */
  readonly serverPublicKey: Uint8Array;
  readonly day: Day;
  /** Bits of a source's lane that choose its index, 0 to 8. */
  readonly laneDepth: number;
  /** One RFC 9458 key configuration, as bytes. */
  readonly keyConfig: Uint8Array;
  /** The same for everybody, so that no desk can be given an issuer key of its own (TOK-3). */
  readonly issuers: readonly BundleIssuer[];
  /** Signed day keys of the day. */
  readonly dayKeys: readonly Uint8Array[];
};

declare const verified: unique symbol;

/** A bundle with which a client may send: complete, of about today, under the roster in use. */
export type VerifiedBundle = CheckedBundle & { readonly [verified]: true };

type CheckedBundle = Omit<Bundle, 'dayKeys'> & {
  /** In order of desk and key; every desk that is not paused has one or more. */
  readonly dayKeys: readonly VerifiedDayKey[];
  readonly serverKeyHash: KeyHash;
  /** The hash that an index names (BUN-3). */
  readonly hash: DocumentHash;
};

const version = 1;
const purposes = { reply: 1, admission: 2 } as const;
/** More than there are purposes, for a change of keys. */
const ISSUERS_MAX = 8;

/**
 * Writes a bundle, its day keys sorted.
 * @returns the payload to sign
 * @throws WireError for contents that {@link decodeBundle} refuses, day keys of another form and one that is there
 * twice; RangeError for fields of another length
 */
export function encodeBundle(bundle: Bundle): Uint8Array {
  const dayKeys = sortByKey(bundle.dayKeys, signedDayKeyOrder);
  requireSorted(dayKeys, signedDayKeyOrder);
  const payload = new Writer()
    .u8(version)
    .bytes(bundle.fingerprint, FINGERPRINT_BYTES)
    .u32(bundle.rosterNumber)
    .bytes(bundle.rosterHash, HASH_BYTES)
    .bytes(bundle.serverPublicKey, HYBRID_PUBLIC_KEY_BYTES)
    .u32(bundle.day)
    .u8(bundle.laneDepth)
    .var16(bundle.keyConfig)
    .list8(sortByKey(bundle.issuers, issuerKey), (issuer, w) => {
      w.u8(purposes[issuer.purpose]).u32(issuer.period).bytes(issuer.keyHash, HASH_BYTES);
    })
    .list16(dayKeys, (dayKey, w) => w.var16(dayKey))
    .done();
  decodeBundle(payload);
  return payload;
}

/**
 * Reads a bundle but not its day keys, whose order can be checked only when they have been verified.
 * @param payload whose signature has been verified
 * @throws WireError
 */
export function decodeBundle(payload: Uint8Array): Bundle {
  const reader = new Reader(payload);
  reader.version(version);
  const bundle: Bundle = {
    fingerprint: fingerprint(reader.bytes(FINGERPRINT_BYTES)),
    rosterNumber: reader.u32(),
    rosterHash: documentHash(reader.bytes(HASH_BYTES)),
    serverPublicKey: reader.bytes(HYBRID_PUBLIC_KEY_BYTES),
    day: reader.u32(),
    laneDepth: reader.u8(),
    keyConfig: reader.var16(),
    issuers: requireSorted(reader.list8(ISSUERS_MAX, readIssuer), issuerKey),
    dayKeys: reader.list16(0xffff, (r) => r.var16()),
  };
  reader.end();
  if (bundle.laneDepth > LANE_DEPTH_MAX) {
    throw new WireError('bad-value', `read a bundle: lane depth ${bundle.laneDepth}, wanted at most ${LANE_DEPTH_MAX}`);
  }
  return bundle;
}

/** Signs a bundle as the server. @throws as encodeBundle */
export async function signBundle(
  fields: Omit<Bundle, 'serverPublicKey'>,
  serverKey: HybridKey,
  random: Random,
): Promise<Uint8Array> {
  const payload = encodeBundle({ ...fields, serverPublicKey: serverKey.publicKey });
  return signDocument('bundle', payload, serverKey, random);
}

/**
 * Everything that a client demands before it sends (BUN-1, BUN-2).
 * @param clockDay today, by the client's own clock
 * @throws WireError; DocumentError unknown-signer, signature, wrong-organisation, wrong-roster, wrong-day, unknown-desk,
 * bad-key, incomplete
 */
export async function verifyBundle(bytes: Uint8Array, roster: VerifiedRoster, clockDay: Day): Promise<VerifiedBundle> {
  const opened = await openSelfKeyed('bundle', bytes, (keyHash) => serverOf(roster, keyHash) !== null);
  const bundle = decodeBundle(opened.payload);
  if (!equal(bundle.fingerprint, roster.fingerprint)) {
    throw new DocumentError('wrong-organisation', 'verify a bundle: it is for another organisation');
  }
  if (bundle.rosterNumber !== roster.number || !equal(bundle.rosterHash, roster.hash)) {
    throw new DocumentError(
      'wrong-roster',
      `verify a bundle: it names roster ${bundle.rosterNumber}, wanted ${roster.number}`,
    );
  }
  const ahead = bundle.day - clockDay;
  if (Math.abs(ahead) > CLOCK_DAYS)
    throw new DocumentError('wrong-day', `verify a bundle: its day is ${ahead} days ahead`);
  const dayKeys: VerifiedDayKey[] = [];
  // One by one: at once, a page whose engine verifies in script would stand still for all of them.
  for (const dayKey of bundle.dayKeys) dayKeys.push(await verifyDayKey(dayKey, roster, bundle.day));
  requireSorted(dayKeys, dayKeyOrder);
  for (const { id } of activeDesks(roster)) {
    if (!dayKeys.some(({ desk }) => equal(desk, id))) {
      throw new DocumentError('incomplete', 'verify a bundle: a desk that is not paused has no day key');
    }
  }
  const checked: CheckedBundle = { ...bundle, dayKeys, serverKeyHash: opened.keyHash, hash: opened.hash };
  return checked as VerifiedBundle;
}

/** All keys of the bundle to which a message for this desk may be sealed. */
export function dayKeysOf(bundle: VerifiedBundle, desk: Uint8Array): VerifiedDayKey[] {
  return bundle.dayKeys.filter((dayKey) => equal(dayKey.desk, desk));
}

function dayKeyOrder(dayKey: DayKey): Uint8Array {
  return concat(dayKey.desk, dayKey.publicKey);
}

/** For documents that the caller has verified, or made. */
function signedDayKeyOrder(signed: Uint8Array): Uint8Array {
  return dayKeyOrder(decodeDayKey(payloadOf(signed)));
}

function readIssuer(reader: Reader): BundleIssuer {
  const purpose = reader.u8();
  if (purpose !== purposes.reply && purpose !== purposes.admission) {
    throw new WireError('bad-value', `read a bundle: token purpose ${purpose}, wanted 1 or 2`);
  }
  const name = purpose === purposes.reply ? 'reply' : 'admission';
  return { purpose: name, period: reader.u32(), keyHash: reader.bytes(HASH_BYTES) };
}

function issuerKey({ purpose, period }: BundleIssuer): Uint8Array {
  return concat(Uint8Array.of(purposes[purpose]), u32be(period));
}
