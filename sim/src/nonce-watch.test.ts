// The watch of keys and nonces sees a pair that is used twice, in protocol's own seal and in both HPKE libraries.
import { aesGcmSeal } from '@postern/protocol/primitives/aes-gcm';
import { aesGcmSealNative } from '@postern/protocol/primitives/aes-gcm-native';
import { hpkeKeyPair, hpkeSeal } from '@postern/protocol/primitives/hpke';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { checkNonces } from './checks/nonces.ts';
import { type NonceWatch, watchNonces } from './nonce-watch.ts';

let watch: NonceWatch;
beforeEach(() => {
  watch = watchNonces();
});
afterEach(() => watch.stop());

const bytes = (length: number, value: number): Uint8Array => new Uint8Array(length).fill(value);
const none = new Uint8Array(0);

it('[ENC-4] sees the same key with the same nonce, and not with another', async () => {
  await aesGcmSeal(bytes(32, 1), bytes(12, 1), none, bytes(3, 1));
  await aesGcmSeal(bytes(32, 1), bytes(12, 2), none, bytes(3, 1));
  await aesGcmSeal(bytes(32, 2), bytes(12, 1), none, bytes(3, 1));
  expect(checkNonces(watch)).toEqual([]);
  await aesGcmSeal(bytes(32, 1), bytes(12, 2), none, bytes(3, 9));
  expect(checkNonces(watch).map(({ id }) => id)).toEqual(['ENC-4']);
});

it('[ENC-4] sees what the server seals at once, beside what WebCrypto does', async () => {
  aesGcmSealNative(bytes(32, 1), bytes(12, 1), none, bytes(3, 1));
  aesGcmSealNative(bytes(32, 1), bytes(12, 2), none, bytes(3, 1));
  expect([watch.count(), watch.unknown(), watch.repeated()]).toEqual([2, 0, 0]);
  await aesGcmSeal(bytes(32, 1), bytes(12, 2), none, bytes(3, 1));
  expect(checkNonces(watch).map(({ id }) => id)).toEqual(['ENC-4']);
  watch.stop();
  aesGcmSealNative(bytes(32, 1), bytes(12, 3), none, bytes(3, 1));
  expect(watch.count()).toBe(3);
});

it('[ENC-4] sees a sender whose randomness repeats', async () => {
  const { publicKey } = await hpkeKeyPair(bytes(32, 7));
  const seal = (value: number): Promise<Uint8Array> =>
    hpkeSeal(publicKey, none, none, bytes(9, 9), (length) => bytes(length, value));
  await seal(1);
  await seal(2);
  expect([watch.count(), watch.unknown()]).toEqual([2, 0]);
  expect(checkNonces(watch)).toEqual([]);
  await seal(1);
  expect(watch.repeated()).toBe(1);
});

it('does not call a run clean of which it has seen nothing', () => {
  expect(checkNonces(watch)).toHaveLength(1);
});
