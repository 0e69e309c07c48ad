// Vectors of the key derivation, the fingerprint and the keys of a source.
import { lengthPrefixed, u32be, utf8ToBytes } from '@postern/protocol/bytes/encode';
import {
  fingerprintOf,
  fingerprintToQr,
  verificationNumbers,
  verificationWords,
} from '@postern/protocol/keys/fingerprint';
import { kdf, subkey } from '@postern/protocol/keys/kdf';
import { conversationKey, importPhrase, laneOf, rootOf } from '@postern/protocol/keys/source-keys';
import { loadWordList } from '@postern/protocol/keys/word-lists';
import type { Random } from '@postern/protocol/primitives/random';
import type { VectorSection, VectorValue } from './section.ts';

export const keys: VectorSection = {
  name: 'keys',
  spec: '1, 2.1, 3',
  make: async (random) => ({
    lengthPrefixed: lengthPrefixed('label', random(3), u32be(20_780)),
    kdf: [await kdfCase(random, [], 32), await kdfCase(random, [random(32), random(8), random(0)], 100)],
    subkey: await subkeyCase(random),
    fingerprint: await fingerprintCase(random),
    source: [await sourceCase(random, 0), await sourceCase(random, 20_780)],
  }),
};

async function kdfCase(random: Random, parts: readonly Uint8Array[], length: number): Promise<VectorValue> {
  const secret = random(32);
  const [salt, label] = ['postern/1 example', 'use'];
  const info = lengthPrefixed(label, ...parts);
  return { secret, salt, label, parts, length, info, output: await kdf(secret, salt, label, parts, length) };
}

async function subkeyCase(random: Random): Promise<VectorValue> {
  const [key, salt, parts] = [random(32), random(32), [random(32), random(8)]];
  const derived = await subkey(key, 'log', salt, parts);
  return { secret: key, label: 'log', salt, parts, key: derived.key, nonce: derived.nonce };
}

async function fingerprintCase(random: Random): Promise<VectorValue> {
  const rootPublicKey = random(1984);
  const fingerprint = await fingerprintOf(rootPublicKey);
  const words: Record<string, VectorValue> = {};
  for (const id of ['english', 'chinese_simplified', 'spanish'] as const) {
    words[id] = verificationWords(fingerprint, (await loadWordList(id)).words);
  }
  const qr = fingerprintToQr(fingerprint);
  return { rootPublicKey, fingerprint, numbers: verificationNumbers(fingerprint), words, qr };
}

async function sourceCase(random: Random, day: number): Promise<VectorValue> {
  const [mk, fingerprint, desk] = [random(16), random(32), random(8)];
  const message = utf8ToBytes('signed by the conversation');
  const phrase = await importPhrase(mk);
  const { id, sign } = await conversationKey(phrase, fingerprint, desk);
  const root = await rootOf(phrase, fingerprint, desk, day);
  const lane = await laneOf(phrase, fingerprint);
  return { mk, fingerprint, desk, conversationId: id, message, signature: await sign(message), day, root, lane };
}
