/** A secret sealed under a person's passphrase, with what is needed to derive its key again standing before it. */

import { concat } from '@postern/protocol/bytes/encode';
import type { Reader } from '@postern/protocol/bytes/reader';
import { WireError } from '@postern/protocol/bytes/wire-error';
import { Writer } from '@postern/protocol/bytes/writer';
import { SALT_BYTES } from '@postern/protocol/constants';
import { subkey } from '@postern/protocol/keys/kdf';
import { aesGcmOpen, aesGcmSeal } from '@postern/protocol/primitives/aes-gcm';
import type { Random } from '@postern/protocol/primitives/random';
import { defaultCost, isCost, type PassphraseCost, passphraseKey } from './passphrase-key.ts';

export interface SealOptions {
  readonly random: Random;
  /** Of the file that is written. */
  readonly cost?: PassphraseCost;
}

/** What was read of one that waits for its passphrase. */
export interface PassphraseSealed {
  /** All that stands before the sealed bytes, which are bound to it. */
  readonly header: Uint8Array;
  readonly cost: PassphraseCost;
  readonly salt: Uint8Array;
  readonly sealed: Uint8Array;
}

/**
 * `head, u32 memory, u8 passes, u8 lanes, salt[32], AES-256-GCM(subkey(Argon2id, label, salt, all before), content)`
 * @param head what the file begins with
 * @param label what the file is; it opens as nothing else
 */
export async function sealUnderPassphrase(
  head: Uint8Array,
  label: string,
  passphrase: string,
  content: Uint8Array,
  { random, cost = defaultCost }: SealOptions,
): Promise<Uint8Array> {
  const salt = random(SALT_BYTES);
  const header = passphraseHeader(head, cost, salt);
  const { key, nonce } = await keyOf(label, passphrase, { header, cost, salt });
  const sealed = await aesGcmSeal(key, nonce, header, content);
  key.fill(0);
  return concat(header, sealed);
}

export function passphraseHeader(head: Uint8Array, cost: PassphraseCost, salt: Uint8Array): Uint8Array {
  const { memoryKibibytes, passes, lanes } = cost;
  return new Writer().bytes(head, head.length).u32(memoryKibibytes).u8(passes).u8(lanes).bytes(salt, SALT_BYTES).done();
}

/** @param reader behind the head @throws WireError, also for a cost out of range */
export function readPassphraseSealed(reader: Reader): PassphraseSealed {
  const cost = { memoryKibibytes: reader.u32(), passes: reader.u8(), lanes: reader.u8() };
  if (!isCost(cost)) throw new WireError('bad-value', 'read a sealed secret: a cost out of range');
  const salt = reader.bytes(SALT_BYTES);
  return { header: reader.soFar(), cost, salt, sealed: reader.rest() };
}

/** Null for a wrong passphrase and for damaged bytes; nobody can tell which. */
export async function openUnderPassphrase(
  label: string,
  passphrase: string,
  parts: PassphraseSealed,
): Promise<Uint8Array | null> {
  const { key, nonce } = await keyOf(label, passphrase, parts);
  const content = await aesGcmOpen(key, nonce, parts.header, parts.sealed);
  key.fill(0);
  return content;
}

async function keyOf(
  label: string,
  passphrase: string,
  { header, cost, salt }: Omit<PassphraseSealed, 'sealed'>,
): ReturnType<typeof subkey> {
  const secret = await passphraseKey(passphrase, salt, cost);
  const derived = await subkey(secret.reveal(), label, salt, [header]);
  secret.erase();
  return derived;
}
