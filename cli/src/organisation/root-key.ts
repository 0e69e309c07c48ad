/** The organisation's root key, which signs rosters and nothing else, in a file that is kept offline (spec/protocol.md, section 2). */

import { Secret } from '@postern/protocol/bytes/secret';
import { HYBRID_SEED_BYTES } from '@postern/protocol/constants';
import { type HybridKey, hybridKey } from '@postern/protocol/primitives/hybrid-signature';
import type { Context } from '../terminal/context.ts';
import { refused, unreachable } from '../terminal/failure.ts';
import { passphraseFor } from '../terminal/passphrase.ts';
import { createSealedFile, readSealedFile, type SealedFileOptions } from './sealed-file.ts';

/** How the file is called where nothing else is said. */
export const rootKeyName = 'organisation-root.key';

const kind = { name: 'postern-root-key', bytes: HYBRID_SEED_BYTES };

/** Makes a new key and its file. */
export async function createRootKey(file: string, options: SealedFileOptions): Promise<HybridKey> {
  const seed = options.random(HYBRID_SEED_BYTES);
  const key = await hybridKey(seed);
  const secret = new Secret(seed);
  try {
    if (!(await createSealedFile(file, kind, secret, options))) {
      throw refused(`There is a root key already: ${file}. Nothing was changed.`);
    }
    return key;
  } finally {
    secret.erase();
  }
}

export interface RootKeyOptions {
  /** The key's file. */
  readonly root: string;
  readonly rootPassphraseFile?: string;
}

/** Opens the file with the passphrase that was given or that a person types. */
export async function openRootKey(context: Context, { root, rootPassphraseFile }: RootKeyOptions): Promise<HybridKey> {
  const file = await readSealedFile(root, kind);
  if (file === null) throw unreachable(`There is no root key at ${root}.`);
  const question = { what: 'the root key', file: rootPassphraseFile, option: '--root-passphrase-file' };
  const secret = await file.open(file.needsPassphrase ? await passphraseFor(context, question) : '');
  if (secret === null) throw refused('The passphrase of the root key is wrong, or its file is damaged.');
  try {
    return await hybridKey(secret.reveal());
  } finally {
    secret.erase();
  }
}
