/** The private side of HPKE through the engine's own ML-KEM: Node 24 and later, for the server and the desk. */

import {
  AEAD_AES_256_GCM,
  type AEADFactory,
  CipherSuite,
  KDF_HKDF_SHA256,
  type KDFFactory,
  KEM_MLKEM768_X25519,
  type Key,
} from 'hpke';
import { aesGcmOpenNative, aesGcmSealNative } from './aes-gcm-native.ts';
import { hkdfExpandNative, hkdfExtractNative } from './hmac-native.ts';
import {
  type HpkePrivateKey,
  type HpkeRecipient,
  hpkeEncBytes,
  hpkeKeyPair,
  hpkeSeedBytes,
  openSealed,
} from './hpke.ts';
import { checkLength } from './web-crypto.ts';

/** A job of WebCrypto's costs more than the cipher of one request. */
const aead: AEADFactory = () => ({
  ...AEAD_AES_256_GCM(),
  Seal: async (key, nonce, aad, plaintext) => aesGcmSealNative(key, nonce, aad, plaintext),
  Open: async (key, nonce, aad, sealed) => {
    const plaintext = aesGcmOpenNative(key, nonce, aad, sealed);
    if (plaintext === null) throw new Error('open: the bytes were not sealed so');
    return plaintext;
  },
});

/**
 * HKDF in script for the key schedule: as a job of WebCrypto's each MAC costs twice as much. By the library that we
 * have; the one that `hpke` offers for this brings curves of its own, 5 MiB in a server that uses none of them.
 */
const kdf: KDFFactory = () => ({
  ...KDF_HKDF_SHA256(),
  Extract: async (salt, ikm) => hkdfExtractNative(ikm, salt),
  Expand: async (prk, info, length) => hkdfExpandNative(prk, info, length),
});

const suite = new CipherSuite(KEM_MLKEM768_X25519, kdf, aead);

class NativeKey {
  readonly publicKey: Uint8Array;
  readonly privateKey: Key;

  constructor(publicKey: Uint8Array, privateKey: Key) {
    this.publicKey = publicKey;
    this.privateKey = privateKey;
  }
}

/** Opens the same bytes as `portableRecipient`, several times as fast. */
export const nativeRecipient: HpkeRecipient = {
  importKey: async (seed) => {
    checkLength('HPKE seed', seed, hpkeSeedBytes);
    const { publicKey } = await hpkeKeyPair(seed);
    const privateKey = await suite.DeserializePrivateKey(new Uint8Array(seed), false);
    return new NativeKey(publicKey, privateKey) as unknown as HpkePrivateKey;
  },
  open: (key, info, aad, sealed) => openSealed(nativeRecipient, key, info, aad, sealed),
  setupRecipient: async (key, enc, info) => {
    if (!(key instanceof NativeKey)) throw new TypeError('HPKE: the key was imported by another recipient');
    if (enc.length !== hpkeEncBytes) return null;
    try {
      const context = await suite.SetupRecipient(key.privateKey, new Uint8Array(enc), { info: new Uint8Array(info) });
      return {
        open: (aad, ciphertext) => nullOnFailure(context.Open(new Uint8Array(ciphertext), new Uint8Array(aad))),
        export: async (label, length) => new Uint8Array(await context.Export(new Uint8Array(label), length)),
      };
    } catch {
      return null;
    }
  },
};

async function nullOnFailure(opened: Promise<Uint8Array>): Promise<Uint8Array | null> {
  try {
    return new Uint8Array(await opened);
  } catch {
    return null;
  }
}
