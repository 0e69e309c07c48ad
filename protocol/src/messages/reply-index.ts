/** The reply index: tags, claims, lanes and the signed list that everybody downloads (spec/protocol.md, section 5.1). */

import { concat, lengthPrefixed, u32be } from '../bytes/encode.ts';
import { equal } from '../bytes/equal.ts';
import { Reader } from '../bytes/reader.ts';
import { WireError } from '../bytes/wire-error.ts';
import { Writer } from '../bytes/writer.ts';
import {
  CLAIM_BYTES,
  FINGERPRINT_BYTES,
  HASH_BYTES,
  INDEX_AGE_SECONDS_MAX,
  INDEX_STEP_MIN,
  LANE_DEPTH_MAX,
  PUZZLE_NO_ROOM,
  TAG_BYTES,
} from '../constants.ts';
import { DocumentError } from '../keys/document-error.ts';
import { openDocument, payloadOf, signDocument } from '../keys/signed.ts';
import { sha256 } from '../primitives/hash.ts';
import { importHmacKey, type Mac } from '../primitives/hmac.ts';
import type { HybridKey } from '../primitives/hybrid-signature.ts';
import type { Random } from '../primitives/random.ts';
import { type Epoch, epochOf, epochStart } from '../time.ts';
import { MessageError } from './message-error.ts';

/** What an index says; once verified, see {@link verifyIndex}. */
export interface ReplyIndex {
  readonly fingerprint: Uint8Array;
  /** Hash of the bundle in use, 32 bytes. */
  readonly bundleHash: Uint8Array;
  readonly epoch: Epoch;
  /** 0 to 8. */
  readonly laneDepth: number;
  /** Below 2^laneDepth. */
  readonly lane: number;
  /** 0 to 16. */
  readonly puzzleBits: number;
  /** One after the other, 6 bytes each, strictly ascending. */
  readonly tags: Uint8Array;
}

/** Of whom an index must be. */
export interface IndexSigner {
  readonly fingerprint: Uint8Array;
  /** The server's hybrid key, from the bundle. */
  readonly serverKey: Uint8Array;
  readonly bundleHash: Uint8Array;
}

/** What an index must be, to be used now. */
export interface IndexTerms {
  /** The bundle's. */
  readonly laneDepth: number;
  /** That was asked for; null if any will do. */
  readonly lane: number | null;
  /** The roster's: the smallest capacity is 2^step. */
  readonly indexStep: number;
  /** The roster's. */
  readonly epochSeconds: number;
}

const version = 1;

/**
 * After a lane is split, the replies posted before stand in both halves until they expire, and lanes may be full at
 * every depth; so an index can be longer than the 4,096 tags that are aimed at. This is where a reader stops.
 */
export const indexCapacityEnd: number = 2 ** 16;

/** `hmac(T, lp("tag") ‖ u32 e)[0..6]`. @param key T, or T imported once */
export async function tagOf(key: Uint8Array | Mac, epoch: Epoch): Promise<Uint8Array> {
  return (await macOf(key, 'tag', epoch)).slice(0, TAG_BYTES);
}

/** `hmac(T, lp("claim") ‖ u32 e)[0..16]`. @param key T, or T imported once */
export async function claimOf(key: Uint8Array | Mac, epoch: Epoch): Promise<Uint8Array> {
  return (await macOf(key, 'claim', epoch)).slice(0, CLAIM_BYTES);
}

/** The candidates of which the tag of the index's epoch stands in the index. */
export async function findInIndex<Candidate extends { readonly mac: Mac }>(
  index: ReplyIndex,
  candidates: readonly Candidate[],
): Promise<Candidate[]> {
  const has = tagLookup(index.tags);
  // The same for all of thousands.
  const input = macInput('tag', index.epoch);
  const macs = await Promise.all(candidates.map(({ mac }) => mac(input)));
  return candidates.filter((_, at) => has(macs[at] as Uint8Array));
}

/** Looks tags up in an index's sorted tags, by halving. Of what is looked for the first 6 bytes count. */
export function tagLookup(tags: Uint8Array): (tag: Uint8Array) => boolean {
  const view = viewOf(tags);
  return (tag) => {
    let [low, high] = [0, tags.length / TAG_BYTES];
    const wanted = tagNumber(viewOf(tag), 0);
    while (low < high) {
      const middle = (low + high) >>> 1;
      const found = tagNumber(view, middle);
      if (found === wanted) return true;
      if (found < wanted) low = middle + 1;
      else high = middle;
    }
    return false;
  };
}

/** Top bits of a lane's two bytes: the lane at this depth. */
export function lanePrefix(lane: number, depth: number): number {
  return lane >>> (16 - depth);
}

/** Whether of two lanes of any depth one has the other, so that a reply given with one stands in the other (IDX-3). */
export function lanesMeet(depth: number, lane: number, otherDepth: number, otherLane: number): boolean {
  const shared = Math.min(depth, otherDepth);
  return lane >>> (depth - shared) === otherLane >>> (otherDepth - shared);
}

/**
 * Signs an index as the server: its head, which holds the hash of its tags. What signs by hashing in script, or
 * verifies so, then has little to hash.
 * @returns `head: var16 signed ‖ tags`
 * @throws RangeError for a field that does not fit; the tags must be sorted already
 */
export async function signIndex(index: ReplyIndex, serverKey: HybridKey, random: Random): Promise<Uint8Array> {
  const head = await signDocument('index', await encodeIndexHead(index), serverKey, random);
  return new Writer().var16(head).bytes(index.tags, index.tags.length).done();
}

/** The payload to sign. @throws as signIndex */
export async function encodeIndexHead(index: ReplyIndex): Promise<Uint8Array> {
  const wrong = indexProblem(index);
  if (wrong !== null) throw new RangeError(`encode an index: ${wrong}`);
  return new Writer()
    .u8(version)
    .bytes(index.fingerprint, FINGERPRINT_BYTES)
    .bytes(index.bundleHash, HASH_BYTES)
    .u32(index.epoch)
    .u8(index.laneDepth)
    .u16(index.lane)
    .u8(index.puzzleBits)
    .u32(index.tags.length / TAG_BYTES)
    .bytes(await sha256(index.tags), HASH_BYTES)
    .done();
}

/**
 * Puts head and tags together.
 * @param head whose signature has been verified
 * @throws WireError, also for tags that are not sorted (IDX-2) or a count that is no capacity (IDX-1); DocumentError
 *   `signature` for other tags than those that were signed
 */
export async function decodeIndex(head: Uint8Array, tags: Uint8Array): Promise<ReplyIndex> {
  const reader = new Reader(head);
  reader.version(version);
  const fingerprint = reader.bytes(FINGERPRINT_BYTES);
  const bundleHash = reader.bytes(HASH_BYTES);
  const epoch = reader.u32();
  const laneDepth = reader.u8();
  const lane = reader.u16();
  const puzzleBits = reader.u8();
  const count = reader.u32();
  const tagsHash = reader.bytes(HASH_BYTES);
  reader.end();
  const index = { fingerprint, bundleHash, epoch, laneDepth, lane, puzzleBits, tags };
  if (tags.length !== TAG_BYTES * count || !equal(await sha256(tags), tagsHash)) {
    throw new DocumentError('signature', 'read an index: its tags are not those that were signed');
  }
  const wrong = indexProblem(index);
  if (wrong !== null) throw new WireError('bad-value', `read an index: ${wrong}`);
  if (!isSorted(tags)) throw new WireError('bad-order', 'read an index: its tags are not strictly ascending');
  return index;
}

/** An index that the caller has made, or that need not be verified. @throws as decodeIndex */
export function readIndex(bytes: Uint8Array): Promise<ReplyIndex> {
  const { head, tags } = splitIndex(bytes);
  return decodeIndex(payloadOf(head), tags);
}

/**
 * Reads an index, whose server it must be of. Whether it is a current one is for {@link requireCurrent} to say.
 * @throws WireError; DocumentError `signature`; MessageError `index-fingerprint`, `index-bundle`: roster and bundle are
 *   to be loaded again
 */
export async function verifyIndex(bytes: Uint8Array, signer: IndexSigner): Promise<ReplyIndex> {
  const { head, tags } = splitIndex(bytes);
  const index = await decodeIndex(await openDocument('index', head, signer.serverKey), tags);
  if (!equal(index.fingerprint, signer.fingerprint)) refuse('index-fingerprint', 'of another organisation');
  if (!equal(index.bundleHash, signer.bundleHash)) refuse('index-bundle', 'names another bundle');
  return index;
}

/**
 * What is left of IDX-2.
 * @param now the client's clock, unix seconds
 * @throws MessageError `index-lane`, `index-capacity`, `index-old`, `index-early`
 */
export function requireCurrent(index: ReplyIndex, terms: IndexTerms, now: number): ReplyIndex {
  const isLane = index.laneDepth === terms.laneDepth && index.lane === (terms.lane ?? index.lane);
  if (!isLane) refuse('index-lane', 'is not of the lane asked for');
  if (index.tags.length < TAG_BYTES * 2 ** terms.indexStep) refuse('index-capacity', 'has too few tags');
  if (now - epochStart(index.epoch, terms.epochSeconds) > INDEX_AGE_SECONDS_MAX)
    refuse('index-old', 'is more than 30 minutes old');
  if (index.epoch > epochOf(now, terms.epochSeconds) + 1) refuse('index-early', 'is of a later epoch');
  return index;
}

function refuse(code: MessageError['code'], what: string): never {
  throw new MessageError(code, `verify an index: ${what}`);
}

function splitIndex(bytes: Uint8Array): { readonly head: Uint8Array; readonly tags: Uint8Array } {
  const reader = new Reader(bytes);
  const head = reader.var16();
  const tags = reader.rest();
  if (tags.length > TAG_BYTES * indexCapacityEnd)
    throw new WireError('too-many', `read an index: ${tags.length} bytes`);
  return { head, tags };
}

async function macOf(key: Uint8Array | Mac, label: string, epoch: Epoch): Promise<Uint8Array> {
  const mac = key instanceof Uint8Array ? await importHmacKey(key) : key;
  return mac(macInput(label, epoch));
}

function macInput(label: string, epoch: Epoch): Uint8Array {
  return concat(lengthPrefixed(label), u32be(epoch));
}

function indexProblem({ laneDepth, lane, puzzleBits, tags }: ReplyIndex): string | null {
  if (laneDepth > LANE_DEPTH_MAX || lane >= 2 ** laneDepth) return `lane ${lane} at depth ${laneDepth}`;
  if (puzzleBits > PUZZLE_NO_ROOM) return `${puzzleBits} puzzle bits`;
  const count = tags.length / TAG_BYTES;
  if (count < 2 ** INDEX_STEP_MIN || count > indexCapacityEnd || !Number.isInteger(Math.log2(count))) {
    return `${count} tags are no capacity`;
  }
  return null;
}

function isSorted(tags: Uint8Array): boolean {
  const view = viewOf(tags);
  let last = -1;
  for (let at = 0; at < tags.length / TAG_BYTES; at++) {
    const next = tagNumber(view, at);
    if (next <= last) return false;
    last = next;
  }
  return true;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** A tag as a number, which 48 bits fit exactly. */
function tagNumber(tags: DataView, at: number): number {
  const offset = at * TAG_BYTES;
  return tags.getUint32(offset) * 0x1_0000 + tags.getUint16(offset + 4);
}
