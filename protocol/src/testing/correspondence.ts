/** A desk's keys, a source and an independent way to derive what they share, for tests and vectors only. */

import { createDecipheriv, createHash, createHmac, hkdfSync } from 'node:crypto';
import { type EnvelopeKey, type EnvelopeSource, prepareEnvelopeKey } from '../messages/envelope.ts';
import type { LogAuthor } from '../messages/log-entry.ts';
import type { DeskSigner } from '../messages/parcel.ts';
import { ed25519Key } from '../primitives/ed25519.ts';
import { nativeRecipient } from '../primitives/hpke-native.ts';
import { hybridKey } from '../primitives/hybrid-signature.ts';
import type { Random } from '../primitives/random.ts';

export async function testSource(random: Random, fields: Partial<EnvelopeSource> = {}): Promise<EnvelopeSource> {
  return { key: await ed25519Key(random(32)), root: random(32), lane: 0x1234, ...fields };
}

export function testEnvelopeKey(
  random: Random,
  fingerprint: Uint8Array,
  desk: Uint8Array,
  day: number,
): Promise<EnvelopeKey> {
  return prepareEnvelopeKey(nativeRecipient, fingerprint, desk, day, random(32));
}

export type TestDevice = LogAuthor & DeskSigner;

export async function testDevice(random: Random): Promise<TestDevice> {
  const key = await hybridKey(random(64));
  const device = new Uint8Array(createHash('sha256').update(key.publicKey).digest()).slice(0, 8);
  return { device, key, publicKey: key.publicKey };
}

/** A second `lp`: each part behind its length in two bytes. */
export function joined(...parts: readonly (Uint8Array | string)[]): Buffer {
  const pieces = parts.flatMap((part) => {
    const bytes = Buffer.from(part as string, 'utf8');
    const length = Buffer.alloc(2);
    length.writeUInt16BE(bytes.length);
    return [length, bytes];
  });
  return Buffer.concat(pieces);
}

export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** A second `subkey`: 32 bytes of key and 12 of nonce. */
export function subkeyByNode(key: Uint8Array, label: string, salt: Uint8Array, parts: readonly Uint8Array[]): Buffer {
  return Buffer.from(hkdfSync('sha256', key, 'postern/1 subkey', joined(label, salt, ...parts), 44));
}

/** A second AES-256-GCM; throws if it does not open. */
export function openByNode(keyAndNonce: Buffer, sealed: Uint8Array): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', keyAndNonce.subarray(0, 32), keyAndNonce.subarray(32));
  decipher.setAuthTag(sealed.subarray(-16));
  return Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
}

export function hmacByNode(key: Uint8Array, ...parts: readonly Uint8Array[]): Buffer {
  return createHmac('sha256', key).update(Buffer.concat(parts)).digest();
}

export function sha256ByNode(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}

/** A copy with a few changes drawn at random: bytes overwritten, taken out or put in. What a rule-less signer may sign. */
export function scrambled(bytes: Uint8Array, random: Random): Uint8Array {
  let result = Buffer.from(bytes);
  const below = (count: number): number => random(3).reduce((sum, byte) => sum * 256 + byte, 0) % count;
  for (let times = 1 + below(4); times > 0; times--) {
    const at = below(result.length + 1);
    const [length, kept] = [1 + below(4), result.subarray(0, at)];
    const removed = below(3) === 0 ? 0 : length;
    const added = below(3) === 0 ? random(0) : below(2) === 0 ? random(length) : new Uint8Array(length).fill(0xff);
    result = Buffer.concat([kept, added, result.subarray(at + removed)]);
  }
  return new Uint8Array(result);
}
