/** A post on its way, and the visit that follows it, as they are kept (spec/protocol.md, section 5). */

import { Reader } from '@postern/protocol/bytes/reader';
import { WireError } from '@postern/protocol/bytes/wire-error';
import { Writer } from '@postern/protocol/bytes/writer';
import { CONVERSATION_ID_BYTES, HASH_BYTES, REQUEST_PAYLOAD_BYTES, TOKEN_BYTES } from '@postern/protocol/constants';
import type { Day } from '@postern/protocol/time';

/** What its poster needs to find and delete a cover reply. */
export interface CoverSecrets {
  /** T and A, 32 bytes each. */
  readonly tagKey: Uint8Array;
  readonly ackKey: Uint8Array;
  readonly lane: number;
  /** H(body), 32 bytes. */
  readonly bodyHash: Uint8Array;
}

/** Kept before it is sent, and sent with the same bytes until it is answered (REQ-5, RPL-7). */
export interface Post {
  readonly day: Day;
  readonly slot: number;
  /** 4,096 bytes. */
  readonly payload: Uint8Array;
  readonly token: Uint8Array;
  /** The server will not have it: not sent any more, kept so that the reply is not sealed a second time. */
  readonly isRefused: boolean;
  readonly what: PostSubject;
}

export type PostSubject =
  | { readonly kind: 'reply'; readonly conversationId: Uint8Array; readonly number: number }
  | { readonly kind: 'cover' };

/** A visit that is to be made. */
export interface PlannedVisit {
  readonly plannedOn: Day;
  /** Unix seconds. */
  readonly dueAt: number;
  /** How many moments it lasts. */
  readonly moments: number;
  /** Whose index it looks at: two lane bytes as a number. */
  readonly lane: number;
  /** What it collects; null if it only looks. */
  readonly cover: CoverSecrets | null;
}

const version = 1;
const kinds = { reply: 1, cover: 2 } as const;

export function encodePost(post: Post): Uint8Array {
  const writer = new Writer()
    .u8(version)
    .u32(post.day)
    .u32(post.slot)
    .bytes(post.payload, REQUEST_PAYLOAD_BYTES)
    .bytes(post.token, TOKEN_BYTES)
    .u8(post.isRefused ? 1 : 0)
    .u8(kinds[post.what.kind]);
  if (post.what.kind === 'reply') writer.bytes(post.what.conversationId, CONVERSATION_ID_BYTES).u32(post.what.number);
  return writer.done();
}

export function decodePost(bytes: Uint8Array): Post {
  const reader = new Reader(bytes);
  reader.version(version);
  const head = {
    day: reader.u32(),
    slot: reader.u32(),
    payload: reader.bytes(REQUEST_PAYLOAD_BYTES),
    token: reader.bytes(TOKEN_BYTES),
    isRefused: reader.u8() === 1,
  };
  const what = readSubject(reader);
  reader.end();
  return { ...head, what };
}

export function encodePlannedVisit({ plannedOn, dueAt, moments, lane, cover }: PlannedVisit): Uint8Array {
  return new Writer()
    .u8(version)
    .u32(plannedOn)
    .u32(dueAt)
    .u8(moments)
    .u16(lane)
    .list8(cover === null ? [] : [cover], writeCover)
    .done();
}

export function decodePlannedVisit(bytes: Uint8Array): PlannedVisit {
  const reader = new Reader(bytes);
  reader.version(version);
  const head = { plannedOn: reader.u32(), dueAt: reader.u32(), moments: reader.u8(), lane: reader.u16() };
  const cover = reader.list8(1, readCover)[0] ?? null;
  reader.end();
  return { ...head, cover };
}

function readSubject(reader: Reader): PostSubject {
  const kind = reader.u8();
  if (kind === kinds.cover) return { kind: 'cover' };
  if (kind !== kinds.reply) throw new WireError('bad-value', `read a post: kind ${kind}`);
  return { kind: 'reply', conversationId: reader.bytes(CONVERSATION_ID_BYTES), number: reader.u32() };
}

function writeCover({ tagKey, ackKey, lane, bodyHash }: CoverSecrets, writer: Writer): void {
  writer.bytes(tagKey, 32).bytes(ackKey, 32).u16(lane).bytes(bodyHash, HASH_BYTES);
}

function readCover(reader: Reader): CoverSecrets {
  return { tagKey: reader.bytes(32), ackKey: reader.bytes(32), lane: reader.u16(), bodyHash: reader.bytes(HASH_BYTES) };
}
