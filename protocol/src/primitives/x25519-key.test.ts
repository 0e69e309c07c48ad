/** X25519 public keys against RFC 7748 and OpenSSL. */
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { expect, it } from 'vitest';
import { base64urlToBytes, bytesToHex, hexToBytes } from '../bytes/encode.ts';
import { x25519PublicKey } from './x25519-key.ts';

it('are those of RFC 7748, section 6.1', async () => {
  const bob = hexToBytes('5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb');
  const wanted = 'de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f';
  expect(bytesToHex(await x25519PublicKey(bob))).toBe(wanted);
});

it('are those of OpenSSL, and exist for keys of 32 bytes only', async () => {
  const { privateKey } = generateKeyPairSync('x25519');
  const { d = '' } = privateKey.export({ format: 'jwk' });
  const { x } = createPublicKey(privateKey).export({ format: 'jwk' });
  expect(Buffer.from(await x25519PublicKey(base64urlToBytes(d))).toString('base64url')).toBe(x);
  await expect(x25519PublicKey(new Uint8Array(31))).rejects.toThrow(RangeError);
});
