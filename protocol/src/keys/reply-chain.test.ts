/** The reply chain: forward only, used once, from the newest root. */

import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { bytesToHex } from '../bytes/encode.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import {
  ackIdOf,
  advance,
  chainKeys,
  chainStart,
  chainStep,
  isUsable,
  type ReplyChain,
  type ReplyKeys,
  receiveRoot,
} from './reply-chain.ts';

const random = seededRandom('reply chain');
const fingerprint = random(32);
const desk = random(8);
const root = random(32);
const day = 20_780;

async function useAll(from: ReplyChain): Promise<{ used: ReplyKeys[]; records: ReplyChain[] }> {
  const used: ReplyKeys[] = [];
  const records = [from];
  for (let step = await advance(from); step !== null; step = await advance(step.chain)) {
    used.push(step.keys);
    records.push(step.chain);
  }
  return { used, records };
}

function hexOf({ tagKey, ackKey, replyKey }: ReplyKeys): string[] {
  return [tagKey, ackKey, replyKey].map(bytesToHex);
}

describe('reply chain', () => {
  test('[CHN-3] a device that uses the links in order and a source that returns have the same eight sets of keys', async () => {
    const { used } = await useAll(await receiveRoot(null, root, fingerprint, desk, day));
    expect(used).toEqual(await chainKeys(root, fingerprint, desk, day));
    expect(used.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    const all = used.flatMap(hexOf);
    expect(new Set(all).size).toBe(24);
  });

  test('another root, organisation, desk or day gives another chain', async () => {
    const starts = await Promise.all([
      chainStart(root, fingerprint, desk, day),
      chainStart(random(32), fingerprint, desk, day),
      chainStart(root, random(32), desk, day),
      chainStart(root, fingerprint, random(8), day),
      chainStart(root, fingerprint, desk, day + 1),
    ]);
    expect(new Set(starts.map(bytesToHex)).size).toBe(5);
  });

  test('the same link at another place gives other keys', async () => {
    const link = await chainStart(root, fingerprint, desk, day);
    expect(hexOf(await chainStep(link, 0))).not.toEqual(hexOf(await chainStep(link, 1)));
  });

  test('[CHN-1] a record holds nothing of the links and keys used before it', async () => {
    const { used, records } = await useAll(await receiveRoot(null, root, fingerprint, desk, day));
    const links = records.map(({ link }) => (link === null ? '' : bytesToHex(link)));
    for (const [i, record] of records.entries()) {
      expect(record.next).toBe(i);
      const gone = [bytesToHex(root), ...links.slice(0, i), ...used.slice(0, i).flatMap(hexOf)];
      expect(Object.keys(record).sort()).toEqual(['day', 'link', 'next']);
      expect(gone).not.toContain(links[i] === '' ? 'none' : links[i]);
    }
  });

  test('[CHN-1] after eight links the record holds no link and gives no more', async () => {
    const { records } = await useAll(await receiveRoot(null, root, fingerprint, desk, day));
    expect(records.at(-1)).toEqual({ day, next: 8, link: null });
    expect(await advance({ day, next: 8, link: null })).toBeNull();
  });

  test('[CHN-1] advancing leaves the record as it was, so a step that was not stored can be taken again', async () => {
    const chain = await receiveRoot(null, root, fingerprint, desk, day);
    const before = structuredClone(chain);
    const first = await advance(chain);
    expect(chain).toEqual(before);
    expect(await advance(chain)).toEqual(first);
  });

  test('[CHN-1] a root that was imported is never imported again, used up or not', async () => {
    const start = await receiveRoot(null, root, fingerprint, desk, day);
    const { records } = await useAll(start);
    for (const record of records) {
      expect(await receiveRoot(record, root, fingerprint, desk, day)).toBe(record);
    }
  });

  test('[CHN-2] only a newer root replaces the chain', async () => {
    const chain = await receiveRoot(null, root, fingerprint, desk, day);
    const newer = await receiveRoot(chain, random(32), fingerprint, desk, day + 1);
    expect(newer).toMatchObject({ day: day + 1, next: 0 });
    expect(await receiveRoot(newer, random(32), fingerprint, desk, day)).toBe(newer);
    expect(await receiveRoot(newer, root, fingerprint, desk, day - 40)).toBe(newer);
  });

  test('[CHN-2] a root is used until its day plus 33, and no longer', async () => {
    const chain = await receiveRoot(null, root, fingerprint, desk, day);
    expect(isUsable(chain, day)).toBe(true);
    expect(isUsable(chain, day + 33)).toBe(true);
    expect(isUsable(chain, day + 34)).toBe(false);
    expect(isUsable({ day, next: 8, link: null }, day)).toBe(false);
  });

  test('the ack id is the hash of the acknowledgement key', async () => {
    const key = random(32);
    expect(await ackIdOf(key)).toEqual(new Uint8Array(createHash('sha256').update(key).digest()));
  });

  test('links outside the chain and inputs of another length are the caller’s mistake', async () => {
    for (const index of [-1, 8, 0.5]) await expect(chainStep(random(32), index)).rejects.toThrow(RangeError);
    await expect(chainStep(random(31), 0)).rejects.toThrow(RangeError);
    await expect(chainStart(random(31), fingerprint, desk, day)).rejects.toThrow(RangeError);
    await expect(chainStart(root, fingerprint, random(7), day)).rejects.toThrow(RangeError);
    await expect(ackIdOf(random(16))).rejects.toThrow(RangeError);
  });
});
