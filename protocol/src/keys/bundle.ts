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
import { sha256 } from '../primitives/hash.ts';
import type { Day } from '../time.ts';
import { type DayKey, decodeDayKey, type VerifiedDayKey, verifyDayKey } from './day-key.ts';
import { DocumentError } from './document-error.ts';
import { activeDesks, serverOf } from './roster.ts';
import type { VerifiedRoster } from './roster-chain.ts';
import { type DocumentHash, documentHash, type KeyHash, keyHashOf, payloadOf } from './signed.ts';

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

/** What is taken from a bundle before an index has named it. */
export type ClaimedBundle = {
  readonly bytes: Uint8Array;
  readonly hash: DocumentHash;
  /** Of a server that the roster lists. */
  readonly serverPublicKey: Uint8Array;
  readonly serverKeyHash: KeyHash;
};

type CheckedBundle = Omit<Bundle, 'dayKeys'> & {
  /** In order of desk and key; every desk that is not paused has one or more. */
  readonly dayKeys: readonly VerifiedDayKey[];
  readonly serverKeyHash: KeyHash;
  /** The hash that an index names (BUN-3). */
  readonly hash: DocumentHash;
};

const version = 1;
/** Behind version, fingerprint, number and hash of the roster. */
const serverKeyOffset = 1 + FINGERPRINT_BYTES + 4 + HASH_BYTES;
const purposes = { reply: 1, admission: 2 } as const;
/** More than there are purposes, for a change of keys. */
const ISSUERS_MAX = 8;

/**
 * Writes a bundle, its day keys sorted.
 * @returns what the server gives to everybody, and of which its indices name the hash
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
 * @param payload that a verified index names
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

/**
 * Takes the server's key from a bundle, and nothing else (DOC-2): with it the index is verified that says which bundle
 * is in use.
 * @throws WireError for bytes that are too short; DocumentError unknown-signer
 */
export async function claimBundle(bytes: Uint8Array, roster: VerifiedRoster): Promise<ClaimedBundle> {
  const reader = new Reader(bytes);
  reader.bytes(serverKeyOffset);
  const serverPublicKey = reader.bytes(HYBRID_PUBLIC_KEY_BYTES);
  const serverKeyHash = await keyHashOf(serverPublicKey);
  if (serverOf(roster, serverKeyHash) === null) {
    throw new DocumentError('unknown-signer', 'read a bundle: its server is not in the roster');
  }
  return { bytes, hash: documentHash(await sha256(bytes)), serverPublicKey, serverKeyHash };
}

/**
 * Everything that a client demands before it sends (BUN-1, BUN-2, BUN-3).
 * @param named the hash that an index names which was verified with the claim's key: nothing else vouches for a bundle
 * @param clockDay today, by the client's own clock
 * @throws WireError; DocumentError signature, wrong-organisation, wrong-roster, wrong-day, unknown-desk, bad-key, incomplete
 */
export async function verifyBundle(
  claim: ClaimedBundle,
  named: Uint8Array,
  roster: VerifiedRoster,
  clockDay: Day,
): Promise<VerifiedBundle> {
  if (!equal(claim.hash, named)) throw new DocumentError('signature', 'verify a bundle: the index names another');
  const bundle = decodeBundle(claim.bytes);
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
  const checked: CheckedBundle = { ...bundle, dayKeys, serverKeyHash: claim.serverKeyHash, hash: claim.hash };
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
