/** What a source derives from the phrase: conversation keys, roots and the lane (spec/protocol.md section 3). */

import { type Branded, brander, type ConversationId, conversationId } from '../bytes/brand.ts';
import { u32be } from '../bytes/encode.ts';
import { DESK_ID_BYTES, FINGERPRINT_BYTES, LANE_BYTES, PHRASE_BYTES, ROOT_BYTES } from '../constants.ts';
import { ed25519Key, ed25519SeedBytes } from '../primitives/ed25519.ts';
import { checkLength } from '../primitives/web-crypto.ts';
import type { Day } from '../time.ts';
import { importKdfSecret, type Kdf } from './kdf.ts';

/** R_d of one desk and day, from which the chain of its replies starts: 32 bytes. */
export type Root = Branded<'Root'>;

/** A source's signing key for one desk. */
export type ConversationKey = {
  readonly id: ConversationId;
  /** The 64-byte Ed25519 signature. */
  readonly sign: (message: Uint8Array) => Promise<Uint8Array>;
};

const salt = 'postern/1 source';
const asRoot = brander('Root', ROOT_BYTES);

/**
 * The key whose public half is the id of the source's conversation with a desk.
 * @param mk 16 bytes, the entropy of the phrase
 * @param fingerprint 32 bytes
 * @param desk 8 bytes
 */
export async function conversationKey(
  mk: Uint8Array,
  fingerprint: Uint8Array,
  desk: Uint8Array,
): Promise<ConversationKey> {
  checkOwner(fingerprint, desk);
  const derive = await importPhrase(mk);
  const seed = await derive(salt, 'sign', [fingerprint, desk], ed25519SeedBytes);
  const { publicKey, sign } = await ed25519Key(seed);
  seed.fill(0);
  return { id: conversationId(publicKey), sign };
}

/** R_d; arguments as for {@link conversationKey}. */
export async function rootOf(mk: Uint8Array, fingerprint: Uint8Array, desk: Uint8Array, day: Day): Promise<Root> {
  checkOwner(fingerprint, desk);
  return deriveRoot(await importPhrase(mk), fingerprint, desk, day);
}

/** The roots of many days, in their order, for one import of the phrase. */
export async function rootsOf(
  mk: Uint8Array,
  fingerprint: Uint8Array,
  desk: Uint8Array,
  days: readonly Day[],
): Promise<Root[]> {
  checkOwner(fingerprint, desk);
  const derive = await importPhrase(mk);
  return Promise.all(days.map((day) => deriveRoot(derive, fingerprint, desk, day)));
}

/** The 16 bits of which an index's lane depth takes the first. @returns 0 … 65,535 */
export async function laneOf(mk: Uint8Array, fingerprint: Uint8Array): Promise<number> {
  checkLength('fingerprint', fingerprint, FINGERPRINT_BYTES);
  const derive = await importPhrase(mk);
  const [high = 0, low = 0] = await derive(salt, 'lane', [fingerprint], LANE_BYTES);
  return (high << 8) | low;
}

function importPhrase(mk: Uint8Array): Promise<Kdf> {
  checkLength('phrase', mk, PHRASE_BYTES);
  return importKdfSecret(mk);
}

async function deriveRoot(derive: Kdf, fingerprint: Uint8Array, desk: Uint8Array, day: Day): Promise<Root> {
  return asRoot(await derive(salt, 'root', [fingerprint, desk, u32be(day)], ROOT_BYTES));
}

function checkOwner(fingerprint: Uint8Array, desk: Uint8Array): void {
  checkLength('fingerprint', fingerprint, FINGERPRINT_BYTES);
  checkLength('desk id', desk, DESK_ID_BYTES);
}
