/** The eight links of a root: the keys of the replies to it, each used once (spec/protocol.md section 3.1). */

import { type Branded, brander } from '../bytes/brand.ts';
import { u32be } from '../bytes/encode.ts';
import { ACK_KEY_BYTES, HASH_BYTES, LINK_BYTES, LINKS, ROOT_BYTES, ROOT_USE_DAYS } from '../constants.ts';
import { sha256 } from '../primitives/hash.ts';
import { checkLength } from '../primitives/web-crypto.ts';
import type { Day } from '../time.ts';
import { kdf } from './kdf.ts';

/** Each 32 bytes: T, A and K. */
export type TagKey = Branded<'TagKey'>;
export type AckKey = Branded<'AckKey'>;
export type ReplyKey = Branded<'ReplyKey'>;
/** H(A): 32 bytes. */
export type AckId = Branded<'AckId'>;

/** What one link gives for one reply. */
export type ReplyKeys = {
  /** Of the link, 0 … 7. */
  readonly index: number;
  readonly tagKey: TagKey;
  readonly ackKey: AckKey;
  readonly replyKey: ReplyKey;
};

/**
 * What a device holds of the newest root of a conversation: the keys of the links it has not used. A value: whoever
 * holds it erases the one before when the next is stored, so that used keys are gone (CHN-1).
 */
export type ReplyLinks = {
  readonly day: Day;
  /** Index of the next link; 8 when all are used. */
  readonly next: number;
  /** 96 bytes for each link that is left: T ‖ A ‖ K. */
  readonly keys: Uint8Array;
};

const asTagKey = brander('TagKey', 32);
const asAckKey = brander('AckKey', ACK_KEY_BYTES);
const asReplyKey = brander('ReplyKey', 32);
const asAckId = brander('AckId', HASH_BYTES);

/** The keys of all eight links, as a returning source needs them (CHN-3). @param root 32 bytes */
export async function replyKeysOf(
  root: Uint8Array,
  fingerprint: Uint8Array,
  desk: Uint8Array,
  day: Day,
): Promise<ReplyKeys[]> {
  const keys = await linkBytes(root, fingerprint, desk, day);
  return Array.from({ length: LINKS }, (_, index) => keysAt(keys, index, index * LINK_BYTES));
}

/** H(A), by which the server knows an acknowledgement. @param key 32 bytes */
export async function ackIdOf(key: Uint8Array): Promise<AckId> {
  checkLength('acknowledgement key', key, ACK_KEY_BYTES);
  return asAckId(await sha256(key));
}

/**
 * Takes a root that a source sent. One of the known links' day or before is not imported, whether it was seen or not,
 * so no root is imported twice and only the newest is used (CHN-1, CHN-2).
 * @param known null for a conversation without a root
 */
export async function receiveRoot(
  known: ReplyLinks | null,
  root: Uint8Array,
  fingerprint: Uint8Array,
  desk: Uint8Array,
  day: Day,
): Promise<ReplyLinks> {
  if (known !== null && day <= known.day) return known;
  return { day, next: 0, keys: await linkBytes(root, fingerprint, desk, day) };
}

/** Uses the next link. @returns its keys and the record to store in place of this one; null if all links are used */
export function useLink(links: ReplyLinks): { keys: ReplyKeys; links: ReplyLinks } | null {
  if (links.next >= LINKS) return null;
  const keys = keysAt(links.keys, links.next, 0);
  return { keys, links: { day: links.day, next: links.next + 1, keys: links.keys.slice(LINK_BYTES) } };
}

/** Whether a reply written on a day would still be found (CHN-2): a link is left and the root is not too old. */
export function isUsable(links: ReplyLinks, day: Day): boolean {
  return links.next < LINKS && day <= links.day + ROOT_USE_DAYS;
}

function linkBytes(root: Uint8Array, fingerprint: Uint8Array, desk: Uint8Array, day: Day): Promise<Uint8Array> {
  checkLength('root', root, ROOT_BYTES);
  return kdf(root, 'postern/1 links', 'links', [fingerprint, desk, u32be(day)], LINKS * LINK_BYTES);
}

function keysAt(keys: Uint8Array, index: number, offset: number): ReplyKeys {
  const at = (place: number): Uint8Array => keys.slice(offset + 32 * place, offset + 32 * (place + 1));
  return { index, tagKey: asTagKey(at(0)), ackKey: asAckKey(at(1)), replyKey: asReplyKey(at(2)) };
}
