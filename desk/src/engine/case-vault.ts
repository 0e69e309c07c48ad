/**
 * Seals each case under a key of its own, so that ending a case is erasing one short record that was written once
 * (spec/protocol.md, section 7.3, CAS-6).
 */

import { concat, hexToBytes } from '@postern/protocol/bytes/encode';
import { AES_KEY_BYTES, SALT_BYTES } from '@postern/protocol/constants';
import type { Subkey } from '@postern/protocol/keys/kdf';
import { subkeySource } from '@postern/protocol/keys/subkey-native';
import { aesGcmOpenNative, aesGcmSealNative } from '@postern/protocol/primitives/aes-gcm-native';
import type { Random } from '@postern/protocol/primitives/random';
import type { LocalStore, StoreWrite } from './ports.ts';
import { names } from './store-schema.ts';

const noBytes = new Uint8Array(0);

export class CaseVault {
  readonly #keys = new Map<string, Uint8Array>();
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  /** The case's bytes as they were sealed last. @param id hex @throws Error if the key is not the one */
  async open(store: LocalStore, id: string): Promise<Uint8Array | null> {
    const [key, sealed] = await Promise.all([store.get(names.caseKey(id)), store.get(names.conversation(id))]);
    if (key === null || sealed === null) return null;
    const salt = sealed.subarray(0, SALT_BYTES);
    const { key: aesKey, nonce } = subkeyOf(key, id, salt);
    const opened = aesGcmOpenNative(aesKey, nonce, noBytes, sealed.subarray(SALT_BYTES));
    if (opened === null) throw new Error('open a case in the local store: its key is another');
    this.#keys.set(id, key);
    return opened;
  }

  /** @param isNew makes another key, over the one before. @returns the writes that keep the bytes */
  seal(id: string, bytes: Uint8Array, isNew: boolean): StoreWrite[] {
    const known = isNew ? undefined : this.#keys.get(id);
    if (isNew) this.#keys.get(id)?.fill(0);
    const key = known ?? this.#random(AES_KEY_BYTES);
    this.#keys.set(id, key);
    const salt = this.#random(SALT_BYTES);
    const { key: aesKey, nonce } = subkeyOf(key, id, salt);
    const sealed = concat(salt, aesGcmSealNative(aesKey, nonce, noBytes, bytes));
    const writes: StoreWrite[] = [{ key: names.conversation(id), bytes: sealed }];
    if (known === undefined) writes.push({ key: names.caseKey(id), bytes: key.slice() });
    return writes;
  }

  /** Every case that is kept, erased. */
  async eraseAll(store: LocalStore): Promise<StoreWrite[]> {
    for (const key of this.#keys.values()) key.fill(0);
    this.#keys.clear();
    const kept = await Promise.all([store.list(names.caseKeys), store.list(names.conversations)]);
    return kept.flat().map((key) => ({ key, bytes: null }));
  }
}

function subkeyOf(key: Uint8Array, id: string, salt: Uint8Array): Subkey {
  const source = subkeySource(key);
  const derived = source('case', salt, [hexToBytes(id)]);
  source.erase();
  return derived;
}
