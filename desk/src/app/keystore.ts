/** One file with all that a device must keep secret, sealed under its person's passphrase (spec/threat-model.md, THR-7). */

import { Reader } from '@postern/protocol/bytes/reader';
import { Secret } from '@postern/protocol/bytes/secret';
import { WireError } from '@postern/protocol/bytes/wire-error';
import { Writer } from '@postern/protocol/bytes/writer';
import {
  AES_KEY_BYTES,
  DESK_ID_BYTES,
  FINGERPRINT_BYTES,
  HYBRID_SEED_BYTES,
  SALT_BYTES,
} from '@postern/protocol/constants';
import { createOwnFile, readOwnFile, replaceOwnFile } from './own-file.ts';
import { defaultCost } from './passphrase-key.ts';
import {
  openUnderPassphrase,
  type PassphraseSealed,
  passphraseHeader,
  readPassphraseSealed,
  type SealOptions,
  sealUnderPassphrase,
} from './passphrase-seal.ts';

/** The desk that a device belongs to, once its organisation lists it. */
export interface Enrolment {
  /** 32 bytes, compared by people when the device was set up. */
  readonly fingerprint: Uint8Array;
  /** 8 bytes. */
  readonly deskId: Uint8Array;
  /** The signed roster of the set-up. */
  readonly roster: Uint8Array;
  /** Where the organisation's server is, such as `http://….onion`. In here so that a lost disk does not name it. */
  readonly server: string;
}

export interface Keystore {
  /** The device's hybrid seed, 64 bytes. */
  readonly deviceSeed: Secret;
  /** Of the local store, 32 bytes. */
  readonly storeKey: Secret;
  /** Null until the device is enrolled. */
  readonly enrolment: Enrolment | null;
}

/**
 * - `exists`: there is a keystore already, which is left as it is
 * - `missing`: there is none
 * - `short`: the new passphrase has fewer characters than {@link passphraseCharactersMin}
 * - `closed`: wrong passphrase, or the file is damaged or of another version; nobody can tell which
 */
export type KeystoreErrorCode = 'exists' | 'missing' | 'short' | 'closed';

export class KeystoreError extends Error {
  override readonly name = 'KeystoreError';
  readonly code: KeystoreErrorCode;

  constructor(code: KeystoreErrorCode, attempted: string) {
    super(`${attempted}: ${code}`);
    this.code = code;
  }
}

/** Less can be guessed whatever Argon2id costs. */
export const passphraseCharactersMin = 12;

const version = 1;
const contentVersion = 1;
const fileBytesMax = 4 * 1024 * 1024;
const label = 'keystore';
const head = Uint8Array.of(version);

/** Makes the file, readable by its owner only. @throws KeystoreError exists, short */
export async function createKeystore(
  file: string,
  passphrase: string,
  keystore: Keystore,
  options: SealOptions,
): Promise<void> {
  checkLength(passphrase, 'create a keystore');
  if (!(await createOwnFile(file, await seal(passphrase, keystore, options)))) {
    throw new KeystoreError('exists', 'create a keystore');
  }
}

/** @throws KeystoreError missing, closed */
export async function openKeystore(file: string, passphrase: string): Promise<Keystore> {
  const bytes = await readOwnFile(file, fileBytesMax);
  if (bytes === null) throw new KeystoreError('missing', 'open a keystore');
  return open(passphrase, bytes);
}

/** Replaces the enrolment in one step. @throws KeystoreError missing, closed */
export async function enrolKeystore(
  file: string,
  passphrase: string,
  enrolment: Enrolment,
  options: SealOptions,
): Promise<void> {
  const keystore = await openKeystore(file, passphrase);
  try {
    await replaceOwnFile(file, await seal(passphrase, { ...keystore, enrolment }, options));
  } finally {
    eraseKeystore(keystore);
  }
}

/** Seals the same keys anew; the disk may keep the old file's blocks. @throws KeystoreError missing, closed, short */
export async function changePassphrase(
  file: string,
  passphrase: string,
  next: string,
  options: SealOptions,
): Promise<void> {
  checkLength(next, 'change a passphrase');
  const keystore = await openKeystore(file, passphrase);
  try {
    await replaceOwnFile(file, await seal(next, keystore, options));
  } finally {
    eraseKeystore(keystore);
  }
}

export function eraseKeystore({ deviceSeed, storeKey }: Keystore): void {
  deviceSeed.erase();
  storeKey.erase();
}

/** `u8 version = 1`, then as {@link sealUnderPassphrase} */
async function seal(passphrase: string, keystore: Keystore, options: SealOptions): Promise<Uint8Array> {
  const content = encodeContent(keystore);
  const bytes = await sealUnderPassphrase(head, label, passphrase, content, options);
  content.fill(0);
  return bytes;
}

async function open(passphrase: string, bytes: Uint8Array): Promise<Keystore> {
  // Also for a file that cannot be read: how long it takes tells nothing about why it stays closed.
  const content = await openUnderPassphrase(label, passphrase, readSealed(bytes));
  if (content === null) throw new KeystoreError('closed', 'open a keystore');
  try {
    return decodeContent(content);
  } catch (error) {
    if (error instanceof WireError) throw new KeystoreError('closed', 'open a keystore');
    throw error;
  } finally {
    content.fill(0);
  }
}

/** What cannot be read is given as something under which nothing opens. */
function readSealed(bytes: Uint8Array): PassphraseSealed {
  try {
    const reader = new Reader(bytes);
    reader.version(version);
    return readPassphraseSealed(reader);
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
  }
  const salt = new Uint8Array(SALT_BYTES);
  const header = passphraseHeader(head, defaultCost, salt);
  return { header, cost: defaultCost, salt, sealed: new Uint8Array(0) };
}

/** `u8 version = 1, seed[64], store key[32], enrolment: list8 of { fingerprint[32], desk[8], var32 roster, text16 server }`, at most one */
function encodeContent({ deviceSeed, storeKey, enrolment }: Keystore): Uint8Array {
  return new Writer()
    .u8(contentVersion)
    .bytes(deviceSeed.reveal(), HYBRID_SEED_BYTES)
    .bytes(storeKey.reveal(), AES_KEY_BYTES)
    .list8(enrolment === null ? [] : [enrolment], ({ fingerprint, deskId, roster, server }, w) =>
      w.bytes(fingerprint, FINGERPRINT_BYTES).bytes(deskId, DESK_ID_BYTES).var32(roster).text16(server),
    )
    .done();
}

function decodeContent(bytes: Uint8Array): Keystore {
  const reader = new Reader(bytes);
  reader.version(contentVersion);
  const deviceSeed = new Secret(reader.bytes(HYBRID_SEED_BYTES));
  const storeKey = new Secret(reader.bytes(AES_KEY_BYTES));
  const [enrolment = null] = reader.list8(1, (r) => ({
    fingerprint: r.bytes(FINGERPRINT_BYTES),
    deskId: r.bytes(DESK_ID_BYTES),
    roster: r.var32(),
    server: r.text16(),
  }));
  reader.end();
  return { deviceSeed, storeKey, enrolment };
}

function checkLength(passphrase: string, attempted: string): void {
  if ([...passphrase.normalize('NFC')].length < passphraseCharactersMin) throw new KeystoreError('short', attempted);
}
