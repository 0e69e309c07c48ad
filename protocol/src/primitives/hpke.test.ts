import { createCipheriv, createDecipheriv, createHash } from 'node:crypto';
import {
  type AeadInterface,
  Aes256Gcm,
  CipherSuite as CoreSuite,
  DhkemX25519HkdfSha256,
  HkdfSha256,
  type KemInterface,
} from '@hpke/core';
import { XWing } from '@hpke/hybridkem-x-wing';
import * as native from 'hpke';
import { describe, expect, test } from 'vitest';
import { foreignVectors } from '../../../vectors/foreign/read.ts';
import { bytesToHex, concat, hexToBytes, utf8ToBytes } from '../bytes/encode.ts';
import { asView } from '../testing/damage.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import { hpkeKeyPair, hpkeSeal, hpkeSetupSender, portableRecipient } from './hpke.ts';
import { nativeRecipient } from './hpke-native.ts';

type HpkeVector = {
  readonly info: string;
  readonly skRm: string;
  readonly pkRm: string;
  readonly ikmE: string;
  readonly enc: string;
  readonly shared_secret: string;
  readonly encryptions: readonly { aad: string; ct: string; pt: string }[];
  readonly exports: readonly { exporter_context: string; L: number; exported_value: string }[];
};
const vectors = foreignVectors<{ rfc9180: HpkeVector[]; hpkePq: HpkeVector[] }>('hpke');
const draft = foreignVectors<{ draft: string }>('x-wing').draft;

const random = seededRandom('HPKE');
const [info, aad, plaintext] = ['info', 'aad', 'plaintext'].map(utf8ToBytes) as [Uint8Array, Uint8Array, Uint8Array];
const recipients = Object.entries({ portable: portableRecipient, native: nativeRecipient });

describe.each(recipients)('the %s recipient', (_, recipient) => {
  test('opens what is sealed to it, also from a view', async () => {
    const { publicKey, seed } = await hpkeKeyPair(random(32));
    const key = await recipient.importKey(seed);
    expect(key.publicKey).toEqual(publicKey);
    for (const length of [0, 1, 2960]) {
      const text = random(length);
      const sealed = await hpkeSeal(publicKey, info, aad, text, random);
      expect(sealed).toHaveLength(1120 + length + 16);
      expect(await recipient.open(key, info, aad, sealed)).toEqual(text);
      expect(await recipient.open(key, asView(info), asView(aad), asView(sealed))).toEqual(text);
    }
    const inViews = await hpkeSeal(asView(publicKey), asView(info), asView(aad), asView(plaintext), random);
    expect(await (await recipient.importKey(asView(seed))).publicKey).toEqual(publicKey);
    expect(await recipient.open(key, info, aad, inViews)).toEqual(plaintext);
  });

  test('answers every failure alike: another key, info or aad, a changed bit, a missing or added byte', async () => {
    const { publicKey, seed } = await hpkeKeyPair(random(32));
    const key = await recipient.importKey(seed);
    const other = await recipient.importKey(random(32));
    const sealed = await hpkeSeal(publicKey, info, aad, plaintext, random);
    expect(await recipient.open(key, info, aad, sealed)).toEqual(plaintext);
    expect(await recipient.open(other, info, aad, sealed)).toBeNull();
    expect(await recipient.open(key, aad, aad, sealed)).toBeNull();
    expect(await recipient.open(key, info, info, sealed)).toBeNull();
    for (const at of [0, 500, 1087, 1088, 1118, 1120, 1128, sealed.length - 1]) {
      expect(await recipient.open(key, info, aad, sealed.with(at, sealed[at]! ^ 1))).toBeNull();
    }
    for (const length of [0, 1, 1119, 1120, 1135, sealed.length - 1]) {
      expect(await recipient.open(key, info, aad, sealed.subarray(0, length))).toBeNull();
    }
    expect(await recipient.open(key, info, aad, concat(sealed, Uint8Array.of(0)))).toBeNull();
    const smallOrder = concat(sealed.subarray(0, 1088), new Uint8Array(32), sealed.subarray(1120));
    expect(await recipient.open(key, info, aad, smallOrder)).toBeNull();
    expect(await recipient.open(key, info, aad, random(1200))).toBeNull();
  });

  test('shares a context with the sender: messages in order, and exports', async () => {
    const { publicKey, seed } = await hpkeKeyPair(random(32));
    const sender = await hpkeSetupSender(publicKey, info, random);
    const receiver = await recipient.setupRecipient(await recipient.importKey(seed), sender.enc, info);
    if (receiver === null) throw new Error('no context');
    const first = await sender.seal(aad, utf8ToBytes('first'));
    const second = await sender.seal(aad, utf8ToBytes('second'));
    expect(await receiver.open(aad, second)).toBeNull();
    expect(await receiver.open(aad, first)).toEqual(utf8ToBytes('first'));
    expect(await receiver.open(aad, first)).toBeNull();
    expect(await receiver.open(aad, second)).toEqual(utf8ToBytes('second'));
    const label = utf8ToBytes('message/bhttp response');
    expect(await receiver.export(label, 32)).toEqual(await sender.export(label, 32));
    expect(await receiver.export(info, 32)).not.toEqual(await sender.export(label, 32));
    expect(await receiver.export(label, 48)).toHaveLength(48);
    expect(await recipient.setupRecipient(await recipient.importKey(seed), sender.enc.slice(1), info)).toBeNull();
  });

  test('opens many at once with one key', async () => {
    const { publicKey, seed } = await hpkeKeyPair(random(32));
    const key = await recipient.importKey(seed);
    const texts = Array.from({ length: 8 }, (_, i) => random(i));
    const sealed = await Promise.all(texts.map((text) => hpkeSeal(publicKey, info, aad, text, random)));
    expect(await Promise.all(sealed.map((one) => recipient.open(key, info, aad, one)))).toEqual(texts);
  });

  test('takes only its own keys, and seeds of 32 bytes', async () => {
    const foreign = recipient === portableRecipient ? nativeRecipient : portableRecipient;
    const key = await foreign.importKey(random(32));
    await expect(recipient.open(key, info, aad, random(1200))).rejects.toThrow(TypeError);
    await expect(recipient.importKey(random(31))).rejects.toThrow(RangeError);
  });

  test('keeps its key when the seed’s array is erased', async () => {
    const { publicKey, seed } = await hpkeKeyPair(random(32));
    const key = await recipient.importKey(seed);
    seed.fill(0);
    expect(await recipient.open(key, info, aad, await hpkeSeal(publicKey, info, aad, plaintext, random))).toEqual(
      plaintext,
    );
  });
});

describe('sealing', () => {
  test('takes all of its randomness from the argument: 64 bytes', async () => {
    const { publicKey } = await hpkeKeyPair(random(32));
    const drawn: number[] = [];
    const fixed = (length: number) => {
      drawn.push(length);
      return new Uint8Array(length).fill(7);
    };
    const sealed = await hpkeSeal(publicKey, info, aad, plaintext, fixed);
    expect(await hpkeSeal(publicKey, info, aad, plaintext, fixed)).toEqual(sealed);
    expect(await hpkeSeal(publicKey, info, aad, plaintext, random)).not.toEqual(sealed);
    expect(drawn).toEqual([64, 64]);
  });

  test('refuses keys of other lengths, unreduced keys and X25519 points of small order', async () => {
    const { publicKey } = await hpkeKeyPair(random(32));
    const p = 2n ** 255n - 19n;
    const orderEight = 325606250916557431795983626356110631294008115727848805560023387167927233504n;
    const smallOrder = [0n, 1n, p - 1n, p, p + 1n, orderEight].flatMap((u) => [u, u + 2n ** 255n]);
    const bad = [
      publicKey.slice(1),
      concat(publicKey, Uint8Array.of(0)),
      publicKey.with(0, 0xff).with(1, 0xff),
      ...smallOrder.map((u) => concat(publicKey.subarray(0, 1184), littleEndian(u))),
    ];
    for (const key of bad) await expect(hpkeSeal(key, info, aad, plaintext, random)).rejects.toThrow(RangeError);
  });
});

describe('X-Wing', () => {
  test('gives the three test vectors of the draft, in both implementations', async () => {
    const shake = createHash('shake128', { outputLength: 3 * 96 }).digest();
    const lines: string[] = [];
    for (let i = 0; i < 3; i++) {
      const seed = new Uint8Array(shake.subarray(96 * i, 96 * i + 32));
      const eseed = new Uint8Array(shake.subarray(96 * i + 32, 96 * i + 96));
      const { publicKey } = await hpkeKeyPair(seed);
      const { enc } = await hpkeSetupSender(publicKey, info, () => eseed);
      const secrets = await Promise.all([decapsulatePortable(seed, enc), decapsulateNative(seed, enc)]);
      expect(secrets[1]).toBe(secrets[0]);
      const parts = Object.entries({
        seed: bytesToHex(seed),
        sk: bytesToHex(seed),
        pk: bytesToHex(publicKey),
        eseed: bytesToHex(eseed),
        ct: bytesToHex(enc),
        ss: secrets[0],
      });
      for (const [name, value] of parts) lines.push(asInDraft(name, value));
      lines.push('\n');
    }
    expect(createHash('shake128', { outputLength: 32 }).update(lines.join('')).digest('hex')).toBe(draft);
  });

  test('an encapsulation gives its secret in both implementations', async () => {
    for (const vector of vectors.hpkePq) {
      const [seed, enc] = [hexToBytes(vector.skRm), hexToBytes(vector.enc)];
      const { publicKey } = await hpkeKeyPair(seed);
      expect(bytesToHex(publicKey)).toBe(vector.pkRm);
      const sender = await hpkeSetupSender(publicKey, info, () => hexToBytes(vector.ikmE));
      expect(bytesToHex(sender.enc)).toBe(vector.enc);
      expect(await decapsulatePortable(seed, enc)).toBe(vector.shared_secret);
      expect(await decapsulateNative(seed, enc)).toBe(vector.shared_secret);
    }
  });
});

describe('the libraries give the published contexts', () => {
  const cases: [string, HpkeVector, KemInterface, AeadInterface, native.KEMFactory, native.AEADFactory][] = [
    ...vectors.rfc9180.map((vector): (typeof cases)[number] => {
      const kem = new DhkemX25519HkdfSha256();
      const nativeKem = native.KEM_DHKEM_X25519_HKDF_SHA256;
      return ['RFC 9180', vector, kem, new Aes256Gcm(), nativeKem, native.AEAD_AES_256_GCM];
    }),
    ...vectors.hpkePq.map((vector): (typeof cases)[number] => {
      const nativeKem = native.KEM_MLKEM768_X25519;
      return ['hpke-pq', vector, new XWing(), chaCha, nativeKem, native.AEAD_ChaCha20Poly1305];
    }),
  ];

  test.each(cases)('of %s by @hpke/core', async (_, vector, kem, aead) => {
    const suite = new CoreSuite({ kem, kdf: new HkdfSha256(), aead });
    const recipientKey = await kem.deserializePrivateKey(buffer(vector.skRm));
    const context = await suite.createRecipientContext({
      recipientKey,
      enc: buffer(vector.enc),
      info: buffer(vector.info),
    });
    for (const one of vector.encryptions) {
      expect(hexOf(await context.open(buffer(one.ct), buffer(one.aad)))).toBe(one.pt);
    }
    for (const one of vector.exports) {
      expect(hexOf(await context.export(buffer(one.exporter_context), one.L))).toBe(one.exported_value);
    }
  });

  test.each(cases)('of %s by hpke', async (_, vector, _kem, _aead, kem, aead) => {
    const suite = new native.CipherSuite(kem, native.KDF_HKDF_SHA256, aead);
    const key = await suite.DeserializePrivateKey(hexToBytes(vector.skRm), true);
    const publicKey = await suite.DeserializePublicKey(hexToBytes(vector.pkRm));
    const options = { info: hexToBytes(vector.info) };
    const context = await suite.SetupRecipient({ privateKey: key, publicKey }, hexToBytes(vector.enc), options);
    for (const one of vector.encryptions) {
      expect(bytesToHex(await context.Open(hexToBytes(one.ct), hexToBytes(one.aad)))).toBe(one.pt);
    }
    for (const one of vector.exports) {
      expect(bytesToHex(await context.Export(hexToBytes(one.exporter_context), one.L))).toBe(one.exported_value);
    }
  });
});

/** The published X-Wing contexts are with this AEAD, which @hpke/core leaves to others. */
const chaCha: AeadInterface = {
  id: 3,
  keySize: 32,
  nonceSize: 12,
  tagSize: 16,
  createEncryptionContext: (key) => ({
    seal: async (iv, data, associated) => {
      const [bytes, options] = [bytesOf(data), { authTagLength: 16 }];
      const cipher = createCipheriv('chacha20-poly1305', bytesOf(key), bytesOf(iv), options);
      cipher.setAAD(bytesOf(associated), { plaintextLength: bytes.length });
      return ownBuffer(concat(cipher.update(bytes), cipher.final(), cipher.getAuthTag()));
    },
    open: async (iv, data, associated) => {
      const [bytes, options] = [bytesOf(data), { authTagLength: 16 }];
      const decipher = createDecipheriv('chacha20-poly1305', bytesOf(key), bytesOf(iv), options);
      decipher.setAAD(bytesOf(associated), { plaintextLength: bytes.length - 16 }).setAuthTag(bytes.subarray(-16));
      return ownBuffer(concat(decipher.update(bytes.subarray(0, -16)), decipher.final()));
    },
  }),
};

async function decapsulatePortable(seed: Uint8Array, enc: Uint8Array): Promise<string> {
  const kem = new XWing();
  const recipientKey = await kem.deserializePrivateKey(ownBuffer(seed));
  return hexOf(await kem.decap({ recipientKey, enc: ownBuffer(enc) }));
}

async function decapsulateNative(seed: Uint8Array, enc: Uint8Array): Promise<string> {
  const kem = native.KEM_MLKEM768_X25519();
  const key = await kem.DeserializePrivateKey(seed, false);
  return bytesToHex(await kem.Decap(enc, key, undefined));
}

/** One value as spec/test-vectors.txt of the X-Wing draft prints it, in lines of 74 characters. */
function asInDraft(name: string, hex: string): string {
  if (name.length + hex.length + 5 < 74) return `${name}     ${hex}\n`;
  const lines = hex.match(/.{1,72}/gu) ?? [];
  return `${name}\n${lines.map((line) => `  ${line}\n`).join('')}`;
}

function bytesOf(data: ArrayBufferLike | ArrayBufferView): Uint8Array {
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}

function ownBuffer(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}

function buffer(hex: string): ArrayBuffer {
  return ownBuffer(hexToBytes(hex));
}

function hexOf(data: ArrayBuffer): string {
  return bytesToHex(new Uint8Array(data));
}

function littleEndian(value: bigint): Uint8Array {
  return Uint8Array.from({ length: 32 }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn));
}
