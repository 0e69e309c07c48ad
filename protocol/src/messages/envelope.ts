/** Envelopes from a source to a desk: the one way to seal them and the one way to open them (spec/protocol.md, section 4). */

import { lengthPrefixed, u32be } from '../bytes/encode.ts';
import { Reader } from '../bytes/reader.ts';
import { WireError } from '../bytes/wire-error.ts';
import { Writer } from '../bytes/writer.ts';
import {
  CLOCK_DAYS,
  ED25519_SIGNATURE_BYTES,
  ENVELOPE_BYTES,
  ENVELOPE_INSIDE_BYTES,
  ENVELOPE_LIFE_DAYS,
  ENVELOPE_SIGNED_BYTES,
  MESSAGE_ID_BYTES,
  ROOT_BYTES,
} from '../constants.ts';
import { type Ed25519Key, ed25519Key, ed25519SeedBytes, ed25519Verify } from '../primitives/ed25519.ts';
import { sha256 } from '../primitives/hash.ts';
import { type HpkePrivateKey, type HpkeRecipient, hpkeSeal } from '../primitives/hpke.ts';
import type { Random } from '../primitives/random.ts';
import { type Content, splitContent } from './content.ts';
import { drawBelow, drawOne } from './draw.ts';
import { decodePaddedInside, encodeInside, encodePaddedInside, type Inside } from './inside.ts';
import { MessageError } from './message-error.ts';
import { encodeReceipt } from './receipt.ts';

/** A desk that can be written to: its id and all its valid day keys of the bundle's day, each 1,216 bytes. */
export interface EnvelopeDesk {
  readonly desk: Uint8Array;
  readonly dayKeys: readonly Uint8Array[];
}

/** What an envelope is sealed with, submission and cover alike. */
export interface EnvelopeTerms {
  readonly fingerprint: Uint8Array;
  /** The day of the day keys, which is the bundle's. */
  readonly keyDay: number;
  /** The source's day by its own clock. */
  readonly today: number;
}

/** What a source is to one desk. */
export interface EnvelopeSource {
  /** The conversation's key. */
  readonly key: Ed25519Key;
  /** The root of `today`, 32 bytes. */
  readonly root: Uint8Array;
  /** The two lane bytes as a number. */
  readonly lane: number;
}

/**
 * Seals one submission into 1 to 4 envelopes of 4,096 bytes, in the order of its parts.
 * @throws RangeError for a content that does not fit, see `measureContent`
 */
export async function sealSubmission(
  terms: EnvelopeTerms,
  to: EnvelopeDesk,
  source: EnvelopeSource,
  content: Content,
  random: Random,
): Promise<Uint8Array[]> {
  const messageId = random(MESSAGE_ID_BYTES);
  const pieces = await splitContent(content);
  const { key, root, lane } = source;
  const envelopes: Uint8Array[] = [];
  for (const [part, piece] of pieces.entries()) {
    const inside: Omit<Inside, 'conversationId' | 'day'> = {
      kind: 'submission',
      part,
      parts: pieces.length,
      messageId,
      root,
      lane,
      piece,
    };
    envelopes.push(await sealInside(terms, to, key, inside, random));
  }
  return envelopes;
}

/**
 * Seals one cover to a desk drawn uniformly (ENV-2), from a source that never was.
 * @param desks every desk that is not paused, once
 * @throws RangeError if there is none
 */
export async function sealCover(
  terms: EnvelopeTerms,
  desks: readonly EnvelopeDesk[],
  random: Random,
): Promise<Uint8Array> {
  const to = drawOne(desks, random);
  const key = await ed25519Key(random(ed25519SeedBytes));
  const inside: Omit<Inside, 'conversationId' | 'day'> = {
    kind: 'cover',
    part: 0,
    parts: 1,
    messageId: random(MESSAGE_ID_BYTES),
    root: random(ROOT_BYTES),
    lane: drawBelow(0x1_0000, random),
    piece: new Uint8Array(0),
  };
  return sealInside(terms, to, key, inside, random);
}

/**
 * Seals one receipt, by the code that seals the others (RCP-2).
 * @param numbers of replies that have been shown, 1 to 255, ascending
 */
export function sealReceipt(
  terms: EnvelopeTerms,
  to: EnvelopeDesk,
  { key, root, lane }: EnvelopeSource,
  numbers: readonly number[],
  random: Random,
): Promise<Uint8Array> {
  const messageId = random(MESSAGE_ID_BYTES);
  const piece = encodeReceipt(numbers);
  return sealInside(terms, to, key, { kind: 'receipt', part: 0, parts: 1, messageId, root, lane, piece }, random);
}

/** A private day key, ready to try envelopes. */
export interface EnvelopeKey {
  readonly desk: Uint8Array;
  readonly day: number;
  readonly key: HpkePrivateKey;
  readonly info: Uint8Array;
}

/** Prepares a day key once for all envelopes. @param recipient the same one must open @param seed 32 bytes */
export async function prepareEnvelopeKey(
  recipient: HpkeRecipient,
  fingerprint: Uint8Array,
  desk: Uint8Array,
  day: number,
  seed: Uint8Array,
): Promise<EnvelopeKey> {
  const key = await recipient.importKey(seed);
  return { desk, day, key, info: await envelopeInfo(fingerprint, desk, day, key.publicKey) };
}

export type OpenedEnvelope =
  | { readonly kind: 'not-for-me' }
  | { readonly kind: 'cover'; readonly desk: Uint8Array; readonly keyDay: number }
  | {
      readonly kind: 'submission' | 'receipt';
      readonly desk: Uint8Array;
      /** Day of the day key that opened it. */
      readonly keyDay: number;
      readonly inside: Inside;
      /** The inside without padding and signature, for the event `received`. */
      readonly fields: Uint8Array;
    };

/**
 * Tries every key, from 14 days before the envelope's day to one after, in the order given: a carried envelope comes
 * later than the day it was sealed to. No failure to open differs from another (ENV-3).
 * @param envelope 4,096 bytes
 * @param day under which the server lists it
 * @throws WireError for other lengths, or an inside that cannot be read; MessageError `day` or `signature` (ENV-4).
 *   Nothing may be taken from such an envelope.
 */
export async function openEnvelope(
  recipient: HpkeRecipient,
  fingerprint: Uint8Array,
  envelope: Uint8Array,
  day: number,
  keys: readonly EnvelopeKey[],
): Promise<OpenedEnvelope> {
  if (envelope.length !== ENVELOPE_BYTES) {
    throw new WireError('bad-length', `open an envelope: ${envelope.length} bytes, wanted ${ENVELOPE_BYTES}`);
  }
  for (const { desk, day: keyDay, key, info } of keys) {
    if (keyDay > day + CLOCK_DAYS || keyDay < day - ENVELOPE_LIFE_DAYS) continue;
    const opened = await recipient.open(key, info, new Uint8Array(0), envelope);
    if (opened === null) continue;
    const inside = await verifyInside(fingerprint, desk, keyDay, opened);
    if (inside.kind === 'cover') return { kind: 'cover', desk, keyDay };
    return { kind: inside.kind, desk, keyDay, inside, fields: encodeInside(inside) };
  }
  return { kind: 'not-for-me' };
}

/** The last step of every envelope: padding, signature, sealing. */
async function sealInside(
  terms: EnvelopeTerms,
  to: EnvelopeDesk,
  key: Ed25519Key,
  fields: Omit<Inside, 'conversationId' | 'day'>,
  random: Random,
): Promise<Uint8Array> {
  const { fingerprint, keyDay, today } = terms;
  const dayKey = drawOne(to.dayKeys, random);
  const padded = encodePaddedInside({ ...fields, conversationId: key.publicKey, day: today });
  const signature = await key.sign(signedBytes(fingerprint, to.desk, keyDay, padded));
  const inside = new Writer()
    .bytes(padded, ENVELOPE_SIGNED_BYTES)
    .bytes(signature, ED25519_SIGNATURE_BYTES)
    .padTo(ENVELOPE_INSIDE_BYTES)
    .done();
  const info = await envelopeInfo(fingerprint, to.desk, keyDay, dayKey);
  const envelope = await hpkeSeal(dayKey, info, new Uint8Array(0), inside, random);
  if (envelope.length !== ENVELOPE_BYTES) throw new RangeError(`seal an envelope: it has ${envelope.length} bytes`);
  return envelope;
}

async function verifyInside(
  fingerprint: Uint8Array,
  desk: Uint8Array,
  keyDay: number,
  opened: Uint8Array,
): Promise<Inside> {
  const reader = new Reader(opened);
  const padded = reader.bytes(ENVELOPE_SIGNED_BYTES);
  const signature = reader.bytes(ED25519_SIGNATURE_BYTES);
  reader.end();
  const inside = decodePaddedInside(padded);
  if (!(await ed25519Verify(inside.conversationId, signedBytes(fingerprint, desk, keyDay, padded), signature))) {
    throw new MessageError('signature', 'open an envelope: the signature does not verify with the conversation id');
  }
  if (Math.abs(inside.day - keyDay) > CLOCK_DAYS) {
    throw new MessageError('day', "open an envelope: the source's day and the key's are more than one apart");
  }
  return inside;
}

async function envelopeInfo(
  fingerprint: Uint8Array,
  desk: Uint8Array,
  day: number,
  dayKey: Uint8Array,
): Promise<Uint8Array> {
  return lengthPrefixed('postern/1 envelope', fingerprint, desk, u32be(day), await sha256(dayKey));
}

function signedBytes(fingerprint: Uint8Array, desk: Uint8Array, keyDay: number, padded: Uint8Array): Uint8Array {
  return lengthPrefixed('postern/1 submission', fingerprint, desk, u32be(keyDay), padded);
}
