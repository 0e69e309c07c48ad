/** Which devices can reach the desks' onion address: their X25519 public keys, in a file that a running server looks at again. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { base32ToBytes, bytesToBase32 } from '@postern/protocol/bytes/base32';
import { DataFolderError, nullIfMissing, writeDurably } from '../files/data-folder.ts';

/** One key a line, in base32: the form of Tor's `ClientAuthV3`. Needed in a backup like the keys. */
export const deskAccessFile = 'onion-desk.clients';

/** Of a descriptor, which would be refused if it grew further. */
export const deskClientsMax = 128;

const keyBytes = 32;

/** Upper-case base32 of each, in order. @throws DataFolderError damaged */
export async function deskClients(dataFolder: string): Promise<readonly string[]> {
  const text = await readFile(join(dataFolder, deskAccessFile), 'utf8').catch(nullIfMissing);
  const lines = (text ?? '').split('\n').filter((line) => line !== '');
  if (lines.length > deskClientsMax || !lines.every(isKey)) throw new DataFolderError('damaged', 'read desk clients');
  return lines;
}

/**
 * From now on this device can reach the desks' address. A running server has it within `lookSeconds` of `startOnion`.
 * @param publicKey 32 bytes; the device keeps the private half for its own tor
 * @throws DataFolderError damaged; RangeError for a key of another length, or one client too many
 */
export async function addDeskClient(dataFolder: string, publicKey: Uint8Array): Promise<void> {
  if (publicKey.length !== keyBytes) throw new RangeError(`add a desk client: ${publicKey.length} bytes, wanted 32`);
  const clients = await deskClients(dataFolder);
  const added = [...new Set([...clients, keyText(publicKey)])].sort();
  if (added.length > deskClientsMax) throw new RangeError(`add a desk client: there are ${deskClientsMax} already`);
  await write(dataFolder, added);
}

/** The address is published anew, at places that this device can no longer read. @returns false if it was not there */
export async function removeDeskClient(dataFolder: string, publicKey: Uint8Array): Promise<boolean> {
  const clients = await deskClients(dataFolder);
  const left = clients.filter((client) => client !== keyText(publicKey));
  if (left.length === clients.length) return false;
  await write(dataFolder, left);
  return true;
}

function keyText(publicKey: Uint8Array): string {
  return bytesToBase32(publicKey).toUpperCase();
}

function isKey(line: string): boolean {
  return /^[A-Z2-7]{52}$/.test(line) && base32ToBytes(line)?.length === keyBytes;
}

function write(dataFolder: string, clients: readonly string[]): Promise<void> {
  return writeDurably(dataFolder, deskAccessFile, new TextEncoder().encode(clients.map((key) => `${key}\n`).join('')));
}
