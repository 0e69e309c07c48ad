/** Tokens in the local store. */

import { Reader } from '@postern/protocol/bytes/reader';
import { Writer } from '@postern/protocol/bytes/writer';
import { TOKEN_BYTES } from '@postern/protocol/constants';
import type { Day } from '@postern/protocol/time';

export interface HeldToken {
  readonly period: number;
  /** 354 bytes. */
  readonly token: Uint8Array;
}

export interface TokenStock {
  /** The last day for which tokens were fetched; 0 for none. */
  readonly fetchedOn: Day;
  readonly tokens: readonly HeldToken[];
}

const version = 1;

export function encodeTokens({ fetchedOn, tokens }: TokenStock): Uint8Array {
  return new Writer()
    .u8(version)
    .u32(fetchedOn)
    .list16(tokens, ({ period, token }, w) => w.u32(period).bytes(token, TOKEN_BYTES))
    .done();
}

export function decodeTokens(bytes: Uint8Array): TokenStock {
  const reader = new Reader(bytes);
  reader.version(version);
  const fetchedOn = reader.u32();
  const tokens = reader.list16(0xffff, (r) => ({ period: r.u32(), token: r.bytes(TOKEN_BYTES) }));
  reader.end();
  return { fetchedOn, tokens };
}
