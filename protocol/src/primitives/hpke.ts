/** HPKE base mode (RFC 9180) with X-Wing, HKDF-SHA256 and AES-256-GCM, in script and WebCrypto on every engine. */

import { Aes256Gcm, CipherSuite, HkdfSha256 } from '@hpke/core';
import { XWing } from '@hpke/hybridkem-x-wing';
import { concat } from '../bytes/encode.ts';
import type { Random } from './random.ts';
import { checkLength } from './web-crypto.ts';
import { isXWingPublicKey } from './x-wing-key.ts';

export const hpkeSeedBytes = 32;
export const hpkePublicKeyBytes = 1216;
export const hpkeEncBytes = 1120;
/** What sealing adds to a plaintext: the encapsulated key and the tag. */
export const hpkeOverheadBytes: number = hpkeEncBytes + 16;

/** The key pair as it is stored: the seed is all of the private key. */
export type HpkeKeyPair = { readonly publicKey: Uint8Array; readonly seed: Uint8Array };

/** What a sender holds after an encapsulation; `seal` counts its messages, so the order matters. */
export type HpkeSender = {
  /** 1,120 bytes for the recipient. */
  readonly enc: Uint8Array;
  readonly seal: (aad: Uint8Array, plaintext: Uint8Array) => Promise<Uint8Array>;
  readonly export: (context: Uint8Array, length: number) => Promise<Uint8Array>;
};

/** What a recipient holds after a decapsulation; `open` counts the messages that opened. */
export type HpkeReceiver = {
  /** Null if the bytes were not sealed by the sender of this context, in this order, with this aad. */
  readonly open: (aad: Uint8Array, ciphertext: Uint8Array) => Promise<Uint8Array | null>;
  readonly export: (context: Uint8Array, length: number) => Promise<Uint8Array>;
};

declare const prepared: unique symbol;

/** A private key that one {@link HpkeRecipient} has imported; only the same one can use it. */
export type HpkePrivateKey = { readonly publicKey: Uint8Array; readonly [prepared]: true };

/** The private side, of which there is one for every engine and one that needs Node's native ML-KEM. */
export type HpkeRecipient = {
  /** Prepares a private key once for any number of uses. @param seed 32 bytes */
  readonly importKey: (seed: Uint8Array) => Promise<HpkePrivateKey>;
  /** Opens `enc ‖ ciphertext`; null for every failure that depends on the key or the bytes. */
  readonly open: (
    key: HpkePrivateKey,
    info: Uint8Array,
    aad: Uint8Array,
    sealed: Uint8Array,
  ) => Promise<Uint8Array | null>;
  /** A context for several messages or exports; null for an `enc` that this key cannot take. */
  readonly setupRecipient: (key: HpkePrivateKey, enc: Uint8Array, info: Uint8Array) => Promise<HpkeReceiver | null>;
};

const kem = new XWing();
const suite = new CipherSuite({ kem, kdf: new HkdfSha256(), aead: new Aes256Gcm() });

/** @param seed 32 bytes: the X-Wing decapsulation key */
export async function hpkeKeyPair(seed: Uint8Array): Promise<HpkeKeyPair> {
  const { publicKey } = await portableRecipient.importKey(seed);
  return { publicKey, seed: new Uint8Array(seed) };
}

/**
 * Seals one message.
 * @param publicKey 1,216 bytes
 * @returns enc (1,120 bytes) ‖ ciphertext ‖ tag
 * @throws RangeError for a public key that no honest recipient has: documents are checked by `isXWingPublicKey` when read
 */
export async function hpkeSeal(
  publicKey: Uint8Array,
  info: Uint8Array,
  aad: Uint8Array,
  plaintext: Uint8Array,
  random: Random,
): Promise<Uint8Array> {
  const sender = await hpkeSetupSender(publicKey, info, random);
  return concat(sender.enc, await sender.seal(aad, plaintext));
}

/** Encapsulates to a public key; draws 64 bytes. @throws RangeError as {@link hpkeSeal} */
export async function hpkeSetupSender(publicKey: Uint8Array, info: Uint8Array, random: Random): Promise<HpkeSender> {
  checkLength('HPKE public key', publicKey, hpkePublicKeyBytes);
  if (!isXWingPublicKey(publicKey)) throw new RangeError('seal by HPKE: the bytes are no X-Wing public key');
  const context = await suite.createSenderContext({
    recipientPublicKey: await kem.deserializePublicKey(ownBuffer(publicKey)),
    info: ownBuffer(info),
    ekm: ownBuffer(random(64)),
  });
  return {
    enc: new Uint8Array(context.enc),
    seal: async (aad, plaintext) => new Uint8Array(await context.seal(ownBuffer(plaintext), ownBuffer(aad))),
    export: async (label, length) => new Uint8Array(await context.export(ownBuffer(label), length)),
  };
}

class PortableKey {
  readonly publicKey: Uint8Array;
  readonly privateKey: CryptoKey;

  constructor(publicKey: Uint8Array, privateKey: CryptoKey) {
    this.publicKey = publicKey;
    this.privateKey = privateKey;
  }
}

/** Runs wherever WebCrypto does. */
export const portableRecipient: HpkeRecipient = {
  importKey: async (seed) => {
    checkLength('HPKE seed', seed, hpkeSeedBytes);
    const { publicKey, privateKey } = await kem.generateKeyPairDerand(new Uint8Array(seed));
    const exported = new Uint8Array(await kem.serializePublicKey(publicKey));
    return new PortableKey(exported, privateKey) as unknown as HpkePrivateKey;
  },
  open: (key, info, aad, sealed) => openSealed(portableRecipient, key, info, aad, sealed),
  setupRecipient: async (key, enc, info) => {
    if (!(key instanceof PortableKey)) throw new TypeError('HPKE: the key was imported by another recipient');
    if (enc.length !== hpkeEncBytes) return null;
    try {
      const params = { recipientKey: key.privateKey, enc: ownBuffer(enc), info: ownBuffer(info) };
      const context = await suite.createRecipientContext(params);
      return {
        open: (aad, ciphertext) => nullOnFailure(() => context.open(ownBuffer(ciphertext), ownBuffer(aad))),
        export: async (label, length) => new Uint8Array(await context.export(ownBuffer(label), length)),
      };
    } catch {
      return null;
    }
  },
};

/** Opens `enc ‖ ciphertext` through a context, for any implementation of the private side. */
export async function openSealed(
  recipient: HpkeRecipient,
  key: HpkePrivateKey,
  info: Uint8Array,
  aad: Uint8Array,
  sealed: Uint8Array,
): Promise<Uint8Array | null> {
  const context = await recipient.setupRecipient(key, sealed.subarray(0, hpkeEncBytes), info);
  return context === null ? null : context.open(aad, sealed.subarray(hpkeEncBytes));
}

async function nullOnFailure(open: () => Promise<ArrayBuffer>): Promise<Uint8Array | null> {
  try {
    return new Uint8Array(await open());
  } catch {
    return null;
  }
}

/** The libraries take the whole buffer behind a view in places, so each argument goes in as a copy with its own. */
function ownBuffer(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}
