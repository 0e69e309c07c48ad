/** What a source derives from the phrase: conversation keys, roots and the lane (spec/protocol.md section 3). */

import { type Branded, brander, type ConversationId, conversationId, type DeskId } from '../bytes/brand.ts';
import { u32be } from '../bytes/encode.ts';
import {
  DESK_ID_BYTES,
  FINGERPRINT_BYTES,
  LANE_BYTES,
  PHRASE_BYTES,
  ROOT_BYTES,
  ROOT_WINDOW_DAYS,
} from '../constants.ts';
import { ed25519Key, ed25519SeedBytes } from '../primitives/ed25519.ts';
import { checkLength } from '../primitives/web-crypto.ts';
import type { Day } from '../time.ts';
import { importKdfSecret, type Kdf } from './kdf.ts';

declare const source: unique symbol;

/** The phrase's entropy `mk`, prepared once for many derivations. */
export type PhraseKey = { readonly derive: Kdf; readonly [source]: true };

/** R_d of one desk and day, from which the chain of its replies starts: 32 bytes. */
export type Root = Branded<'Root'>;

/** A source's signing key for one desk. */
export type ConversationKey = {
  readonly id: ConversationId;
  /** The 64-byte Ed25519 signature. */
  readonly sign: (message: Uint8Array) => Promise<Uint8Array>;
};

/** A root and what it belongs to. */
export type DatedRoot = { readonly desk: DeskId; readonly day: Day; readonly root: Root };

const salt = 'postern/1 source';
const asRoot = brander('Root', ROOT_BYTES);

/** @param mk 16 bytes, the entropy of twelve words; the caller erases its copy */
export async function importPhrase(mk: Uint8Array): Promise<PhraseKey> {
  checkLength('phrase', mk, PHRASE_BYTES);
  return { derive: await importKdfSecret(mk) } as PhraseKey;
}

/**
 * The key whose public half is the id of the source's conversation with a desk.
 * @param fingerprint 32 bytes
 * @param desk 8 bytes
 */
export async function conversationKey(
  phrase: PhraseKey,
  fingerprint: Uint8Array,
  desk: Uint8Array,
): Promise<ConversationKey> {
  checkOwner(fingerprint, desk);
  const seed = await phrase.derive(salt, 'sign', [fingerprint, desk], ed25519SeedBytes);
  const { publicKey, sign } = await ed25519Key(seed);
  seed.fill(0);
  return { id: conversationId(publicKey), sign };
}

/** R_d; arguments as for {@link conversationKey}. */
export async function rootOf(phrase: PhraseKey, fingerprint: Uint8Array, desk: Uint8Array, day: Day): Promise<Root> {
  checkOwner(fingerprint, desk);
  return asRoot(await phrase.derive(salt, 'root', [fingerprint, desk, u32be(day)], ROOT_BYTES));
}

/**
 * All roots under which a reply may still stand: for each desk the last 64 days, newest first (CHN-3).
 * @param today the last of the days
 */
export function rootsOf(
  phrase: PhraseKey,
  fingerprint: Uint8Array,
  desks: readonly DeskId[],
  today: Day,
): Promise<DatedRoot[]> {
  const count = Math.min(ROOT_WINDOW_DAYS, today + 1);
  const days = Array.from({ length: count }, (_, back) => today - back);
  const wanted = desks.flatMap((desk) => days.map((day) => ({ desk, day })));
  return Promise.all(
    wanted.map(async ({ desk, day }) => ({ desk, day, root: await rootOf(phrase, fingerprint, desk, day) })),
  );
}

/** The 16 bits of which an index's lane depth takes the first. @returns 0 … 65,535 */
export async function laneOf(phrase: PhraseKey, fingerprint: Uint8Array): Promise<number> {
  checkLength('fingerprint', fingerprint, FINGERPRINT_BYTES);
  const [high = 0, low = 0] = await phrase.derive(salt, 'lane', [fingerprint], LANE_BYTES);
  return (high << 8) | low;
}

function checkOwner(fingerprint: Uint8Array, desk: Uint8Array): void {
  checkLength('fingerprint', fingerprint, FINGERPRINT_BYTES);
  checkLength('desk id', desk, DESK_ID_BYTES);
}
