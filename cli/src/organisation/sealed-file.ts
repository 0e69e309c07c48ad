/** A small secret in a file, sealed under a passphrase by Argon2id (RFC 9106), or bare for whoever keeps it in a safe. */

import { createOwnFile, readOwnFile } from '@postern/desk/app/own-file';
import { defaultCost, isCost, type PassphraseCost, passphraseKey } from '@postern/desk/app/passphrase-key';
import { base64urlToBytes, bytesToBase64url, concat, utf8ToBytes } from '@postern/protocol/bytes/encode';
import { Reader } from '@postern/protocol/bytes/reader';
import { Secret } from '@postern/protocol/bytes/secret';
import { WireError } from '@postern/protocol/bytes/wire-error';
import { Writer } from '@postern/protocol/bytes/writer';
import { SALT_BYTES } from '@postern/protocol/constants';
import { subkey } from '@postern/protocol/keys/kdf';
import { aesGcmOpen, aesGcmSeal } from '@postern/protocol/primitives/aes-gcm';
import type { Random } from '@postern/protocol/primitives/random';

/** What the file is; it begins with this name and a colon, and cannot be opened as anything else. */
export interface SealedFileKind {
  readonly name: string;
  /** Of the secret. */
  readonly bytes: number;
}

export interface SealOptions {
  readonly random: Random;
  /** Null leaves the secret bare. */
  readonly passphrase: string | null;
  readonly cost?: PassphraseCost;
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
  options: SealOptions,
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
  const cost = { memoryKibibytes: reader.u32(), passes: reader.u8(), lanes: reader.u8() };
  if (!isCost(cost)) throw new WireError('bad-value', `read a ${kind.name}: a cost out of range`);
  const salt = reader.bytes(SALT_BYTES);
  const header = reader.soFar();
  const sealed = reader.rest();
  return { needsPassphrase: true, open: (passphrase) => open(kind, passphrase, { header, cost, salt, sealed }) };
}

/** `u8 version = 1, u8 0, secret` */
function bareContent(secret: Secret): Uint8Array {
  return new Writer().u8(version).u8(bare).bytes(secret.reveal(), secret.length).done();
}

/** `u8 version = 1, u8 1, u32 memory, u8 passes, u8 lanes, salt[32], AES-256-GCM(subkey(Argon2id, name, salt, all before), secret)` */
async function seal(
  kind: SealedFileKind,
  secret: Secret,
  passphrase: string,
  { random, cost = defaultCost }: SealOptions,
) {
  const salt = random(SALT_BYTES);
  const header = new Writer()
    .u8(version)
    .u8(argon2id)
    .u32(cost.memoryKibibytes)
    .u8(cost.passes)
    .u8(cost.lanes)
    .bytes(salt, SALT_BYTES)
    .done();
  const { key, nonce } = await keyOf(kind, passphrase, { header, cost, salt });
  const sealed = await aesGcmSeal(key, nonce, header, secret.reveal());
  key.fill(0);
  return concat(header, sealed);
}

interface SealedParts {
  readonly header: Uint8Array;
  readonly cost: PassphraseCost;
  readonly salt: Uint8Array;
  readonly sealed: Uint8Array;
}

async function open(kind: SealedFileKind, passphrase: string, parts: SealedParts): Promise<Secret | null> {
  const { key, nonce } = await keyOf(kind, passphrase, parts);
  const secret = await aesGcmOpen(key, nonce, parts.header, parts.sealed);
  key.fill(0);
  return secret?.length === kind.bytes ? new Secret(secret) : null;
}

async function keyOf(kind: SealedFileKind, passphrase: string, { header, cost, salt }: Omit<SealedParts, 'sealed'>) {
  const secret = await passphraseKey(passphrase, salt, cost);
  const derived = await subkey(secret.reveal(), kind.name, salt, [header]);
  secret.erase();
  return derived;
}
