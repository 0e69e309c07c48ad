/** The keys of the onion services: a seed of 32 bytes in a file of the data folder, from which Tor's key and the address follow. */

import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { bytesToBase32 } from '@postern/protocol/bytes/base32';
import { concat, utf8ToBytes } from '@postern/protocol/bytes/encode';
import { ed25519Key } from '@postern/protocol/primitives/ed25519';
import { sha3Native, sha512Native } from '@postern/protocol/primitives/hash-native';
import type { Random } from '@postern/protocol/primitives/random';
import { DataFolderError, nullIfMissing, writeDurably } from '../files/data-folder.ts';

/** The address for everybody, and the one that only desks' devices can reach. */
export const onionKeyFiles = { public: 'onion.key', desk: 'onion-desk.key' } as const;
export type OnionName = keyof typeof onionKeyFiles;

const seedBytes = 32;
const othersMayRead = 0o077;
const addressVersion = 3;

/** Makes the key unless there is one. @returns the address, with `.onion` @throws DataFolderError open, damaged */
export async function ensureOnionKey(dataFolder: string, name: OnionName, random: Random): Promise<string> {
  const address = await onionAddress(dataFolder, name);
  if (address !== null) return address;
  const seed = random(seedBytes);
  await writeDurably(dataFolder, onionKeyFiles[name], seed);
  return addressOf(seed).finally(() => seed.fill(0));
}

/** Without a tor. @returns null if there is no key yet @throws DataFolderError open, damaged */
export async function onionAddress(dataFolder: string, name: OnionName): Promise<string | null> {
  const seed = await readSeed(dataFolder, name);
  return seed === null ? null : addressOf(seed).finally(() => seed.fill(0));
}

/** The private key as `ADD_ONION` takes it (control-spec section 3.27). @throws DataFolderError open, damaged, missing */
export async function readTorKey(dataFolder: string, name: OnionName): Promise<string> {
  const seed = await readSeed(dataFolder, name);
  if (seed === null) throw new DataFolderError('missing', 'read an onion key');
  // RFC 8032 section 5.1.5: Tor takes the scalar and prefix that an Ed25519 seed stands for.
  const expanded = sha512Native(seed);
  expanded[0] = (expanded[0] ?? 0) & 248;
  expanded[31] = ((expanded[31] ?? 0) & 63) | 64;
  const key = `ED25519-V3:${Buffer.from(expanded).toString('base64')}`;
  seed.fill(0);
  expanded.fill(0);
  return key;
}

async function readSeed(dataFolder: string, name: OnionName): Promise<Uint8Array | null> {
  const path = join(dataFolder, onionKeyFiles[name]);
  const found = await stat(path).catch(nullIfMissing);
  if (found === null) return null;
  if ((found.mode & othersMayRead) !== 0) throw new DataFolderError('open', 'read an onion key');
  const seed = new Uint8Array(await readFile(path));
  if (seed.length !== seedBytes) throw new DataFolderError('damaged', 'read an onion key');
  return seed;
}

/** rend-spec-v3 section 6: the public key, two bytes of a checksum, the version. */
async function addressOf(seed: Uint8Array): Promise<string> {
  const { publicKey } = await ed25519Key(seed);
  const version = Uint8Array.of(addressVersion);
  const checksum = sha3Native(concat(utf8ToBytes('.onion checksum'), publicKey, version)).subarray(0, 2);
  return `${bytesToBase32(concat(publicKey, checksum, version))}.onion`;
}
