/** The folder of one device of a desk, as the commands make and open it. */

import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createKeystore, type Enrolment, type Keystore, openKeystore } from '@postern/desk/app/keystore';
import type { PassphraseCost } from '@postern/desk/app/passphrase-key';
import { keystoreName } from '@postern/desk/app/start-desk';
import type { DeviceIdentity } from '@postern/desk/engine/identity';
import { Secret } from '@postern/protocol/bytes/secret';
import { AES_KEY_BYTES } from '@postern/protocol/constants';
import type { Context } from '../terminal/context.ts';
import { refused } from '../terminal/failure.ts';
import { passphraseFor } from '../terminal/passphrase.ts';

/** How the line for the root key's holder is called in the folder. */
export const requestName = 'device.request';

export interface NewDevice {
  readonly folder: string;
  readonly identity: DeviceIdentity;
  readonly passphrase: string;
  /** Null until its organisation lists it. */
  readonly enrolment: Enrolment | null;
  readonly cost?: PassphraseCost;
}

/** Makes the folder and the keystore in it; erases the seed. @throws KeystoreError exists, short */
export async function createDeviceFolder({ random }: Context, device: NewDevice): Promise<void> {
  const { folder, identity, passphrase, enrolment, cost } = device;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const keystore: Keystore = { deviceSeed: identity.seed, storeKey: new Secret(random(AES_KEY_BYTES)), enrolment };
  try {
    await createKeystore(keystoreOf(folder), passphrase, keystore, cost === undefined ? { random } : { random, cost });
  } finally {
    keystore.storeKey.erase();
    identity.seed.erase();
  }
}

export function keystoreOf(folder: string): string {
  return join(folder, keystoreName);
}

export interface DevicePassphraseOption {
  readonly passphraseFile?: string;
}

export function deskPassphrase(context: Context, { passphraseFile }: DevicePassphraseOption): Promise<string> {
  const option = '--passphrase-file';
  return passphraseFor(context, { what: 'this device', file: passphraseFile, option });
}

export type EnrolledKeystore = Keystore & { readonly enrolment: Enrolment };

/** @throws KeystoreError missing, closed; Failure for a device that is not enrolled */
export async function openEnrolled(folder: string, passphrase: string): Promise<EnrolledKeystore> {
  const keystore = await openKeystore(keystoreOf(folder), passphrase);
  if (keystore.enrolment === null)
    throw refused('This device has not joined its desk yet: "postern device join" does that.');
  return { ...keystore, enrolment: keystore.enrolment };
}

/** @throws Failure if there is something in it already */
export async function requireEmpty(folder: string, what: string): Promise<void> {
  const entries = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  if (entries.length > 0) throw refused(`${what} ${folder} is not empty; nothing was changed.`);
}
