/** Rosters in files: signed ones as they are served, and drafts that wait for the root key's signature. */

import { readFile, writeFile } from 'node:fs/promises';
import { concat, utf8ToBytes } from '@postern/protocol/bytes/encode';
import { equal } from '@postern/protocol/bytes/equal';
import { fingerprintOf } from '@postern/protocol/keys/fingerprint';
import { decodeRoster, encodeRoster, type Roster } from '@postern/protocol/keys/roster';
import type { VerifiedRoster } from '@postern/protocol/keys/roster-chain';
import { payloadOf } from '@postern/protocol/keys/signed';
import { openRosterOfAnyDay } from '@postern/server/rules/rosters';

const draftMagic = utf8ToBytes('postern roster draft 1\n');

/**
 * A signed roster whose signature holds for the root key that it names, on whatever day. Whether that is the right key
 * only a comparison of fingerprints can tell.
 * @throws WireError, DocumentError
 */
export async function openSignedRoster(bytes: Uint8Array): Promise<VerifiedRoster> {
  // The key is taken from the roster before its signature is verified under that very key.
  const { rootPublicKey } = decodeRoster(payloadOf(bytes));
  return openRosterOfAnyDay(bytes, await fingerprintOf(rootPublicKey));
}

export async function readSignedRoster(file: string): Promise<VerifiedRoster> {
  return openSignedRoster(new Uint8Array(await readFile(file)));
}

export async function writeSignedRoster(file: string, { signed }: Pick<VerifiedRoster, 'signed'>): Promise<void> {
  await writeFile(file, signed, { flag: 'wx' });
}

export function isDraft(bytes: Uint8Array): boolean {
  return equal(bytes.subarray(0, draftMagic.length), draftMagic);
}

/** @throws WireError, DocumentError for contents that no roster has */
export async function writeDraft(file: string, roster: Roster): Promise<void> {
  await writeFile(file, concat(draftMagic, encodeRoster(roster)), { flag: 'wx' });
}

/** @throws WireError, DocumentError */
export function decodeDraft(bytes: Uint8Array): Roster {
  return decodeRoster(bytes.subarray(draftMagic.length));
}
