import { beforeAll, describe, expect, it } from 'vitest';
import { concat } from '../bytes/encode.ts';
import { WireError } from '../bytes/wire-error.ts';
import { hpkeKeyPair, hpkeSeal } from '../primitives/hpke.ts';
import { nativeRecipient } from '../primitives/hpke-native.ts';
import { joined, scrambled, sha256ByNode, type TestDevice, testDevice, u32 } from '../testing/correspondence.ts';
import { bitFlips, extensions, truncations } from '../testing/damage.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import { MessageError } from './message-error.ts';
import {
  openParcel,
  type ParcelContent,
  type ParcelKey,
  prepareParcelKey,
  sealParcel,
  snapshotPieceBytes,
} from './parcel.ts';
import { isPieceCount, joinSnapshot, splitSnapshot } from './snapshot.ts';

const random = seededRandom('parcel');
const [fingerprint, desk] = [random(32), random(8)];
const dayKey: ParcelContent = { kind: 'day-key', day: 20_780, seed: random(32), publicKey: random(1216) };
const receipt: ParcelContent = { kind: 'receipt', day: 20_780, keyHash: random(32) };
const snapshot: ParcelContent = {
  ...{ kind: 'snapshot', snapshotId: random(16), asked: random(32) },
  ...{ piece: 3, pieces: 4, bytes: random(999) },
};

let sender: TestDevice;
let receiver: TestDevice;
let stranger: TestDevice;
let own: ParcelKey;
let transportKey: Uint8Array;

beforeAll(async () => {
  [sender, receiver, stranger] = [await testDevice(random), await testDevice(random), await testDevice(random)];
  const seed = random(32);
  ({ publicKey: transportKey } = await hpkeKeyPair(seed));
  own = await prepareParcelKey(nativeRecipient, { fingerprint, desk, to: receiver.device }, seed);
});

const route = () => ({ fingerprint, desk, from: sender.device, to: receiver.device });
const open = (parcel: Uint8Array, keys = [own], signers = [receiver, sender]) =>
  openParcel(nativeRecipient, parcel, keys, signers);

/** Seals whatever fields, as a device could that keeps to no rule. */
async function sealRaw(fields: Uint8Array, signer = sender, at = route()): Promise<Uint8Array> {
  const message = joined('postern/1 parcel', at.fingerprint, at.desk, at.to, sha256ByNode(fields));
  const info = joined('postern/1 parcel', fingerprint, desk, receiver.device, sha256ByNode(transportKey));
  const inside = concat(fields, await signer.key.sign(message, random));
  return hpkeSeal(transportKey, info, new Uint8Array(0), inside, random);
}

/** The fields of a small parcel, laid out a second time. */
function fieldsOf(kind: number, body: Uint8Array, from = sender.device, total = 3683): Buffer {
  const head = Buffer.concat([Buffer.of(1, kind), from, u32(body.length), body]);
  return Buffer.concat([head, Buffer.alloc(total - head.length)]);
}

describe('parcels', () => {
  it.each([
    ['a day key', dayKey, 8192],
    ['a receipt', receipt, 8192],
    ['a piece of a snapshot', snapshot, 65_536],
    ['a full piece', { ...snapshot, bytes: random(snapshotPieceBytes) }, 65_536],
    ['an empty piece', { ...snapshot, bytes: new Uint8Array(0) }, 65_536],
  ])('carry %s', async (_, content, length) => {
    const parcel = await sealParcel(route(), transportKey, sender.key, content, random);
    expect(parcel).toHaveLength(length);
    expect(await open(parcel)).toEqual({ kind: 'parcel', from: sender.device, content });
  });

  it('hold what the specification says, laid out a second time', async () => {
    const body = Buffer.concat([u32(20_780), dayKey.kind === 'day-key' ? dayKey.seed : random(0), dayKey.publicKey]);
    expect(await open(await sealRaw(fieldsOf(1, body)))).toEqual({
      kind: 'parcel',
      from: sender.device,
      content: dayKey,
    });
    expect(snapshotPieceBytes).toBe(60_957);
  });

  it('are not for a device with other keys', async () => {
    const parcel = await sealParcel(route(), transportKey, sender.key, receipt, random);
    const seed = random(32);
    const others = await Promise.all([
      prepareParcelKey(nativeRecipient, { fingerprint, desk, to: receiver.device }, seed),
      prepareParcelKey(nativeRecipient, { fingerprint, desk, to: stranger.device }, seed),
    ]);
    expect(await open(parcel, others)).toEqual({ kind: 'not-for-me' });
    expect(await open(parcel, [...others, own])).toMatchObject({ kind: 'parcel' });
  });

  it('[PAR-1] are refused unless a device of the desk in the current roster has signed them', async () => {
    const parcel = await sealParcel(route(), transportKey, sender.key, receipt, random);
    await expect(open(parcel, [own], [receiver])).rejects.toMatchObject({ name: 'MessageError', code: 'signer' });
    const mistaken = { device: sender.device, publicKey: stranger.publicKey };
    await expect(openParcel(nativeRecipient, parcel, [own], [mistaken])).rejects.toMatchObject({ code: 'signature' });
    const body = Buffer.concat([u32(1), random(32)]);
    await expect(open(await sealRaw(fieldsOf(2, body), stranger))).rejects.toMatchObject({ code: 'signature' });
    const elsewhere = [{ fingerprint: random(32) }, { desk: random(8) }, { to: stranger.device }];
    for (const change of elsewhere) {
      const moved = sealRaw(fieldsOf(2, body), sender, { ...route(), ...change });
      await expect(open(await moved)).rejects.toMatchObject({ code: 'signature' });
    }
  });

  it('[ENC-1] fail in no other way, on changed bytes and on whatever a device may sign', async () => {
    const parcel = await sealParcel(route(), transportKey, sender.key, receipt, random);
    for (const changed of [...truncations(parcel, 500), ...extensions(parcel)])
      await expect(open(changed)).rejects.toBeInstanceOf(WireError);
    for (const changed of bitFlips(parcel, 19)) expect(await open(changed)).toEqual({ kind: 'not-for-me' });
    const fields = fieldsOf(2, Buffer.concat([u32(1), random(32)]));
    for (let i = 0; i < 60; i++) {
      const changed = concat(fields.subarray(0, 1), scrambled(fields.subarray(1, 60), random), fields).slice(
        0,
        fields.length,
      );
      changed.set(sender.device, 2);
      await open(await sealRaw(changed)).then(
        (opened) => expect(opened.kind).toBe('parcel'),
        (error: unknown) => expect(error instanceof WireError || error instanceof MessageError).toBe(true),
      );
    }
  });

  it('[ENC-2] refuse padding that is not zero, and a snapshot in a small parcel', async () => {
    const fields = fieldsOf(2, Buffer.concat([u32(1), random(32)]));
    fields[fields.length - 1] = 1;
    await expect(open(await sealRaw(fields))).rejects.toMatchObject({ code: 'bad-padding' });
    const small = Buffer.concat([random(48), Buffer.of(0, 0, 0, 1), u32(0)]);
    await expect(open(await sealRaw(fieldsOf(3, small)))).rejects.toMatchObject({ code: 'bad-length' });
    expect(await open(await sealRaw(fieldsOf(3, small, sender.device, 61_027)))).toMatchObject({ kind: 'parcel' });
  });

  it('[PAR-2] are refused on both ends if the number of pieces is not of the ladder', async () => {
    for (const pieces of [0, 2, 3, 5, 8, 63]) {
      const content = { ...snapshot, piece: 0, pieces } as ParcelContent;
      await expect(sealParcel(route(), transportKey, sender.key, content, random)).rejects.toBeInstanceOf(RangeError);
      const body = Buffer.concat([random(48), Buffer.of(0, 0, 0, pieces), u32(0)]);
      const parcel = await sealRaw(fieldsOf(3, body, sender.device, 61_027));
      await expect(open(parcel), `${pieces}`).rejects.toMatchObject({ name: 'WireError', code: 'bad-value' });
    }
  });
});

describe('snapshots', () => {
  it('[PAR-2] are cut into 1, 4, 16, 64 … pieces', () => {
    const count = (length: number) => splitSnapshot(new Uint8Array(length), 10).length;
    expect([0, 1, 10, 11, 40, 41, 160, 161].map(count)).toEqual([1, 1, 1, 4, 4, 16, 16, 64]);
    const rungs = Array.from({ length: 65_536 }, (_, number) => number).filter(isPieceCount);
    expect(rungs).toEqual([1, 4, 16, 64, 256, 1024, 4096, 16_384]);
    expect(() => splitSnapshot(new Uint8Array(16_385), 1)).toThrow(RangeError);
  });

  it('come back from pieces in any order and number', () => {
    const bytes = random(123);
    const pieces = splitSnapshot(bytes, 10).map((piece, at, all) => ({ piece: at, pieces: all.length, bytes: piece }));
    expect(pieces).toHaveLength(16);
    expect(joinSnapshot([...pieces.toReversed(), ...pieces])).toEqual({ kind: 'whole', bytes });
    expect(joinSnapshot(pieces.filter(({ piece }) => piece !== 2 && piece !== 15))).toEqual({
      kind: 'missing',
      missing: [2, 15],
    });
    expect(joinSnapshot([...pieces, { ...pieces[4]!, bytes: random(10) }])).toEqual({ kind: 'contradiction' });
    expect(joinSnapshot([...pieces, { ...pieces[0]!, pieces: 4 }])).toEqual({ kind: 'contradiction' });
    expect(() => joinSnapshot([])).toThrow(RangeError);
  });
});
