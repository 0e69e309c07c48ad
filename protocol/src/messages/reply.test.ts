import { beforeAll, describe, expect, it } from 'vitest';
import { concat } from '../bytes/encode.ts';
import { WireError } from '../bytes/wire-error.ts';
import { aesGcmSeal } from '../primitives/aes-gcm.ts';
import { type Ed25519Key, ed25519Key } from '../primitives/ed25519.ts';
import { joined, openByNode, scrambled, sha256ByNode, subkeyByNode, u32 } from '../testing/correspondence.ts';
import { bitFlips, extensions, truncations } from '../testing/damage.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import {
  missingNumbers,
  openReply,
  outstandingBefore,
  type Reply,
  type ReplyPlace,
  sealCoverReply,
  sealReply,
} from './reply.ts';

const random = seededRandom('reply');
const device = random(8);
const place: ReplyPlace = {
  fingerprint: random(32),
  desk: random(8),
  conversationId: random(32),
  rootDay: 20_780,
  link: 3,
  replyKey: random(32),
};
const reply: Reply = {
  device,
  day: 20_781,
  number: 5,
  outstanding: 0b1001,
  part: 1,
  parts: 2,
  token: null,
  piece: random(700),
};

let key: Ed25519Key;
let signers: { device: Uint8Array; ed25519: Uint8Array }[];

beforeAll(async () => {
  key = await ed25519Key(random(32));
  signers = [
    { device: random(8), ed25519: random(32) },
    { device, ed25519: key.publicKey },
  ];
});

/** Seals whatever inside, as a device could that keeps to no rule. */
async function sealRaw(fields: Uint8Array, signer = key): Promise<Uint8Array> {
  const { fingerprint, desk, conversationId, rootDay, link } = place;
  const message = joined(
    'postern/1 reply',
    fingerprint,
    desk,
    conversationId,
    u32(rootDay),
    Uint8Array.of(link),
    fields,
  );
  const salt = random(32);
  const subkey = subkeyByNode(place.replyKey, 'reply', salt, [fingerprint, desk, conversationId]);
  const inside = concat(fields, await signer.sign(message));
  return concat(salt, await aesGcmSeal(subkey.subarray(0, 32), subkey.subarray(32), new Uint8Array(0), inside));
}

/** The fields as the specification lays them out, written a second time. */
function fieldsOf({ device, day, number, outstanding, part, parts, token, piece }: Reply): Buffer {
  const length = Buffer.from([piece.length >> 8, piece.length & 255]);
  const head = [Buffer.of(1), device, u32(day), u32(number), u32(outstanding), Buffer.of(part, parts)];
  const whole = Buffer.concat([...head, token ?? Buffer.alloc(354), length, piece]);
  return Buffer.concat([whole, Buffer.alloc(1936 - whole.length)]);
}

describe('replies', () => {
  it('come back as they were sealed, with a token and without', async () => {
    for (const token of [null, random(354)]) {
      const body = await sealReply(place, { ...reply, token }, key, random);
      expect(body).toHaveLength(2048);
      expect(await openReply(place, body, signers)).toEqual({ kind: 'reply', reply: { ...reply, token } });
    }
  });

  it('hold what the specification says, by another implementation', async () => {
    const body = await sealReply(place, reply, key, random);
    const { fingerprint, desk, conversationId } = place;
    const subkey = subkeyByNode(place.replyKey, 'reply', body.slice(0, 32), [fingerprint, desk, conversationId]);
    const inside = openByNode(subkey, body.slice(32));
    expect(inside.subarray(0, 1936)).toEqual(fieldsOf(reply));
    expect(await openReply(place, await sealRaw(fieldsOf(reply)), signers)).toEqual({ kind: 'reply', reply });
  });

  it('[RPL-1] are shown only if a device of the desk in the current roster has signed them, for this place', async () => {
    const body = await sealReply(place, reply, key, random);
    const stranger = { device, ed25519: (await ed25519Key(random(32))).publicKey };
    for (const others of [[], [signers[0]!], [stranger], [{ device: random(8), ed25519: key.publicKey }]])
      expect(await openReply(place, body, others)).toEqual({ kind: 'unknown-signer' });
    expect(await openReply(place, body, [stranger, ...signers])).toMatchObject({ kind: 'reply' });
    expect(await openReply({ ...place, rootDay: place.rootDay + 1 }, body, signers)).toEqual({
      kind: 'unknown-signer',
    });
    expect(await openReply({ ...place, link: 4 }, body, signers)).toEqual({ kind: 'unknown-signer' });
  });

  it('[RPL-1] cannot be forged by who holds the reply key only', async () => {
    const forger = await ed25519Key(random(32));
    expect(await openReply(place, await sealRaw(fieldsOf(reply), forger), signers)).toEqual({ kind: 'unknown-signer' });
  });

  it('[RPL-2] do not open with another key, place or body', async () => {
    const body = await sealReply(place, reply, key, random);
    const elsewhere = [
      { ...place, replyKey: random(32) },
      { ...place, fingerprint: random(32) },
      { ...place, desk: random(8) },
      { ...place, conversationId: random(32) },
    ];
    for (const other of elsewhere) expect(await openReply(other, body, signers)).toEqual({ kind: 'does-not-open' });
    expect(await openReply(place, random(2048), signers)).toEqual({ kind: 'does-not-open' });
    for (const changed of bitFlips(body))
      expect(await openReply(place, changed, signers)).toEqual({ kind: 'does-not-open' });
  });

  it('[ENC-1] fail with one error for other lengths and for any inside that a device may sign', async () => {
    const body = await sealReply(place, reply, key, random);
    for (const changed of [...truncations(body, 100), ...extensions(body)])
      await expect(openReply(place, changed, signers)).rejects.toBeInstanceOf(WireError);
    const fields = fieldsOf(reply);
    for (let i = 0; i < 300; i++) {
      const changed = concat(fields.subarray(0, 9), scrambled(fields.subarray(9), random), fields).slice(0, 1936);
      changed.set(device, 1);
      await openReply(place, await sealRaw(changed), signers).then(
        (opened) => expect(opened.kind).toBe('reply'),
        (error: unknown) => expect(error).toBeInstanceOf(WireError),
      );
    }
  });

  it('refuse numbers that contradict each other, on both ends', async () => {
    const wrong: Partial<Reply>[] = [
      { part: 2, parts: 2 },
      { part: 0, parts: 0 },
      { part: 0, parts: 9 },
      { number: 1, outstanding: 0, part: 1 },
      { number: 0, outstanding: 0, part: 0 },
      { outstanding: 0b1_0000 },
      { outstanding: 2 ** 31 },
    ];
    for (const change of wrong) {
      const other = { ...reply, ...change };
      await expect(sealReply(place, other, key, random), JSON.stringify(change)).rejects.toBeInstanceOf(RangeError);
      const opened = openReply(place, await sealRaw(fieldsOf(other)), signers);
      await expect(opened, JSON.stringify(change)).rejects.toMatchObject({ name: 'WireError', code: 'bad-value' });
    }
    await expect(sealReply(place, { ...reply, piece: random(1558) }, key, random)).rejects.toBeInstanceOf(RangeError);
  });

  it('[ENC-4] never use a key and nonce twice, whoever seals at the same link and number', async () => {
    const other = await ed25519Key(random(32));
    const seal = (signer: Ed25519Key, source = random) => sealReply(place, reply, signer, source);
    const bodies = [];
    for (let i = 0; i < 20; i++) bodies.push(await seal(key), await seal(other), await seal(key));
    expect(repeated(bodies)).toBe(0);
    // A device whose randomness was restored from a copy is seen by the same count.
    expect(repeated([await seal(key, seededRandom('copy')), await seal(other, seededRandom('copy'))])).toBe(1);
  });
});

describe('cover replies', () => {
  it('[RPL-5] are sealed like real ones and can be collected by who posted them', async () => {
    const from = { fingerprint: place.fingerprint, desk: place.desk, device };
    const covers = await Promise.all([1, 2, 3].map(() => sealCoverReply(from, 20_781, key, random)));
    for (const cover of covers) {
      expect(cover.body).toHaveLength(2048);
      expect([cover.tagKey.length, cover.ackKey.length]).toEqual([32, 32]);
      expect(Buffer.from(cover.ackId)).toEqual(sha256ByNode(cover.ackKey));
      expect(cover.lane).toBeLessThan(2 ** 16);
      expect(await openReply(place, cover.body, signers)).toEqual({ kind: 'does-not-open' });
    }
    const strings = covers.flatMap(({ body, tagKey, ackKey }) =>
      [body, tagKey, ackKey].map((bytes) => Buffer.from(bytes).toString('hex')),
    );
    expect(new Set(strings).size).toBe(9);
  });

  it('[RPL-5] draw as much randomness for a body as real ones', async () => {
    const drawn: number[] = [];
    const counting = (length: number): Uint8Array => {
      drawn.push(length);
      return random(length);
    };
    await sealReply(place, reply, key, counting);
    expect(drawn).toEqual([32]);
    await sealCoverReply({ fingerprint: place.fingerprint, desk: place.desk, device }, 20_781, key, counting);
    expect(drawn.slice(-2)).toEqual([32, 4]); // the salt as before, then the lane
  });
});

describe('missing numbers', () => {
  const said = (number: number, ...outstanding: number[]) => ({
    number,
    outstanding: outstandingBefore(number, (earlier) => outstanding.includes(earlier)),
  });

  it('[RPL-4] are those that a reply calls outstanding and that are not here', () => {
    expect(missingNumbers([said(3), said(5, 3, 4), said(8, 3, 4, 5, 6, 7)])).toEqual([4, 6, 7]);
    expect(missingNumbers([said(8, 1, 7), said(3, 1)])).toEqual([1, 7]);
    expect(missingNumbers([said(5), said(6, 5)])).toEqual([]);
    expect(missingNumbers([])).toEqual([]);
  });

  it('[RPL-4] are not those that another reply says were read, or not posted yet', () => {
    expect(missingNumbers([said(3, 1, 2), said(4, 2, 3)])).toEqual([2]);
    expect(missingNumbers([said(4, 2, 3), said(3, 1, 2)])).toEqual([2]);
  });

  it('are told of for the 32 numbers before', () => {
    expect(outstandingBefore(40, () => true)).toBe(2 ** 32 - 1);
    expect(outstandingBefore(3, () => true)).toBe(0b11);
    expect(missingNumbers([{ number: 40, outstanding: 2 ** 32 - 1 }])).toHaveLength(32);
    expect(missingNumbers([said(40, 7, 8)])).toEqual([8]);
    // One that is too far behind says nothing against it.
    expect(missingNumbers([said(40, 8), said(41)])).toEqual([8]);
  });
});

/** How many bodies share key and nonce with another, derived by another implementation. */
function repeated(bodies: readonly Uint8Array[]): number {
  const { fingerprint, desk, conversationId } = place;
  const pairs = bodies.map((body) => {
    const pair = subkeyByNode(place.replyKey, 'reply', body.slice(0, 32), [fingerprint, desk, conversationId]);
    expect(openByNode(pair, body.slice(32))).toHaveLength(2000);
    return pair.toString('hex');
  });
  return pairs.length - new Set(pairs).size;
}
