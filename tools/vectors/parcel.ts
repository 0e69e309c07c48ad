// Vectors of parcels: a day key and its receipt, between two devices of a desk.
import { type ParcelContent, sealParcel } from '@postern/protocol/messages/parcel';
import { splitSnapshot } from '@postern/protocol/messages/snapshot';
import { sha256 } from '@postern/protocol/primitives/hash';
import { hpkeKeyPair } from '@postern/protocol/primitives/hpke';
import { hybridKey } from '@postern/protocol/primitives/hybrid-signature';
import type { VectorSection, VectorValue } from './section.ts';

export const parcel: VectorSection = {
  name: 'parcel',
  spec: '7.1',
  make: async (random) => {
    const [transport, dayKey] = [await hpkeKeyPair(random(32)), await hpkeKeyPair(random(32))];
    const senderSeed = random(64);
    const sender = await hybridKey(senderSeed);
    const from = (await sha256(sender.publicKey)).slice(0, 8);
    const route = { fingerprint: random(32), desk: random(8), from, to: random(8) };
    const contents: ParcelContent[] = [
      { kind: 'day-key', day: 20_780, seed: dayKey.seed, publicKey: dayKey.publicKey },
      { kind: 'receipt', day: 20_780, keyHash: await sha256(dayKey.publicKey) },
    ];
    const parcels: VectorValue[] = [];
    for (const content of contents) {
      parcels.push({ content, parcel: await sealParcel(route, transport.publicKey, sender, content, random) });
    }
    const ladder = [0, 1, 2, 4, 5, 17].map((rooms) => ({
      rooms,
      pieces: splitSnapshot(new Uint8Array(rooms), 1).length,
    }));
    return { route, senderSeed, transportSeed: transport.seed, parcels, snapshotLadder: ladder };
  },
};
