/** The one anonymous request and its answer, from content to sealed bytes of one size (spec: protocol section 6). */

import { equal } from '../bytes/equal.ts';
import { Reader } from '../bytes/reader.ts';
import { WireError } from '../bytes/wire-error.ts';
import { Writer } from '../bytes/writer.ts';
import {
  ACK_KEY_BYTES,
  ACKNOWLEDGEMENTS,
  CLAIM_BYTES,
  CLAIMS,
  FINGERPRINT_BYTES,
  PUZZLE_NO_ROOM,
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
  type OhttpSuite,
  ohttpSuite,
} from './ohttp.ts';

/** What the payload is: random bytes, an envelope, or a desk's reply (reply-payload.ts). */
export type PayloadKind = 'filler' | 'envelope' | 'reply';

/** Every place is filled: what is not real is random, made by the caller with the same code for everybody. */
export type AnonymousContent = {
  /** 32 bytes. */
  readonly fingerprint: Uint8Array;
  readonly kind: PayloadKind;
  /** 4,096 bytes. */
  readonly payload: Uint8Array;
  /** Four of 16 bytes, the real ones at random places (REQ-4). */
  readonly claims: readonly Uint8Array[];
  /** Four keys of 32 bytes, the real ones at random places (REQ-4). */
  readonly acknowledgements: readonly Uint8Array[];
  /** 354 bytes. */
  readonly token: Uint8Array;
  /** 8 bytes. */
  readonly puzzleNonce: Uint8Array;
};

export type Outcome = 'nothing' | 'stored' | 'busy' | 'refused';

export type AnonymousAnswer = {
  readonly outcome: Outcome;
  /** 0 … 16. */
  readonly puzzleBits: number;
  /** Four of 2,048 bytes, one for each claim in the order of the claims. */
  readonly bodies: readonly Uint8Array[];
};

/** The sealed request, 6,007 bytes, and what opens its answer. */
export type SealedRequest = { readonly bytes: Uint8Array; readonly context: OhttpContext };

/** `fingerprint`: it names another organisation (REQ-7); its context lets the refusal be sealed like every answer. */
export type OpenedRequest =
  | { readonly content: AnonymousContent; readonly context: OhttpContext }
  | { readonly refused: OhttpRefusal }
  | { readonly refused: 'fingerprint'; readonly context: OhttpContext };

const version = 1;
const payloadKinds = ['filler', 'envelope', 'reply'] as const;
const outcomes = ['nothing', 'stored', 'busy', 'refused'] as const;
const target = { method: 'POST', scheme: 'https', authority: '', path: '/' } as const;

/** Client: the last step of every request, filler, cover and real (REQ-1). */
export async function sealRequest(
  config: KeyConfig,
  content: AnonymousContent,
  random: Random,
): Promise<SealedRequest> {
  const inner = encodeBinaryRequest({ ...target, content: encodeContent(content) }, REQUEST_BHTTP_BYTES);
  const sealed = await encapsulateRequest(config, inner, random);
  checkSize('sealed request', sealed.bytes, REQUEST_BYTES);
  return sealed;
}

/**
 * Server.
 * @param keys the newest OHTTP key, and the one before while it still opens
 * @param own the organisation's fingerprint
 */
export async function openRequest(
  recipient: HpkeRecipient,
  keys: readonly OhttpKey[],
  bytes: Uint8Array,
  own: Uint8Array,
): Promise<OpenedRequest> {
  if (bytes.length !== REQUEST_BYTES) return { refused: 'malformed' };
  const opened = await decapsulateRequest(recipient, keys, bytes);
  if ('refused' in opened) return opened;
  const { inner, context } = opened;
  try {
    const content = decodeInner(inner);
    return equal(content.fingerprint, own) ? { content, context } : { refused: 'fingerprint', context };
  } catch (error) {
    if (error instanceof WireError) return { refused: 'malformed' };
    throw error;
  }
}

/** Server: 8,368 bytes, whatever the answer is (REQ-1). Once for each context. @param suite with the server's own HKDF */
export async function sealResponse(
  context: OhttpContext,
  answer: AnonymousAnswer,
  random: Random,
  suite: OhttpSuite = ohttpSuite,
): Promise<Uint8Array> {
  const inner = encodeBinaryResponse({ status: 200, content: encodeAnswer(answer) }, RESPONSE_BHTTP_BYTES);
  const bytes = await encapsulateResponse(context, inner, random, suite);
  checkSize('sealed response', bytes, RESPONSE_BYTES);
  return bytes;
}

/** Client. @throws WireError for anything but an answer to the request of this context */
export async function openResponse(context: OhttpContext, bytes: Uint8Array): Promise<AnonymousAnswer> {
  const inner = bytes.length === RESPONSE_BYTES ? await decapsulateResponse(context, bytes) : null;
  if (inner === null) throw new WireError('bad-value', `open response: ${bytes.length} bytes are no answer to it`);
  const { status, content } = decodeBinaryResponse(inner);
  if (status !== 200) throw new WireError('bad-value', 'open response: its status is not 200');
  return decodeAnswer(content);
}

/**
 * ```
 * request content[4684]: u8 version = 1, fingerprint[32], u8 kind, payload[4096],
 * claims[4][16], acknowledgements[4][32], token[354], puzzle nonce[8]
 * ```
 */
export function encodeContent(content: AnonymousContent): Uint8Array {
  const writer = new Writer(REQUEST_CONTENT_BYTES)
    .u8(version)
    .bytes(content.fingerprint, FINGERPRINT_BYTES)
    .u8(payloadKinds.indexOf(content.kind))
    .bytes(content.payload, REQUEST_PAYLOAD_BYTES);
  for (const claim of content.claims) writer.bytes(claim, CLAIM_BYTES);
  for (const key of content.acknowledgements) writer.bytes(key, ACK_KEY_BYTES);
  const bytes = writer.bytes(content.token, TOKEN_BYTES).bytes(content.puzzleNonce, PUZZLE_NONCE_BYTES).done();
  checkSize('request content', bytes, REQUEST_CONTENT_BYTES);
  return bytes;
}

/** @throws WireError */
export function decodeContent(bytes: Uint8Array): AnonymousContent {
  const reader = new Reader(bytes);
  reader.version(version);
  const content = {
    fingerprint: reader.bytes(FINGERPRINT_BYTES),
    kind: pick(payloadKinds, reader.u8()),
    payload: reader.bytes(REQUEST_PAYLOAD_BYTES),
    claims: repeat(CLAIMS, () => reader.bytes(CLAIM_BYTES)),
    acknowledgements: repeat(ACKNOWLEDGEMENTS, () => reader.bytes(ACK_KEY_BYTES)),
    token: reader.bytes(TOKEN_BYTES),
    puzzleNonce: reader.bytes(PUZZLE_NONCE_BYTES),
  };
  reader.end();
  return content;
}

/** `response content[8195]: u8 version = 1, u8 outcome, u8 puzzle bits, bodies[4][2048]` */
export function encodeAnswer(answer: AnonymousAnswer): Uint8Array {
  if (answer.puzzleBits > PUZZLE_NO_ROOM) throw new RangeError('encode an answer: the puzzle has too many bits');
  const writer = new Writer(RESPONSE_CONTENT_BYTES);
  writer.u8(version).u8(outcomes.indexOf(answer.outcome)).u8(answer.puzzleBits);
  for (const body of answer.bodies) writer.bytes(body, REPLY_BODY_BYTES);
  const bytes = writer.done();
  checkSize('response content', bytes, RESPONSE_CONTENT_BYTES);
  return bytes;
}

/** @throws WireError */
export function decodeAnswer(bytes: Uint8Array): AnonymousAnswer {
  const reader = new Reader(bytes);
  reader.version(version);
  const outcome = pick(outcomes, reader.u8());
  const puzzleBits = reader.u8();
  if (puzzleBits > PUZZLE_NO_ROOM) throw new WireError('bad-value', 'read an answer: the puzzle has too many bits');
  const bodies = repeat(CLAIMS, () => reader.bytes(REPLY_BODY_BYTES));
  reader.end();
  return { outcome, puzzleBits, bodies };
}

function decodeInner(inner: Uint8Array): AnonymousContent {
  const { content, method, scheme, authority, path } = decodeBinaryRequest(inner);
  const isTarget =
    method === target.method && scheme === target.scheme && authority === target.authority && path === target.path;
  if (!isTarget) throw new WireError('bad-value', 'read a request: its method or address is not the one wanted');
  return decodeContent(content);
}

function pick<Value>(values: readonly Value[], at: number): Value {
  const value = values[at];
  if (value === undefined) throw new WireError('bad-value', `read a choice: wanted less than ${values.length}`);
  return value;
}

function repeat<Value>(times: number, make: () => Value): Value[] {
  return Array.from({ length: times }, make);
}

function checkSize(what: string, bytes: Uint8Array, length: number): void {
  if (bytes.length !== length) throw new RangeError(`${what}: ${bytes.length} bytes, wanted ${length}`);
}
