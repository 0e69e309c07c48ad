/** Replies from a desk to a source: cut, sealed, opened and counted (spec/protocol.md, section 5). */

import { concat, lengthPrefixed, u32be } from '../bytes/encode.ts';
import { equal } from '../bytes/equal.ts';
import { Reader } from '../bytes/reader.ts';
import { WireError } from '../bytes/wire-error.ts';
import { Writer } from '../bytes/writer.ts';
import {
  ACK_KEY_BYTES,
  CONVERSATION_ID_BYTES,
  DEVICE_ID_BYTES,
  ED25519_SIGNATURE_BYTES,
  OUTSTANDING_BITS,
  REPLY_BODY_BYTES,
  REPLY_INSIDE_BYTES,
  REPLY_PARTS_MAX,
  REPLY_SIGNED_BYTES,
  REPLY_TEXT_BYTES_MAX,
  SALT_BYTES,
  TOKEN_BYTES,
} from '../constants.ts';
import { subkey } from '../keys/kdf.ts';
import { aesGcmOpen, aesGcmSeal } from '../primitives/aes-gcm.ts';
import { type Ed25519Key, ed25519Verify } from '../primitives/ed25519.ts';
import { sha256 } from '../primitives/hash.ts';
import type { Random } from '../primitives/random.ts';
import { drawBelow } from './draw.ts';

/** Where a reply stands: what its key and its signature are bound to. */
export interface ReplyPlace {
  readonly fingerprint: Uint8Array;
  readonly desk: Uint8Array;
  readonly conversationId: Uint8Array;
  readonly rootDay: number;
  /** 0 to 7. */
  readonly link: number;
  /** K, 32 bytes. */
  readonly replyKey: Uint8Array;
}

/** What a reply says. */
export interface Reply {
  /** Id of the device that signs, 8 bytes. */
  readonly device: Uint8Array;
  readonly day: number;
  /** From 1, in the conversation. */
  readonly number: number;
  /** The 32 numbers before: bit i is set if `number` − 1 − i was posted and the source has not confirmed it. */
  readonly outstanding: number;
  /** From 0. */
  readonly part: number;
  /** 1 to 8. */
  readonly parts: number;
  /** An admission token of 354 bytes, or null. */
  readonly token: Uint8Array | null;
  /** At most 1,557 bytes: this part of the raw deflate of the content, see `splitReply`. */
  readonly piece: Uint8Array;
}

/** A device of a desk, as the roster lists it. */
export interface ReplySigner {
  /** 8 bytes. */
  readonly device: Uint8Array;
  /** 32 bytes. */
  readonly ed25519: Uint8Array;
}

export type OpenedReply =
  | { readonly kind: 'reply'; readonly reply: Reply }
  /** The body is not the one for this place: to be asked for again, never acknowledged (RPL-2). */
  | { readonly kind: 'does-not-open' }
  /** No device of the desk in the current roster has signed it: not to be shown (RPL-1). */
  | { readonly kind: 'unknown-signer' };

const version = 1;
const noToken = new Uint8Array(TOKEN_BYTES);

/**
 * Seals one reply; draws 32 bytes.
 * @param key the Ed25519 half of the device's key
 * @returns 2,048 bytes
 */
export async function sealReply(place: ReplyPlace, reply: Reply, key: Ed25519Key, random: Random): Promise<Uint8Array> {
  const fields = encodeReply(reply);
  const signature = await key.sign(signedBytes(place, fields));
  const inside = new Writer()
    .bytes(fields, REPLY_SIGNED_BYTES)
    .bytes(signature, ED25519_SIGNATURE_BYTES)
    .padTo(REPLY_INSIDE_BYTES)
    .done();
  const salt = random(SALT_BYTES);
  const { key: aesKey, nonce } = await replySubkey(place, salt);
  const body = concat(salt, await aesGcmSeal(aesKey, nonce, new Uint8Array(0), inside));
  if (body.length !== REPLY_BODY_BYTES) throw new RangeError(`seal a reply: it has ${body.length} bytes`);
  return body;
}

/** A cover reply, and what its poster needs to collect it later (RPL-6). */
export interface CoverReply {
  readonly body: Uint8Array;
  /** T, 32 bytes. */
  readonly tagKey: Uint8Array;
  /** A, 32 bytes. */
  readonly ackKey: Uint8Array;
  /** H(A), 32 bytes. */
  readonly ackId: Uint8Array;
  /** Two lane bytes as a number, of which the depth in use is given. */
  readonly lane: number;
}

/** Seals a reply to nobody, by the code that seals real ones (RPL-5). */
export async function sealCoverReply(
  from: { readonly fingerprint: Uint8Array; readonly desk: Uint8Array; readonly device: Uint8Array },
  day: number,
  key: Ed25519Key,
  random: Random,
): Promise<CoverReply> {
  const { fingerprint, desk, device } = from;
  const [tagKey, ackKey, replyKey] = [random(ACK_KEY_BYTES), random(ACK_KEY_BYTES), random(ACK_KEY_BYTES)];
  const conversationId = random(CONVERSATION_ID_BYTES);
  const place = { fingerprint, desk, conversationId, rootDay: day, link: 0, replyKey };
  const nothing = { number: 1, outstanding: 0, part: 0, parts: 1, token: null, piece: new Uint8Array(0) };
  const body = await sealReply(place, { device, day, ...nothing }, key, random);
  return { body, tagKey, ackKey, ackId: await sha256(ackKey), lane: drawBelow(0x1_0000, random) };
}

/**
 * Opens a body at the place where its tag was found.
 * @param signers the devices of that desk in the current roster
 * @throws WireError for another length, or for an inside that a device of the desk has signed but that cannot be read
 */
export async function openReply(
  place: ReplyPlace,
  body: Uint8Array,
  signers: readonly ReplySigner[],
): Promise<OpenedReply> {
  if (body.length !== REPLY_BODY_BYTES) {
    throw new WireError('bad-length', `open a reply: ${body.length} bytes, wanted ${REPLY_BODY_BYTES}`);
  }
  const { key, nonce } = await replySubkey(place, body.slice(0, SALT_BYTES));
  const inside = await aesGcmOpen(key, nonce, new Uint8Array(0), body.slice(SALT_BYTES));
  if (inside === null) return { kind: 'does-not-open' };
  const reader = new Reader(inside);
  const fields = reader.bytes(REPLY_SIGNED_BYTES);
  const signature = reader.bytes(ED25519_SIGNATURE_BYTES);
  reader.end();
  const device = fields.subarray(1, 1 + DEVICE_ID_BYTES);
  const message = signedBytes(place, fields);
  for (const signer of signers) {
    if (!equal(signer.device, device) || !(await ed25519Verify(signer.ed25519, message, signature))) continue;
    return { kind: 'reply', reply: decodeReply(fields) };
  }
  return { kind: 'unknown-signer' };
}

/** The bits of `outstanding`. @param isOutstanding asked for the 32 numbers before, as far as there are so many */
export function outstandingBefore(number: number, isOutstanding: (earlier: number) => boolean): number {
  let bits = 0;
  for (let at = 0; at < OUTSTANDING_BITS; at++) {
    const earlier = number - 1 - at;
    if (earlier >= 1 && isOutstanding(earlier)) bits += 2 ** at;
  }
  return bits;
}

/**
 * Numbers that a reply says are outstanding, that are not here, and that no other reply about them contradicts,
 * ascending (RPL-4).
 */
export function missingNumbers(received: readonly Pick<Reply, 'number' | 'outstanding'>[]): number[] {
  const here = new Set(received.map(({ number }) => number));
  const named = new Set(received.flatMap(outstandingNumbers));
  const missing = [...named].filter((number) => {
    const about = received.filter((reply) => reply.number > number && reply.number - number <= OUTSTANDING_BITS);
    return !here.has(number) && about.every((reply) => outstandingNumbers(reply).includes(number));
  });
  return missing.sort((a, b) => a - b);
}

function outstandingNumbers({ number, outstanding }: Pick<Reply, 'number' | 'outstanding'>): number[] {
  const bits = Array.from({ length: OUTSTANDING_BITS }, (_, at) => Math.floor(outstanding / 2 ** at) % 2 === 1);
  return bits.flatMap((isSet, at) => (isSet ? [number - 1 - at] : []));
}

function encodeReply(reply: Reply): Uint8Array {
  const { number, outstanding, part, parts, piece } = reply;
  const wrong = numbersProblem(number, outstanding, part, parts);
  if (wrong !== null) throw new RangeError(`encode a reply: ${wrong}`);
  if (piece.length > REPLY_TEXT_BYTES_MAX) {
    throw new RangeError(`encode a reply: ${piece.length} bytes of text, wanted at most ${REPLY_TEXT_BYTES_MAX}`);
  }
  return new Writer()
    .u8(version)
    .bytes(reply.device, DEVICE_ID_BYTES)
    .u32(reply.day)
    .u32(number)
    .u32(outstanding)
    .u8(part)
    .u8(parts)
    .bytes(reply.token ?? noToken, TOKEN_BYTES)
    .var16(piece)
    .padTo(REPLY_SIGNED_BYTES)
    .done();
}

function decodeReply(fields: Uint8Array): Reply {
  const reader = new Reader(fields);
  reader.version(version);
  const device = reader.bytes(DEVICE_ID_BYTES);
  const day = reader.u32();
  const number = reader.u32();
  const outstanding = reader.u32();
  const part = reader.u8();
  const parts = reader.u8();
  const token = reader.bytes(TOKEN_BYTES);
  const piece = reader.var16(REPLY_TEXT_BYTES_MAX);
  reader.zeros();
  const wrong = numbersProblem(number, outstanding, part, parts);
  if (wrong !== null) throw new WireError('bad-value', `read a reply: ${wrong}`);
  return { device, day, number, outstanding, part, parts, token: equal(token, noToken) ? null : token, piece };
}

/** The parts of a text have consecutive numbers, so a part's number is above its place in the text. */
function numbersProblem(number: number, outstanding: number, part: number, parts: number): string | null {
  if (parts < 1 || parts > REPLY_PARTS_MAX || part >= parts) return `part ${part} of ${parts}`;
  if (number <= part) return `number ${number} for part ${part}`;
  if (outstanding >= 2 ** Math.min(OUTSTANDING_BITS, number - 1))
    return `outstanding numbers below 1 at number ${number}`;
  return null;
}

function replySubkey(place: ReplyPlace, salt: Uint8Array): ReturnType<typeof subkey> {
  return subkey(place.replyKey, 'reply', salt, [place.fingerprint, place.desk, place.conversationId]);
}

function signedBytes(place: ReplyPlace, fields: Uint8Array): Uint8Array {
  const { fingerprint, desk, conversationId, rootDay, link } = place;
  return lengthPrefixed(
    'postern/1 reply',
    fingerprint,
    desk,
    conversationId,
    u32be(rootDay),
    new Writer().u8(link).done(),
    fields,
  );
}
