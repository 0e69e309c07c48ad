// Vectors of hybrid signatures and signed documents of every kind.
import { utf8ToBytes } from '@postern/protocol/bytes/encode';
import { documentHash, keyHashOf, payloadOf, signDocument } from '@postern/protocol/keys/signed';
import { dssePae } from '@postern/protocol/primitives/dsse';
import { sha256 } from '@postern/protocol/primitives/hash';
import { hybridKey } from '@postern/protocol/primitives/hybrid-signature';
import type { VectorSection, VectorValue } from './section.ts';

const kinds = ['roster', 'day key', 'transport key', 'index'] as const;

export const documents: VectorSection = {
  name: 'documents',
  spec: '2',
  make: async (random) => {
    const seed = random(64);
    const key = await hybridKey(seed);
    const payload = utf8ToBytes('any payload');
    const signed: VectorValue[] = [];
    for (const kind of kinds) {
      const payloadType = `application/vnd.postern.${kind.replace(' ', '-')}`;
      const document = await signDocument(kind, payload, key, random);
      const hash = documentHash(await sha256(payloadOf(document)));
      signed.push({ kind, payloadType, payload, preAuthEncoding: dssePae(payloadType, payload), hash, document });
    }
    return { seed, publicKey: key.publicKey, keyHash: await keyHashOf(key.publicKey), signed };
  },
};
