/** The key that a person's passphrase gives: Argon2id (RFC 9106). */

import { hashRaw } from '@node-rs/argon2';
import { utf8ToBytes, wireText } from '@postern/protocol/bytes/encode';
import { Secret } from '@postern/protocol/bytes/secret';

/** What guessing one passphrase costs. */
export interface PassphraseCost {
  readonly memoryKibibytes: number;
  readonly passes: number;
  readonly lanes: number;
}

/**
 * Passes and lanes of the second recommended option of RFC 9106, section 4, and four times its 64 MiB: what a laptop
 * of a desk has to spare for the second that unlocking may take.
 */
export const defaultCost: PassphraseCost = { memoryKibibytes: 256 * 1024, passes: 3, lanes: 4 };

/** What a file may ask of a machine at the most; beyond it is damage. The memory is half of RFC 9106's first option. */
const costMax: PassphraseCost = { memoryKibibytes: 1024 * 1024, passes: 16, lanes: 16 };

const keyBytes = 32;
const argon2id = 2;

/** Whether Argon2id is defined for these (RFC 9106, section 3.1) and a machine can be asked to bear them. */
export function isCost({ memoryKibibytes, passes, lanes }: PassphraseCost): boolean {
  return (
    lanes >= 1 &&
    lanes <= costMax.lanes &&
    passes >= 1 &&
    passes <= costMax.passes &&
    memoryKibibytes >= 8 * lanes &&
    memoryKibibytes <= costMax.memoryKibibytes
  );
}

/**
 * 32 bytes. The passphrase counts in Unicode's composed form (NFC), since keyboards differ in what they send for the same.
 * @param salt fresh for every file that is written
 */
export async function passphraseKey(passphrase: string, salt: Uint8Array, cost: PassphraseCost): Promise<Secret> {
  const typed = utf8ToBytes(wireText(passphrase).normalize('NFC'));
  const { memoryKibibytes: memoryCost, passes: timeCost, lanes: parallelism } = cost;
  const options = { algorithm: argon2id, memoryCost, timeCost, parallelism, outputLen: keyBytes, salt };
  const derived = await hashRaw(typed, options);
  typed.fill(0);
  const key = new Uint8Array(derived);
  derived.fill(0);
  return new Secret(key);
}
