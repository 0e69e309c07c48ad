/** A small secret in a file, sealed under a passphrase by Argon2id (RFC 9106), or bare for whoever keeps it in a safe. */

import { createOwnFile, readOwnFile } from '@postern/desk/app/own-file';
import {
  openUnderPassphrase,
  type PassphraseSealed,
  readPassphraseSealed,
  type SealOptions,
  sealUnderPassphrase,
} from '@postern/desk/app/passphrase-seal';
import { base64urlToBytes, bytesToBase64url, utf8ToBytes } from '@postern/protocol/bytes/encode';
import { Reader } from '@postern/protocol/bytes/reader';
import { Secret } from '@postern/protocol/bytes/secret';
import { WireError } from '@postern/protocol/bytes/wire-error';
import { Writer } from '@postern/protocol/bytes/writer';

/** What the file is; it begins with this name and a colon, and cannot be opened as anything else. */
export interface SealedFileKind {
  readonly name: string;
  /** Of the secret. */
  readonly bytes: number;
}

export interface SealedFileOptions extends SealOptions {
  /** Null leaves the secret bare. */
  readonly passphrase: string | null;
}

const version = 1;
const bare = 0;
const argon2id = 1;
const fileBytesMax = 4_096;

/** Makes the file, readable by its owner only. @returns false, and changes nothing, if there is one already */
export async function createSealedFile(
  file: string,
  kind: SealedFileKind,
  secret: Secret,
  options: SealedFileOptions,
): Promise<boolean> {
  const content =
    options.passphrase === null ? bareContent(secret) : await seal(kind, secret, options.passphrase, options);
  return createOwnFile(file, utf8ToBytes(`${kind.name}:${bytesToBase64url(content)}\n`));
}

/** A file of a kind that was read and waits for its passphrase, if it has one. */
export interface SealedFile {
  readonly needsPassphrase: boolean;
  /** Null for a wrong passphrase and for a damaged file; nobody can tell which. */
  readonly open: (passphrase: string) => Promise<Secret | null>;
}

/** Null if there is no such file. @throws WireError for a file of another kind */
export async function readSealedFile(file: string, kind: SealedFileKind): Promise<SealedFile | null> {
  const bytes = await readOwnFile(file, fileBytesMax);
  if (bytes === null) return null;
  const text = new TextDecoder().decode(bytes).trim();
  const prefix = `${kind.name}:`;
  if (!text.startsWith(prefix)) throw new WireError('bad-value', `read a ${kind.name}: it is none`);
  const reader = new Reader(base64urlToBytes(text.slice(prefix.length)));
  reader.version(version);
  const protection = reader.u8();
  if (protection === bare) {
    const secret = reader.bytes(kind.bytes);
    reader.end();
    return { needsPassphrase: false, open: async () => new Secret(secret.slice()) };
  }
  if (protection !== argon2id) throw new WireError('bad-value', `read a ${kind.name}: an unknown protection`);
  const sealed = readPassphraseSealed(reader);
  return { needsPassphrase: true, open: (passphrase) => open(kind, passphrase, sealed) };
}

/** `u8 version = 1, u8 0, secret` */
function bareContent(secret: Secret): Uint8Array {
  return new Writer().u8(version).u8(bare).bytes(secret.reveal(), secret.length).done();
}

/** `u8 version = 1, u8 1`, then as {@link sealUnderPassphrase} */
function seal(kind: SealedFileKind, secret: Secret, passphrase: string, options: SealOptions): Promise<Uint8Array> {
  const head = Uint8Array.of(version, argon2id);
  return sealUnderPassphrase(head, kind.name, passphrase, secret.reveal(), options);
}

async function open(kind: SealedFileKind, passphrase: string, sealed: PassphraseSealed): Promise<Secret | null> {
  const secret = await openUnderPassphrase(kind.name, passphrase, sealed);
  return secret?.length === kind.bytes ? new Secret(secret) : null;
}
