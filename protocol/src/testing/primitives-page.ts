/** What primitives.browser.test.ts runs inside a page: the primitives on that engine, against vectors given to it. */

import { bytesToHex, hexToBytes, utf8ToBytes } from '../bytes/encode.ts';
import { entropyFromWords, newPassphrase } from '../keys/passphrase.ts';
import { readTyped } from '../keys/passphrase-typing.ts';
import { loadWordList } from '../keys/word-lists.ts';
import { aesGcmOpen, aesGcmSeal } from '../primitives/aes-gcm.ts';
import { deflate, inflate, isZlib } from '../primitives/deflate.ts';
import { ed25519Key, ed25519Verify } from '../primitives/ed25519.ts';
import { sha256 } from '../primitives/hash.ts';
import { hkdf } from '../primitives/hkdf.ts';
import { hmacSha256 } from '../primitives/hmac.ts';
import { hpkeKeyPair, hpkeSeal, hpkeSetupSender, portableRecipient } from '../primitives/hpke.ts';
import { hybridKey, verifyHybrid } from '../primitives/hybrid-signature.ts';
import { mlDsaVerify } from '../primitives/ml-dsa.ts';
import { MlKem768 } from '../primitives/ml-kem.ts';
import { pbkdf2 } from '../primitives/pbkdf2.ts';
import { seededRandom } from './seeded-random.ts';

type Signed = { readonly publicKey: string; readonly message: string; readonly signature: string };

/** Vectors, in hexadecimal, and something of Node's to open and verify. */
export type PageInput = {
  readonly hkdf: readonly { ikm: string; salt: string; info: string; okm: string }[];
  readonly hmac: readonly { key: string; data: string; mac: string }[];
  readonly pbkdf2: readonly { password: string; salt: string; iterations: number; length: number; key: string }[];
  readonly aesGcm: readonly { key: string; nonce: string; aad: string; sealed: string; plaintext: string | null }[];
  readonly ed25519: readonly (Signed & { valid: boolean })[];
  readonly ed25519Seeds: readonly { seed: string; publicKey: string; message: string; signature: string }[];
  readonly mlDsa: readonly (Signed & { valid: boolean })[];
  readonly mlKem: {
    readonly acvpKeyGen: readonly { seed: string; publicKey: string }[];
    readonly acvpEncapsulation: readonly { publicKey: string; random: string; ciphertext: string; secret: string }[];
    readonly acvpDecapsulation: readonly { privateKey: string; ciphertext: string; secret: string }[];
    readonly wycheproofDecapsulation: readonly { seed: string; ciphertext: string; secret: string; valid: boolean }[];
  };
  readonly hpke: { readonly skRm: string; readonly pkRm: string; readonly ikmE: string; readonly enc: string };
  readonly deflated: readonly { bytes: string; outcome: string }[];
  readonly zlib: readonly { bytes: string; isWhole: boolean }[];
  readonly fromNode: { readonly seed: string; readonly sealed: string; readonly signed: Signed };
};

/** What was found wrong, and something for Node to open and verify. */
export type PageOutput = {
  readonly faults: readonly string[];
  readonly sealed: string;
  readonly signed: Signed;
  readonly deflated: string;
};

export const pageTexts = { info: 'info', aad: 'aad', plaintext: 'from one engine to another', phrase: 'phrase' };

async function run(input: PageInput): Promise<PageOutput> {
  const faults: string[] = [];
  const expectSame = (what: string, actual: unknown, wanted: unknown): void => {
    if (actual !== wanted) faults.push(`${what}: ${String(actual).slice(0, 80)} is not ${String(wanted).slice(0, 80)}`);
  };
  await checkSymmetric(input, expectSame);
  await checkSignatures(input, expectSame);
  for (const { bytes, outcome } of input.deflated) {
    const actual = await inflate(hexToBytes(bytes), 1000).then(bytesToHex, (error) => error.code ?? String(error));
    expectSame('inflate', actual, outcome);
  }
  for (const { bytes, isWhole } of input.zlib)
    expectSame(`zlib ${bytes}`, await isZlib(hexToBytes(bytes), 1000, () => {}), isWhole);
  await checkMlKem(input.mlKem, expectSame);
  const { skRm, pkRm, ikmE, enc } = input.hpke;
  expectSame('X-Wing key', bytesToHex((await hpkeKeyPair(hexToBytes(skRm))).publicKey), pkRm);
  const sender = await hpkeSetupSender(hexToBytes(pkRm), new Uint8Array(), () => hexToBytes(ikmE));
  expectSame('X-Wing encapsulation', bytesToHex(sender.enc), enc);
  const key = await portableRecipient.importKey(hexToBytes(input.fromNode.seed));
  const [info, aad, plaintext] = [pageTexts.info, pageTexts.aad, pageTexts.plaintext].map(utf8ToBytes) as Uint8Array[];
  const nothing = new Uint8Array();
  const sealed = hexToBytes(input.fromNode.sealed);
  const opened = await portableRecipient.open(key, info ?? nothing, aad ?? nothing, sealed);
  expectSame('what Node sealed', opened && bytesToHex(opened), bytesToHex(plaintext ?? nothing));
  await checkPassphrases(expectSame);

  const random = seededRandom('page');
  const hybrid = await hybridKey(random(64));
  const signature = await hybrid.sign(plaintext ?? nothing, random);
  return {
    faults,
    sealed: bytesToHex(await hpkeSeal(key.publicKey, info ?? nothing, aad ?? nothing, plaintext ?? nothing, random)),
    signed: {
      publicKey: bytesToHex(hybrid.publicKey),
      message: bytesToHex(plaintext ?? nothing),
      signature: bytesToHex(signature),
    },
    deflated: bytesToHex(await deflate(new Uint8Array(500))),
  };
}

type Expect = (what: string, actual: unknown, wanted: unknown) => void;

async function checkSymmetric(input: PageInput, expectSame: Expect): Promise<void> {
  expectSame(
    'SHA-256',
    bytesToHex(await sha256(utf8ToBytes('abc'))),
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  );
  for (const { ikm, salt, info, okm } of input.hkdf) {
    const key = await hkdf(hexToBytes(ikm), hexToBytes(salt), hexToBytes(info), okm.length / 2);
    expectSame('HKDF', bytesToHex(key), okm);
  }
  for (const { key, data, mac } of input.hmac) {
    const actual = bytesToHex(await hmacSha256(hexToBytes(key), hexToBytes(data)));
    expectSame('HMAC', actual.slice(0, mac.length), mac);
  }
  for (const { password, salt, iterations, length, key } of input.pbkdf2) {
    expectSame('PBKDF2', bytesToHex(await pbkdf2(hexToBytes(password), hexToBytes(salt), iterations, length)), key);
  }
  for (const one of input.aesGcm) {
    const [key, nonce, aad] = [hexToBytes(one.key), hexToBytes(one.nonce), hexToBytes(one.aad)];
    const opened = await aesGcmOpen(key, nonce, aad, hexToBytes(one.sealed));
    expectSame('AES-GCM open', opened && bytesToHex(opened), one.plaintext);
    if (one.plaintext === null) continue;
    const sealed = await aesGcmSeal(key, nonce, aad, hexToBytes(one.plaintext));
    expectSame('AES-GCM seal', bytesToHex(sealed), one.sealed);
  }
}

async function checkSignatures(input: PageInput, expectSame: Expect): Promise<void> {
  for (const one of input.ed25519Seeds) {
    const key = await ed25519Key(hexToBytes(one.seed));
    expectSame('Ed25519 key', bytesToHex(key.publicKey), one.publicKey);
    expectSame('Ed25519 signature', bytesToHex(await key.sign(hexToBytes(one.message))), one.signature);
  }
  for (const [what, verify, cases] of [
    ['Ed25519', ed25519Verify, input.ed25519],
    ['ML-DSA', mlDsaVerify, input.mlDsa],
    ['hybrid', verifyHybrid, [{ ...input.fromNode.signed, valid: true }]],
  ] as const) {
    for (const one of cases) {
      const verdict = await verify(hexToBytes(one.publicKey), hexToBytes(one.message), hexToBytes(one.signature));
      expectSame(`${what} verdict on ${one.signature.slice(0, 16)}`, verdict, one.valid);
    }
  }
}

async function checkMlKem(vectors: PageInput['mlKem'], expectSame: Expect): Promise<void> {
  const kem = new MlKem768();
  for (const { seed, publicKey } of vectors.acvpKeyGen) {
    const [derived] = await kem.deriveKeyPair(hexToBytes(seed));
    expectSame('ML-KEM key', bytesToHex(derived), publicKey);
  }
  for (const { publicKey, random, ciphertext, secret } of vectors.acvpEncapsulation) {
    const outcome = await kem.encap(hexToBytes(publicKey), hexToBytes(random));
    expectSame('ML-KEM encapsulation', outcome.map(bytesToHex).join(' '), `${ciphertext} ${secret}`);
  }
  for (const { privateKey, ciphertext, secret } of vectors.acvpDecapsulation) {
    const outcome = await kem.decap(hexToBytes(ciphertext), hexToBytes(privateKey));
    expectSame('ML-KEM decapsulation', bytesToHex(outcome), secret);
  }
  for (const { seed, ciphertext, secret, valid } of vectors.wycheproofDecapsulation) {
    const decapsulate = async () => kem.decap(hexToBytes(ciphertext), (await kem.deriveKeyPair(hexToBytes(seed)))[1]);
    const outcome = await decapsulate().then(bytesToHex, () => 'refused');
    expectSame('ML-KEM decapsulation, odd', outcome, valid ? secret : 'refused');
  }
}

async function checkPassphrases(expectSame: Expect): Promise<void> {
  const random = seededRandom(pageTexts.phrase);
  for (const id of ['english', 'japanese', 'korean', 'chinese_simplified'] as const) {
    const list = await loadWordList(id);
    const { words, entropy } = await newPassphrase(random, list);
    const typed = readTyped(words.join('').normalize('NFD').toUpperCase(), list);
    const result = await entropyFromWords(typed, list);
    expectSame(`typed ${id}`, result.ok && bytesToHex(result.entropy.reveal()), bytesToHex(entropy.reveal()));
  }
}

Object.assign(globalThis, { runPrimitives: run });
