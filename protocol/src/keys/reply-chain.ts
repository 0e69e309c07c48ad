/** The forward-only chain of keys for the replies to one root (spec/protocol.md section 3.1). */

import { type Branded, brander } from '../bytes/brand.ts';
import { u32be } from '../bytes/encode.ts';
import {
  ACK_KEY_BYTES,
  CHAIN_LINKS,
  CHAIN_STEP_BYTES,
  DESK_ID_BYTES,
  FINGERPRINT_BYTES,
  HASH_BYTES,
  LINK_BYTES,
  ROOT_BYTES,
  ROOT_USE_DAYS,
} from '../constants.ts';
import { sha256 } from '../primitives/hash.ts';
import { checkLength } from '../primitives/web-crypto.ts';
import type { Day } from '../time.ts';
import { kdf } from './kdf.ts';

/** Each 32 bytes: link_i, T, A and K. */
export type Link = Branded<'Link'>;
export type TagKey = Branded<'TagKey'>;
export type AckKey = Branded<'AckKey'>;
export type ReplyKey = Branded<'ReplyKey'>;
/** H(A): 32 bytes. */
export type AckId = Branded<'AckId'>;

/** What one link gives for one reply. */
export type ReplyKeys = {
  /** Of the link in its chain, 0 … 7. */
  readonly index: number;
  readonly tagKey: TagKey;
  readonly ackKey: AckKey;
  readonly replyKey: ReplyKey;
};
export type ChainStep = ReplyKeys & { readonly next: Link };

/**
 * How far a device has used the newest chain of a conversation. A value: whoever holds it erases the one before when
 * the next is stored, so that used links are gone (CHN-1).
 */
export type ReplyChain = {
  readonly day: Day;
  /** Index of the next link; 8 when all are used. */
  readonly next: number;
  /** 32 bytes, or null when all are used. */
  readonly link: Uint8Array | null;
};

const salt = 'postern/1 chain';
const asLink = brander('Link', LINK_BYTES);
const asTagKey = brander('TagKey', 32);
const asAckKey = brander('AckKey', ACK_KEY_BYTES);
const asReplyKey = brander('ReplyKey', 32);
const asAckId = brander('AckId', HASH_BYTES);

/**
 * link_0 of the chain of a day's root.
 * @param root R_d, 32 bytes
 * @param fingerprint 32 bytes
 * @param desk 8 bytes
 */
export async function chainStart(root: Uint8Array, fingerprint: Uint8Array, desk: Uint8Array, day: Day): Promise<Link> {
  checkLength('root', root, ROOT_BYTES);
  checkLength('fingerprint', fingerprint, FINGERPRINT_BYTES);
  checkLength('desk id', desk, DESK_ID_BYTES);
  return asLink(await kdf(root, salt, 'start', [fingerprint, desk, u32be(day)], LINK_BYTES));
}

/** @param link 32 bytes @param index of the link, 0 … 7 */
export async function chainStep(link: Uint8Array, index: number): Promise<ChainStep> {
  checkLength('link', link, LINK_BYTES);
  if (!Number.isInteger(index) || index < 0 || index >= CHAIN_LINKS) {
    throw new RangeError(`step a reply chain: link ${index}, wanted 0 to ${CHAIN_LINKS - 1}`);
  }
  const bytes = await kdf(link, salt, 'step', [Uint8Array.of(index)], CHAIN_STEP_BYTES);
  return {
    index,
    tagKey: asTagKey(bytes.slice(0, 32)),
    ackKey: asAckKey(bytes.slice(32, 64)),
    replyKey: asReplyKey(bytes.slice(64, 96)),
    next: asLink(bytes.slice(96)),
  };
}

/** The keys of all eight links in order, as a returning source needs them (CHN-3); arguments as for {@link chainStart}. */
export async function chainKeys(
  root: Uint8Array,
  fingerprint: Uint8Array,
  desk: Uint8Array,
  day: Day,
): Promise<ReplyKeys[]> {
  const all: ReplyKeys[] = [];
  let link = await chainStart(root, fingerprint, desk, day);
  for (let index = 0; index < CHAIN_LINKS; index++) {
    const { next, ...keys } = await chainStep(link, index);
    all.push(keys);
    link = next;
  }
  return all;
}

/** H(A), by which the server knows an acknowledgement. @param key A, 32 bytes */
export async function ackIdOf(key: Uint8Array): Promise<AckId> {
  checkLength('acknowledgement key', key, ACK_KEY_BYTES);
  return asAckId(await sha256(key));
}

/**
 * Takes a root that a source sent. One of the known chain's day or before is not imported, whether it was seen or not,
 * so no root is imported twice and only the newest is used (CHN-1, CHN-2).
 * @param known null for a conversation without a root
 */
export async function receiveRoot(
  known: ReplyChain | null,
  root: Uint8Array,
  fingerprint: Uint8Array,
  desk: Uint8Array,
  day: Day,
): Promise<ReplyChain> {
  if (known !== null && day <= known.day) return known;
  return { day, next: 0, link: await chainStart(root, fingerprint, desk, day) };
}

/**
 * Uses the next link.
 * @returns its keys and the record to store in place of this one; null if all links are used
 */
export async function advance(chain: ReplyChain): Promise<{ keys: ReplyKeys; chain: ReplyChain } | null> {
  if (chain.link === null) return null;
  const { next: link, ...keys } = await chainStep(chain.link, chain.next);
  const next = chain.next + 1;
  return { keys, chain: { day: chain.day, next, link: next < CHAIN_LINKS ? link : null } };
}

/** Whether a reply posted today would still be found (CHN-2): a link is left and the root is not too old. */
export function isUsable(chain: ReplyChain, today: Day): boolean {
  return chain.link !== null && today <= chain.day + ROOT_USE_DAYS;
}
