/** A device's folder as the set-up leaves it, for a device of a test's organisation. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret } from '@postern/protocol/bytes/secret';
import { createKeystore } from '../app/keystore.ts';
import { keystoreName } from '../app/start-desk.ts';
import type { DeviceIdentity } from '../engine/identity.ts';
import { type DeskWorld, random } from '../engine/testing/desk-world.ts';

export const passphrase = 'seven quiet herons';

export interface DeviceFolder {
  readonly path: string;
  readonly remove: () => void;
}

/** @param world whose server and roster the device is enrolled with; null for one that is not enrolled */
export async function makeDeviceFolder(seed: Uint8Array, world: DeskWorld | null): Promise<DeviceFolder> {
  const path = mkdtempSync(join(tmpdir(), 'postern-device-'));
  const roster = world?.roster?.signed;
  const enrolment =
    world === null || roster === undefined
      ? null
      : { fingerprint: world.fingerprint, deskId: world.desk, roster, server: world.origin };
  const keystore = { deviceSeed: new Secret(seed), storeKey: new Secret(random(32)), enrolment };
  // As cheap as Argon2id can be: what it costs is tested elsewhere.
  const cost = { memoryKibibytes: 64, passes: 1, lanes: 1 };
  await createKeystore(join(path, keystoreName), passphrase, keystore, { random, cost });
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

export function seedOf({ seed }: DeviceIdentity): Uint8Array {
  return seed.reveal().slice();
}
