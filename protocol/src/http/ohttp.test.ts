import { Aes128Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from '@hpke/core';
import { describe, expect, it } from 'vitest';
import { bytesToHex, hexToBytes, utf8ToBytes } from '../bytes/encode.ts';
import { WireError } from '../bytes/wire-error.ts';
import { hkdf } from '../primitives/hkdf.ts';
import { type HpkePrivateKey, type HpkeRecipient, hpkeKeyPair, portableRecipient } from '../primitives/hpke.ts';
import { nativeRecipient } from '../primitives/hpke-native.ts';
import { bitFlips, extensions } from '../testing/damage.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import {
  decapsulateRequest,
  decapsulateResponse,
  decodeKeyConfig,
  encapsulateRequest,
  encapsulateResponse,
  encodeKeyConfig,
  type OhttpSuite,
} from './ohttp.ts';

const own = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(bytes);
const random = seededRandom('ohttp 1');

// RFC 9458 appendix A
const appendixA = {
  recipientKey: '3c168975674b2fa8e465970b79c8dcf09f1c741626480bd4c6162fc5b6a98e1a',
  config: '01002031e1f05a740102115220e9af918f738674aec95f54db6e04eb705aae8e79815500080001000100010003',
  senderKey: 'bc51d5e930bda26589890ac7032f70ad12e4ecb37abb1b65b1256c9c48999c73',
  request: '00034745540568747470730b6578616d706c652e636f6d012f',
  encapsulatedRequest:
    '010020000100014b28f881333e7c164ffc499ad9796f877f4e1051ee6d31bad19dec96c208b4726374e469135906992e1268c594d2a10c6' +
    '95d858c40a026e7965e7d86b83dd440b2c0185204b4d63525',
  responseNonce: 'c789e7151fcba46158ca84b04464910d',
  response: '0140c8',
  encapsulatedResponse: 'c789e7151fcba46158ca84b04464910d86f9013e404feea014e7be4a441f234f857fbd',
};

describe('RFC 9458 appendix A, in its own suite', () => {
  const kem = new DhkemX25519HkdfSha256();
  const hpke = new CipherSuite({ kem, kdf: new HkdfSha256(), aead: new Aes128Gcm() });
  const publicKey = hexToBytes(appendixA.config).slice(3, 35);

  const suite: OhttpSuite = {
    kemId: 0x0020,
    aeadId: 0x0001,
    publicKeyBytes: 32,
    encBytes: 32,
    keyBytes: 16,
    nonceBytes: 12,
    tagBytes: 16,
    hkdf,
    setupSender: async (key, info, draw) => {
      const seed = draw(32);
      const ephemeral = await kem.deserializePrivateKey(own(seed).buffer);
      const context = await hpke.createSenderContext({
        recipientPublicKey: await kem.deserializePublicKey(own(key).buffer),
        info: own(info),
        ekm: { privateKey: ephemeral, publicKey: await publicKeyOf(seed) },
      });
      return {
        enc: new Uint8Array(context.enc),
        seal: async (aad, plaintext) => new Uint8Array(await context.seal(own(plaintext), own(aad))),
        export: async (label, length) => new Uint8Array(await context.export(own(label), length)),
      };
    },
    aeadSeal: async (key, nonce, aad, plaintext) => {
      const params = { name: 'AES-GCM', iv: own(nonce), additionalData: own(aad) };
      return new Uint8Array(await crypto.subtle.encrypt(params, await aesKey(key), own(plaintext)));
    },
    aeadOpen: async (key, nonce, aad, sealed) => {
      const params = { name: 'AES-GCM', iv: own(nonce), additionalData: own(aad) };
      return new Uint8Array(await crypto.subtle.decrypt(params, await aesKey(key), own(sealed)));
    },
  };
  const recipient: HpkeRecipient = {
    importKey: async (seed) => (await kem.deserializePrivateKey(own(seed).buffer)) as unknown as HpkePrivateKey,
    open: () => Promise.reject(new Error('not asked for')),
    setupRecipient: async (key, enc, info) => {
      const recipientKey = key as unknown as CryptoKey;
      const context = await hpke.createRecipientContext({ recipientKey, enc: own(enc).buffer, info: own(info) });
      return {
        open: async (aad, ciphertext) => new Uint8Array(await context.open(own(ciphertext), own(aad))),
        export: async (label, length) => new Uint8Array(await context.export(own(label), length)),
      };
    },
  };

  async function publicKeyOf(seed: Uint8Array): Promise<CryptoKey> {
    const pkcs8 = Uint8Array.of(...hexToBytes('302e020100300506032b656e04220420'), ...seed);
    const privateKey = await crypto.subtle.importKey('pkcs8', pkcs8, 'X25519', true, ['deriveBits']);
    const { x = '' } = await crypto.subtle.exportKey('jwk', privateKey);
    return kem.deserializePublicKey(own(Buffer.from(x, 'base64url')).buffer);
  }

  async function aesKey(key: Uint8Array): Promise<CryptoKey> {
    return crypto.subtle.importKey('raw', own(key), 'AES-GCM', false, ['encrypt', 'decrypt']);
  }

  it('encapsulates the request and the response to the published bytes', async () => {
    const inner = hexToBytes(appendixA.request);
    const ephemeral = () => hexToBytes(appendixA.senderKey);
    const sent = await encapsulateRequest({ keyId: 1, publicKey }, inner, ephemeral, suite);
    expect(bytesToHex(sent.bytes)).toBe(appendixA.encapsulatedRequest);

    const privateKey = await recipient.importKey(hexToBytes(appendixA.recipientKey));
    const opened = await decapsulateRequest(recipient, [{ keyId: 1, privateKey }], sent.bytes, suite);
    if ('refused' in opened) throw new Error(opened.refused);
    expect(bytesToHex(opened.inner)).toBe(appendixA.request);

    const nonce = () => hexToBytes(appendixA.responseNonce);
    const answer = await encapsulateResponse(opened.context, hexToBytes(appendixA.response), nonce, suite);
    expect(bytesToHex(answer)).toBe(appendixA.encapsulatedResponse);
    const read = await decapsulateResponse(sent.context, answer, suite);
    expect(read === null ? null : bytesToHex(read)).toBe(appendixA.response);
  });

  it('writes the key configuration with one of its two pairs, and refuses both', () => {
    const onePair = `${appendixA.config.slice(0, 70)}000400010001`;
    expect(bytesToHex(encodeKeyConfig({ keyId: 1, publicKey }, suite))).toBe(onePair);
    expect(decodeKeyConfig(hexToBytes(onePair), suite)).toEqual({ keyId: 1, publicKey });
    expect(() => decodeKeyConfig(hexToBytes(appendixA.config), suite)).toThrow(WireError);
  });
});

describe('with X-Wing', async () => {
  const seed = seededRandom('ohttp 2')(32);
  const { publicKey } = await hpkeKeyPair(seed);
  const keys = [{ keyId: 7, privateKey: await nativeRecipient.importKey(seed) }];
  const config = { keyId: 7, publicKey };
  const inner = utf8ToBytes('a binary request');

  it('has a key configuration of 1,225 bytes, and refuses every other algorithm', () => {
    const encoded = encodeKeyConfig(config);
    expect(bytesToHex(encoded.subarray(0, 3))).toBe('07647a');
    expect(bytesToHex(encoded.subarray(-6))).toBe('000400010002');
    expect(encoded.length).toBe(1225);
    expect(decodeKeyConfig(encoded)).toEqual(config);
    for (const at of [1, 2, ...[1, 2, 3, 4, 5, 6].map((back) => encoded.length - back)]) {
      const other = encoded.slice();
      other[at] = (other[at] ?? 0) ^ 1;
      expect(() => decodeKeyConfig(other)).toThrow(WireError);
    }
    expect(() => decodeKeyConfig(encoded.subarray(1))).toThrow(WireError);
    for (const longer of extensions(encoded)) expect(() => decodeKeyConfig(longer)).toThrow(WireError);
  });

  it.each([
    ['native', nativeRecipient],
    ['portable', portableRecipient],
  ])('carries a request and its answer to the %s recipient', async (_, recipient) => {
    const sent = await encapsulateRequest(config, inner, random);
    const opened = await decapsulateRequest(
      recipient,
      [{ keyId: 7, privateKey: await recipient.importKey(seed) }],
      sent.bytes,
    );
    if ('refused' in opened) throw new Error(opened.refused);
    expect(opened.inner).toEqual(inner);
    const answer = await encapsulateResponse(opened.context, utf8ToBytes('an answer'), random);
    expect(await decapsulateResponse(sent.context, answer)).toEqual(utf8ToBytes('an answer'));
  });

  it('opens with the key before the newest while the server keeps it', async () => {
    const { bytes } = await encapsulateRequest(config, inner, random);
    const newest = { keyId: 8, privateKey: await nativeRecipient.importKey(random(32)) };
    expect(await decapsulateRequest(nativeRecipient, [newest, ...keys], bytes)).toHaveProperty('inner', inner);
    expect(await decapsulateRequest(nativeRecipient, [newest], bytes)).toEqual({ refused: 'key-unknown' });
  });

  it('says that the key is gone when another key has its id', async () => {
    const { bytes } = await encapsulateRequest(config, inner, random);
    const other = { keyId: 7, privateKey: await nativeRecipient.importKey(random(32)) };
    expect(await decapsulateRequest(nativeRecipient, [other], bytes)).toEqual({ refused: 'key-unknown' });
    expect(await decapsulateRequest(nativeRecipient, [other, ...keys], bytes)).toHaveProperty('inner', inner);
  });

  it('refuses what is no message of this suite as malformed', async () => {
    const { bytes } = await encapsulateRequest(config, inner, random);
    for (const length of [0, 1, 7, 1126, 1142]) {
      const refused = await decapsulateRequest(nativeRecipient, keys, bytes.slice(0, length));
      expect(refused).toEqual({ refused: 'malformed' });
    }
    for (const at of [1, 2, 3, 4, 5, 6]) {
      const other = bytes.slice();
      other[at] = (other[at] ?? 0) ^ 1;
      expect(await decapsulateRequest(nativeRecipient, keys, other)).toEqual({ refused: 'malformed' });
    }
  });

  it('opens nothing that was changed on the way', async () => {
    const sent = await encapsulateRequest(config, inner, random);
    for (const at of [0, 7, 1000, 1126, 1127, sent.bytes.length - 1]) {
      const other = sent.bytes.slice();
      other[at] = (other[at] ?? 0) ^ 0x80;
      expect(await decapsulateRequest(nativeRecipient, keys, other)).toEqual({ refused: 'key-unknown' });
    }
    const answer = await encapsulateResponse(sent.context, inner, random);
    for (const other of [...bitFlips(answer), ...extensions(answer), answer.slice(0, 47), answer.slice(1)]) {
      expect(await decapsulateResponse(sent.context, other)).toBeNull();
    }
  });

  it('does not open the answer to another request', async () => {
    const [first, second] = [
      await encapsulateRequest(config, inner, random),
      await encapsulateRequest(config, inner, random),
    ];
    const answer = await encapsulateResponse(first.context, inner, random);
    expect(await decapsulateResponse(first.context, answer)).toEqual(inner);
    expect(await decapsulateResponse(second.context, answer)).toBeNull();
  });
});
