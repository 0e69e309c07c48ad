/** Tokens, and requests for them, in the local store. */

import { Reader } from '@postern/protocol/bytes/reader';
import { Writer } from '@postern/protocol/bytes/writer';
import { HASH_BYTES, TOKEN_BYTES } from '@postern/protocol/constants';
import { TOKENS_MAX } from '@postern/protocol/http/device-kinds';
import { type BlindedToken, blindedBytes, tokenInputBytes } from '@postern/protocol/primitives/blind-rsa';
import type { Day } from '@postern/protocol/time';

export interface HeldToken {
  readonly period: number;
  /** 354 bytes. */
  readonly token: Uint8Array;
}

export interface TokenStock {
  /** The last day for which tokens were fetched, 0 for none, and how many of its number are through. */
  readonly day: Day;
  readonly done: number;
  /** H(SPKI) of the key under which they were fetched. */
  readonly keyHash: Uint8Array;
  readonly tokens: readonly HeldToken[];
}

/** Kept before it is sent, and sent with the same bytes until it is answered: the issuer counts it once (TOK-2). */
export interface TokenRequests {
  readonly period: number;
  readonly keyHash: Uint8Array;
  readonly requests: readonly BlindedToken[];
}

export const emptyStock: TokenStock = { day: 0, done: 0, keyHash: new Uint8Array(HASH_BYTES), tokens: [] };

const version = 2;

export function encodeTokens({ day, done, keyHash, tokens }: TokenStock): Uint8Array {
  return new Writer()
    .u8(version)
    .u32(day)
    .u32(done)
    .bytes(keyHash, HASH_BYTES)
    .list16(tokens, ({ period, token }, w) => w.u32(period).bytes(token, TOKEN_BYTES))
    .done();
}

export function decodeTokens(bytes: Uint8Array): TokenStock {
  const reader = new Reader(bytes);
  reader.version(version);
  const head = { day: reader.u32(), done: reader.u32(), keyHash: reader.bytes(HASH_BYTES) };
  const tokens = reader.list16(0xffff, (r) => ({ period: r.u32(), token: r.bytes(TOKEN_BYTES) }));
  reader.end();
  return { ...head, tokens };
}

export function encodeTokenRequests({ period, keyHash, requests }: TokenRequests): Uint8Array {
  return new Writer()
    .u8(version)
    .u32(period)
    .bytes(keyHash, HASH_BYTES)
    .list8(requests, ({ blinded, input, inverse }, w) =>
      w.bytes(blinded, blindedBytes).bytes(input, tokenInputBytes).bytes(inverse, blindedBytes),
    )
    .done();
}

export function decodeTokenRequests(bytes: Uint8Array): TokenRequests {
  const reader = new Reader(bytes);
  reader.version(version);
  const head = { period: reader.u32(), keyHash: reader.bytes(HASH_BYTES) };
  const requests = reader.list8(TOKENS_MAX, (r) => ({
    blinded: r.bytes(blindedBytes),
    input: r.bytes(tokenInputBytes),
    inverse: r.bytes(blindedBytes),
  }));
  reader.end();
  return { ...head, requests };
}
