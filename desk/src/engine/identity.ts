/** A device's identity: made on the device, listed by the organisation in its roster (spec/protocol.md, section 2.2). */

import { type DeskId, type DeviceId, deskId, type Fingerprint, fingerprint } from '@postern/protocol/bytes/brand';
import { base64urlToBytes, bytesToBase64url, concat } from '@postern/protocol/bytes/encode';
import { Reader } from '@postern/protocol/bytes/reader';
import { Secret } from '@postern/protocol/bytes/secret';
import { WireError } from '@postern/protocol/bytes/wire-error';
import { ED25519_PUBLIC_KEY_BYTES, HASH_BYTES, HYBRID_SEED_BYTES } from '@postern/protocol/constants';
import { deviceIdOf, type RosterDevice, rosterDevice } from '@postern/protocol/keys/roster';
import { keyHash } from '@postern/protocol/keys/signed';
import { type Ed25519Key, ed25519Key, ed25519SeedBytes } from '@postern/protocol/primitives/ed25519';
import { type HybridKey, hybridKey } from '@postern/protocol/primitives/hybrid-signature';
import type { Random } from '@postern/protocol/primitives/random';

/** A new device, before any roster lists it. */
export interface DeviceIdentity {
  /** The hybrid seed, 64 bytes: all that is to be kept. */
  readonly seed: Secret;
  /** 8 bytes. */
  readonly deviceId: DeviceId;
  /** What goes into the roster. */
  readonly device: RosterDevice;
}

/** What the engine of an enrolled device is opened with. */
export interface DeskIdentity {
  /** 32 bytes, compared by people when the device was set up. */
  readonly fingerprint: Uint8Array;
  /** 8 bytes. */
  readonly deskId: Uint8Array;
  /** The hybrid seed, 64 bytes. */
  readonly deviceSeed: Secret;
  /** The signed roster with which the device was set up; newer ones that the store knows take its place. */
  readonly roster: Uint8Array;
}

/** The keys of an identity, prepared once. */
export interface DeviceKeys {
  readonly fingerprint: Fingerprint;
  readonly desk: DeskId;
  /** 8 bytes. */
  readonly device: DeviceId;
  readonly hybrid: HybridKey;
  /** The Ed25519 half. */
  readonly signing: Ed25519Key;
  readonly secret: Secret;
}

const requestPrefix = 'postern-device:';

export async function createDeviceIdentity(random: Random): Promise<DeviceIdentity> {
  const seed = random(HYBRID_SEED_BYTES);
  const { publicKey } = await hybridKey(seed);
  const device = await rosterDevice(publicKey);
  return { seed: new Secret(seed), deviceId: deviceIdOf(device.keyHash), device };
}

/**
 * The line that a device gives to whoever holds the root key, by a way that cannot be changed: `postern-device:` and
 * base64url of its Ed25519 key and its key hash.
 */
export function deviceRequest({ ed25519, keyHash: hash }: RosterDevice): string {
  return requestPrefix + bytesToBase64url(concat(ed25519, hash));
}

/** Reads such a line. @throws WireError */
export function readDeviceRequest(line: string): RosterDevice {
  const trimmed = line.trim();
  if (!trimmed.startsWith(requestPrefix)) throw new WireError('bad-value', 'read a device request: it is none');
  const reader = new Reader(base64urlToBytes(trimmed.slice(requestPrefix.length)));
  const device = { ed25519: reader.bytes(ED25519_PUBLIC_KEY_BYTES), keyHash: keyHash(reader.bytes(HASH_BYTES)) };
  reader.end();
  return device;
}

export async function prepareKeys(identity: DeskIdentity): Promise<DeviceKeys> {
  const seed = identity.deviceSeed.reveal();
  const hybrid = await hybridKey(seed);
  const { keyHash: hash } = await rosterDevice(hybrid.publicKey);
  return {
    fingerprint: fingerprint(identity.fingerprint),
    desk: deskId(identity.deskId),
    device: deviceIdOf(hash),
    hybrid,
    signing: await ed25519Key(seed.subarray(0, ed25519SeedBytes)),
    secret: identity.deviceSeed,
  };
}
