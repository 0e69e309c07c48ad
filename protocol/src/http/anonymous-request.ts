/** The one anonymous request and its answer, from content to sealed bytes of one size (spec: protocol section 6). */

import type { Fingerprint } from '../bytes/brand.ts';
import { fingerprint as asFingerprint } from '../bytes/brand.ts';
import { equal } from '../bytes/equal.ts';
import { Reader } from '../bytes/reader.ts';
import { WireError } from '../bytes/wire-error.ts';
import { Writer } from '../bytes/writer.ts';
import {
  ACK_KEY_BYTES,
  ACKNOWLEDGEMENTS,
  CLAIM_BYTES,
  CLAIMS,
  ENVELOPE_BYTES,
  FINGERPRINT_BYTES,
  HASH_BYTES,
  LANE_DEPTH_MAX,
  PUZZLE_BITS_MAX,
  PUZZLE_NONCE_BYTES,
  REPLY_BODY_BYTES,
  REQUEST_BHTTP_BYTES,
  REQUEST_BYTES,
  REQUEST_CONTENT_BYTES,
  REQUEST_PAYLOAD_BYTES,
  RESPONSE_BHTTP_BYTES,
  RESPONSE_BYTES,
  RESPONSE_CONTENT_BYTES,
  TOKEN_BYTES,
} from '../constants.ts';
import type { HpkeRecipient } from '../primitives/hpke.ts';
import type { Random } from '../primitives/random.ts';
import { decodeBinaryRequest, decodeBinaryResponse, encodeBinaryRequest, encodeBinaryResponse } from './bhttp.ts';
import {
  decapsulateRequest,
  decapsulateResponse,
  encapsulateRequest,
  encapsulateResponse,
  type KeyConfig,
  type OhttpContext,
  type OhttpKey,
  type OhttpRefusal,
} from './ohttp.ts';

/** A reply that a desk posts (payload of kind 2). */
export type ReplyPost = {
  /** T, 32 bytes. */
  readonly tagKey: Uint8Array;
  /** H(A), 32 bytes. */
  readonly ackId: Uint8Array;
  /** Bits of the prefix: 0 … 8. */
  readonly laneDepth: number;
  /** The first `laneDepth` bits of the lane, as a number: 0 … 2^laneDepth − 1. */
  readonly lanePrefix: number;
  /** 2,048 bytes. */
  readonly body: Uint8Array;
};

/** What the server is asked to store; an envelope is 4,096 bytes. */
export type Store =
  | { readonly kind: 'filler' }
  | { readonly kind: 'envelope'; readonly envelope: Uint8Array }
  | { readonly kind: 'reply'; readonly post: ReplyPost };

/** What a client has to say; everything that is missing is made up of random bytes. */
export type RequestContent = {
  readonly fingerprint: Fingerprint;
  readonly store: Store;
  /** At most 4, of 16 bytes. */
  readonly claims: readonly Uint8Array[];
  /** At most 4 acknowledgement keys, of 32 bytes. */
  readonly acknowledgements: readonly Uint8Array[];
  /** 354 bytes, or null for none. */
  readonly token: Uint8Array | null;
  /** 8 bytes, or null for none. */
  readonly puzzleNonce: Uint8Array | null;
};

/** What a server reads: 4 claims and 4 acknowledgements, a token and a nonce, real or not. */
export type ReceivedContent = RequestContent & { readonly token: Uint8Array; readonly puzzleNonce: Uint8Array };

export type Outcome = 'nothing' | 'stored' | 'busy' | 'refused';

export type ResponseContent = {
  readonly outcome: Outcome;
  /** 0 … 16. */
  readonly puzzleBits: number;
  /** One of 2,048 bytes for each claim, in the order of the claims as they were sent. */
  readonly bodies: readonly Uint8Array[];
};

/** The sealed request, 6,007 bytes, and what opens its answer. */
export type SealedRequest = { readonly bytes: Uint8Array; readonly context: OhttpContext };

/** `fingerprint`: it names another organisation (REQ-7); the refusal can be answered in the sealed form. */
export type OpenedRequest =
  | { readonly content: ReceivedContent; readonly context: OhttpContext }
  | { readonly refused: OhttpRefusal }
  | { readonly refused: 'fingerprint'; readonly context: OhttpContext };

const version = 1;
const storeKinds = ['filler', 'envelope', 'reply'] as const;
const outcomes = ['nothing', 'stored', 'busy', 'refused'] as const;
const target = { method: 'POST', scheme: 'https', authority: '', path: '/' } as const;

/** Client: the whole way from content to the bytes of one POST; the same for filler, cover and real (REQ-1). */
export async function sealRequest(config: KeyConfig, content: RequestContent, random: Random): Promise<SealedRequest> {
  const inner = encodeBinaryRequest({ ...target, content: encodeRequestContent(content, random) }, REQUEST_BHTTP_BYTES);
  const sealed = await encapsulateRequest(config, inner, random);
  checkSize('sealed request', sealed.bytes, REQUEST_BYTES);
  return sealed;
}

/** Server. @param keys the newest OHTTP key and those that still overlap @param own the organisation's fingerprint */
export async function openRequest(
  recipient: HpkeRecipient,
  keys: readonly OhttpKey[],
  bytes: Uint8Array,
  own: Fingerprint,
): Promise<OpenedRequest> {
  if (bytes.length !== REQUEST_BYTES) return { refused: 'malformed' };
  const opened = await decapsulateRequest(recipient, keys, bytes);
  if ('refused' in opened) return opened;
  const content = readOrNull(() => decodeTarget(opened.inner));
  if (content === null) return { refused: 'malformed' };
  const { context } = opened;
  return equal(content.fingerprint, own) ? { content, context } : { refused: 'fingerprint', context };
}

/** Server: 8,368 bytes, whatever the answer is (REQ-1). */
export async function sealResponse(
  context: OhttpContext,
  content: ResponseContent,
  random: Random,
): Promise<Uint8Array> {
  const inner = encodeBinaryResponse({ status: 200, content: encodeResponseContent(content) }, RESPONSE_BHTTP_BYTES);
  const bytes = await encapsulateResponse(context, inner, random);
  checkSize('sealed response', bytes, RESPONSE_BYTES);
  return bytes;
}

/** Client: null for anything but an answer to the request of this context. */
export async function openResponse(context: OhttpContext, bytes: Uint8Array): Promise<ResponseContent | null> {
  if (bytes.length !== RESPONSE_BYTES) return null;
  const inner = await decapsulateResponse(context, bytes);
  return inner === null ? null : readOrNull(() => decodeAnswer(inner));
}

/**
 * ```
 * request content[4684]:
 * u8 version = 1, fingerprint[32], u8 kind, payload[4096], claims[4][16], acknowledgements[4][32], token[354], puzzle nonce[8]
 * ```
 * Claims and acknowledgements stand in random order among random ones (REQ-4): read them back with
 * {@link decodeRequestContent} to know which body answers which.
 */
export function encodeRequestContent(content: RequestContent, random: Random): Uint8Array {
  const writer = new Writer().u8(version).bytes(content.fingerprint, FINGERPRINT_BYTES);
  writer.u8(storeKinds.indexOf(content.store.kind)).bytes(encodePayload(content.store, random), REQUEST_PAYLOAD_BYTES);
  for (const claim of hiddenAmongRandom(content.claims, CLAIMS, CLAIM_BYTES, random)) writer.bytes(claim, CLAIM_BYTES);
  for (const key of hiddenAmongRandom(content.acknowledgements, ACKNOWLEDGEMENTS, ACK_KEY_BYTES, random)) {
    writer.bytes(key, ACK_KEY_BYTES);
  }
  return writer
    .bytes(content.token ?? random(TOKEN_BYTES), TOKEN_BYTES)
    .bytes(content.puzzleNonce ?? random(PUZZLE_NONCE_BYTES), PUZZLE_NONCE_BYTES)
    .done();
}

/** @throws WireError */
export function decodeRequestContent(bytes: Uint8Array): ReceivedContent {
  const reader = new Reader(bytes);
  reader.version(version);
  const fingerprint = asFingerprint(reader.bytes(FINGERPRINT_BYTES));
  const kind = pick(storeKinds, reader.u8());
  const store = decodePayload(kind, reader.bytes(REQUEST_PAYLOAD_BYTES));
  const claims = repeat(CLAIMS, () => reader.bytes(CLAIM_BYTES));
  const acknowledgements = repeat(ACKNOWLEDGEMENTS, () => reader.bytes(ACK_KEY_BYTES));
  const token = reader.bytes(TOKEN_BYTES);
  const puzzleNonce = reader.bytes(PUZZLE_NONCE_BYTES);
  reader.end();
  return { fingerprint, store, claims, acknowledgements, token, puzzleNonce };
}

/** `response content[8195]: u8 version = 1, u8 outcome, u8 puzzle bits, bodies[4][2048]` */
export function encodeResponseContent(content: ResponseContent): Uint8Array {
  if (content.puzzleBits > PUZZLE_BITS_MAX) throw new RangeError('encode a response: the puzzle has too many bits');
  const writer = new Writer().u8(version).u8(outcomes.indexOf(content.outcome)).u8(content.puzzleBits);
  for (const body of content.bodies) writer.bytes(body, REPLY_BODY_BYTES);
  const bytes = writer.done();
  checkSize('response content', bytes, RESPONSE_CONTENT_BYTES);
  return bytes;
}

/** @throws WireError */
export function decodeResponseContent(bytes: Uint8Array): ResponseContent {
  const reader = new Reader(bytes);
  reader.version(version);
  const outcome = pick(outcomes, reader.u8());
  const puzzleBits = reader.u8();
  if (puzzleBits > PUZZLE_BITS_MAX) throw new WireError('bad-value', 'read a response: the puzzle has too many bits');
  const bodies = repeat(CLAIMS, () => reader.bytes(REPLY_BODY_BYTES));
  reader.end();
  return { outcome, puzzleBits, bodies };
}

function decodeTarget(inner: Uint8Array): ReceivedContent {
  const { content, ...named } = decodeBinaryRequest(inner);
  const isTarget =
    named.method === target.method &&
    named.scheme === target.scheme &&
    named.authority === target.authority &&
    named.path === target.path;
  if (!isTarget) throw new WireError('bad-value', 'read a request: its method or address is not the one wanted');
  if (content.length !== REQUEST_CONTENT_BYTES) throw new WireError('bad-length', 'read a request: wrong content size');
  return decodeRequestContent(content);
}

function decodeAnswer(inner: Uint8Array): ResponseContent {
  const { status, content } = decodeBinaryResponse(inner);
  if (status !== 200) throw new WireError('bad-value', 'read an answer: its status is not 200');
  return decodeResponseContent(content);
}

function encodePayload(store: Store, random: Random): Uint8Array {
  switch (store.kind) {
    case 'filler':
      return random(REQUEST_PAYLOAD_BYTES);
    case 'envelope':
      checkSize('envelope', store.envelope, ENVELOPE_BYTES);
      return store.envelope;
    case 'reply':
      return encodeReplyPost(store.post);
  }
}

function decodePayload(kind: Store['kind'], payload: Uint8Array): Store {
  switch (kind) {
    case 'filler':
      return { kind };
    case 'envelope':
      return { kind, envelope: payload };
    case 'reply':
      return { kind, post: decodeReplyPost(payload) };
  }
}

/** `T[32], ack id[32], u8 lane depth, u16 lane prefix, body[2048], padding to 4,096` */
function encodeReplyPost(post: ReplyPost): Uint8Array {
  if (!isLane(post)) throw new RangeError('encode a reply: its lane is out of range');
  return new Writer()
    .bytes(post.tagKey, 32)
    .bytes(post.ackId, HASH_BYTES)
    .u8(post.laneDepth)
    .u16(post.lanePrefix)
    .bytes(post.body, REPLY_BODY_BYTES)
    .padTo(REQUEST_PAYLOAD_BYTES)
    .done();
}

function decodeReplyPost(payload: Uint8Array): ReplyPost {
  const reader = new Reader(payload);
  const tagKey = reader.bytes(32);
  const ackId = reader.bytes(HASH_BYTES);
  const lane = { laneDepth: reader.u8(), lanePrefix: reader.u16() };
  if (!isLane(lane)) throw new WireError('bad-value', 'read a reply: its lane is out of range');
  const body = reader.bytes(REPLY_BODY_BYTES);
  reader.zeros();
  return { tagKey, ackId, ...lane, body };
}

function isLane({ laneDepth, lanePrefix }: Pick<ReplyPost, 'laneDepth' | 'lanePrefix'>): boolean {
  return laneDepth <= LANE_DEPTH_MAX && lanePrefix < 2 ** laneDepth;
}

/** The real values and as many random ones as fill the places, in an order in which each is as likely (REQ-4). */
function hiddenAmongRandom(
  real: readonly Uint8Array[],
  places: number,
  length: number,
  random: Random,
): readonly Uint8Array[] {
  if (real.length > places) throw new RangeError(`fill places: ${real.length} values, wanted at most ${places}`);
  const values = [...real, ...repeat(places - real.length, () => random(length))];
  const shuffled: Uint8Array[] = [];
  while (values.length > 0) shuffled.push(...values.splice(drawBelow(values.length, random), 1));
  return shuffled;
}

/** A uniformly random number below a bound of at most 256. */
function drawBelow(bound: number, random: Random): number {
  const unbiased = 256 - (256 % bound);
  for (;;) {
    const [byte = 0] = random(1);
    if (byte < unbiased) return byte % bound;
  }
}

function pick<Value>(values: readonly Value[], at: number): Value {
  const value = values[at];
  if (value === undefined) throw new WireError('bad-value', `read a choice: wanted less than ${values.length}`);
  return value;
}

function repeat<Value>(times: number, make: () => Value): Value[] {
  return Array.from({ length: times }, make);
}

function readOrNull<Value>(read: () => Value): Value | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof WireError) return null;
    throw error;
  }
}

function checkSize(what: string, bytes: Uint8Array, length: number): void {
  if (bytes.length !== length) throw new RangeError(`${what}: ${bytes.length} bytes, wanted ${length}`);
}
