/** Signed documents: both signatures, the kind, and nothing parsed before they hold. */

import { describe, expect, test } from 'vitest';
import { concat } from '../bytes/encode.ts';
import { WireError } from '../bytes/wire-error.ts';
import { sha256 } from '../primitives/hash.ts';
import { hybridKey } from '../primitives/hybrid-signature.ts';
import { asView, bitFlips, extensions, truncations } from '../testing/damage.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import { DocumentError } from './document-error.ts';
import {
  type DocumentKind,
  documentHash,
  keyHashOf,
  openDocument,
  openSelfKeyed,
  payloadOf,
  signDocument,
} from './signed.ts';

const random = seededRandom('signed documents');
const key = await hybridKey(random(64));
const other = await hybridKey(random(64));
const payload = random(40);
const signed = await signDocument('index', payload, key, random);
const refused = expect.objectContaining({ name: 'DocumentError', code: 'signature' });

describe('signed documents', () => {
  test('open to the exact payload, also as a view', async () => {
    expect(await openDocument('index', signed, key.publicKey)).toEqual(payload);
    expect(await openDocument('index', asView(signed), key.publicKey)).toEqual(payload);
    expect(signed).toHaveLength(1 + 4 + 40 + 3373);
  });

  test('[DOC-1] another kind, key or payload is refused', async () => {
    for (const kind of ['roster', 'day key', 'transport key'] satisfies DocumentKind[]) {
      await expect(openDocument(kind, signed, key.publicKey)).rejects.toEqual(refused);
    }
    await expect(openDocument('index', signed, other.publicKey)).rejects.toEqual(refused);
    const changed = signed.with(10, (signed[10] ?? 0) ^ 1);
    await expect(openDocument('index', changed, key.publicKey)).rejects.toEqual(refused);
  });

  test('[DOC-1] one good signature of the two is not enough, whichever it is', async () => {
    const bySomeoneElse = await signDocument('index', payload, other, random);
    const split = signed.length - 3309;
    const onlyEd25519 = concat(signed.subarray(0, split), bySomeoneElse.subarray(split));
    const onlyMlDsa = concat(bySomeoneElse.subarray(0, split), signed.subarray(split));
    await expect(openDocument('index', onlyEd25519, key.publicKey)).rejects.toEqual(refused);
    await expect(openDocument('index', onlyMlDsa, key.publicKey)).rejects.toEqual(refused);
    const mixedKey = concat(key.publicKey.subarray(0, 32), other.publicKey.subarray(32));
    await expect(openDocument('index', onlyEd25519, mixedKey)).resolves.toEqual(payload);
  });

  test('[ENC-1] every truncation and extension and each flipped bit is refused', async () => {
    for (const damaged of truncations(signed)) {
      await expect(openDocument('index', damaged, key.publicKey)).rejects.toThrow(WireError);
    }
    for (const damaged of extensions(signed)) {
      await expect(openDocument('index', damaged, key.publicKey)).rejects.toThrow(WireError);
    }
    for (const damaged of bitFlips(signed.subarray(0, 45))) {
      const whole = concat(damaged, signed.subarray(45));
      await expect(openDocument('index', whole, key.publicKey)).rejects.toSatisfy(isOwnError);
    }
    for (const damaged of bitFlips(signed, 53)) {
      await expect(openDocument('index', damaged, key.publicKey)).rejects.toSatisfy(isOwnError);
    }
  });

  test('[ENC-1] a document of another version is refused', async () => {
    const failure = openDocument('index', signed.with(0, 2), key.publicKey);
    await expect(failure).rejects.toMatchObject({ name: 'WireError', code: 'unknown-version' });
  });

  test('the hash is that of the payload, whoever signed', async () => {
    const again = await signDocument('index', payload, other, random);
    expect(documentHash(await sha256(payloadOf(again)))).toEqual(documentHash(await sha256(payloadOf(signed))));
    expect(payloadOf(signed)).toEqual(payload);
  });
});

describe('documents that hold their own key', () => {
  const content = concat(Uint8Array.of(1), key.publicKey, random(20));

  test('[DOC-2] the key inside is used only once its hash is trusted', async () => {
    const document = await signDocument('roster', content, key, random);
    const trusted = await keyHashOf(key.publicKey);
    const asked: Uint8Array[] = [];
    const opened = await openSelfKeyed('roster', document, (hash) => asked.push(hash) === 1);
    expect(opened.payload).toEqual(content);
    expect(opened.publicKey).toEqual(key.publicKey);
    expect(asked).toEqual([trusted]);
    const failure = openSelfKeyed('roster', document, () => false);
    await expect(failure).rejects.toMatchObject({ name: 'DocumentError', code: 'unknown-signer' });
  });

  test('[DOC-2] a trusted key inside does not help a document that another has signed', async () => {
    const forged = await signDocument('roster', content, other, random);
    await expect(openSelfKeyed('roster', forged, () => true)).rejects.toEqual(refused);
  });

  test('[ENC-1] a payload too short for a key is refused as malformed', async () => {
    const short = await signDocument('roster', content.slice(0, 1984), key, random);
    await expect(openSelfKeyed('roster', short, () => true)).rejects.toMatchObject({ code: 'truncated' });
  });
});

function isOwnError(error: unknown): boolean {
  return error instanceof WireError || error instanceof DocumentError;
}
