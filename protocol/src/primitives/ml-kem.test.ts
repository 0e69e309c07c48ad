// ML-KEM-768 stands inside X-Wing. These vectors of its own go through the script that X-Wing uses, through noble's with
// noble's hashes, and through the engine's implementation, which the server and desk use. The source's page has noble's with
// the hashes of js-sha3 in their place: so built, it meets them in primitives.browser.test.ts.
import { XWing } from '@hpke/hybridkem-x-wing';
import { MlKem768 as LibraryMlKem768 } from 'mlkem';
import { describe, expect, test } from 'vitest';
import { foreignVectors } from '../../../vectors/foreign/read.ts';
import { bytesToHex, concat, hexToBytes } from '../bytes/encode.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import { hpkeKeyPair } from './hpke.ts';
import { MlKem768 } from './ml-kem.ts';
import { isXWingPublicKey } from './x-wing-key.ts';

type Encapsulation = { publicKey: string; random: string; ciphertext: string; secret: string };
const vectors = foreignVectors<{
  acvpKeyGen: { seed: string; publicKey: string }[];
  acvpEncapsulation: Encapsulation[];
  acvpDecapsulation: { privateKey: string; ciphertext: string; secret: string }[];
  wycheproofEncapsulation: (Encapsulation & { valid: boolean; flags: string[] })[];
  wycheproofDecapsulation: { seed: string; ciphertext: string; secret: string; valid: boolean }[];
}>('ml-kem-768');

const scripts = [
  ['X-Wing’s script', new LibraryMlKem768()],
  ['noble’s script', new MlKem768()],
] as const;
const random = seededRandom('ML-KEM');

/** WebCrypto's "Modern Algorithms", newer than its types. */
const engine = globalThis.crypto.subtle as unknown as {
  importKey(form: string, key: Uint8Array, name: string, extractable: boolean, usages: string[]): Promise<CryptoKey>;
  getPublicKey(key: CryptoKey, usages: string[]): Promise<CryptoKey>;
  exportKey(form: string, key: CryptoKey): Promise<ArrayBuffer>;
  decapsulateBits(name: string, key: CryptoKey, ciphertext: Uint8Array): Promise<ArrayBuffer>;
};

describe.each(scripts)('ML-KEM-768 by %s', (_, kem) => {
  test('it and the engine derive NIST’s keys', async () => {
    for (const one of vectors.acvpKeyGen) {
      const seed = hexToBytes(one.seed);
      const [publicKey] = await kem.deriveKeyPair(seed);
      expect(bytesToHex(publicKey)).toBe(one.publicKey);
      const key = await engine.importKey('raw-seed', seed, 'ML-KEM-768', true, ['decapsulateBits']);
      const exported = await engine.exportKey('raw-public', await engine.getPublicKey(key, ['encapsulateBits']));
      expect(bytesToHex(new Uint8Array(exported))).toBe(one.publicKey);
    }
  });

  test('encapsulates as NIST’s vectors', async () => {
    for (const one of vectors.acvpEncapsulation) {
      const [ciphertext, secret] = await kem.encap(hexToBytes(one.publicKey), hexToBytes(one.random));
      expect([bytesToHex(ciphertext), bytesToHex(secret)]).toEqual([one.ciphertext, one.secret]);
    }
  });

  test('decapsulates as NIST’s vectors, implicit rejections among them', async () => {
    for (const one of vectors.acvpDecapsulation) {
      const secret = await kem.decap(hexToBytes(one.ciphertext), hexToBytes(one.privateKey));
      expect(bytesToHex(secret)).toBe(one.secret);
    }
  });

  test('it and the engine decapsulate as Wycheproof, with its odd ciphertexts', async () => {
    for (const one of vectors.wycheproofDecapsulation) {
      const [seed, ciphertext] = [hexToBytes(one.seed), hexToBytes(one.ciphertext)];
      const inScript = async () => kem.decap(ciphertext, (await kem.deriveKeyPair(seed))[1]);
      const inEngine = async () => {
        const key = await engine.importKey('raw-seed', seed, 'ML-KEM-768', false, ['decapsulateBits']);
        return new Uint8Array(await engine.decapsulateBits('ML-KEM-768', key, ciphertext));
      };
      for (const decapsulate of [inScript, inEngine]) {
        if (one.valid) expect(bytesToHex(await decapsulate())).toBe(one.secret);
        else await expect(decapsulate()).rejects.toThrow();
      }
    }
  });

  test('encapsulates as Wycheproof and refuses its unreduced keys, and so does the check before it', async () => {
    const xWing = new XWing();
    const { publicKey: whole } = await hpkeKeyPair(random(32));
    for (const one of vectors.wycheproofEncapsulation) {
      const publicKey = hexToBytes(one.publicKey);
      const encapsulation = kem.encap(publicKey, hexToBytes(one.random));
      if (one.valid) {
        const [ciphertext, secret] = await encapsulation;
        expect([bytesToHex(ciphertext), bytesToHex(secret)]).toEqual([one.ciphertext, one.secret]);
      } else await expect(encapsulation).rejects.toThrow();
      const xWingKey = concat(publicKey, whole.subarray(1184));
      expect(isXWingPublicKey(xWingKey)).toBe(one.valid);
      if (!one.flags.includes('ModulusOverflow')) continue;
      const recipientPublicKey = await xWing.deserializePublicKey(new Uint8Array(xWingKey).buffer);
      await expect(xWing.encap({ recipientPublicKey, ekm: new Uint8Array(64).buffer })).rejects.toThrow();
    }
  });
});
