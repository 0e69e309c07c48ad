/** The links of a root: each used once, from the newest root. */

import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { bytesToHex } from '../bytes/encode.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import {
  ackIdOf,
  isUsable,
  type ReplyKeys,
  type ReplyLinks,
  receiveRoot,
  replyKeysOf,
  useLink,
} from './reply-links.ts';

const random = seededRandom('reply links');
const fingerprint = random(32);
const desk = random(8);
const root = random(32);
const day = 20_780;

function useAll(from: ReplyLinks): { used: ReplyKeys[]; records: ReplyLinks[] } {
  const used: ReplyKeys[] = [];
  const records = [from];
  for (let step = useLink(from); step !== null; step = useLink(step.links)) {
    used.push(step.keys);
    records.push(step.links);
  }
  return { used, records };
}

function hexOf({ tagKey, ackKey, replyKey }: ReplyKeys): string[] {
  return [tagKey, ackKey, replyKey].map(bytesToHex);
}

describe('reply links', () => {
  test('[CHN-3] a device that uses the links in order and a source that returns have the same eight sets of keys', async () => {
    const { used } = useAll(await receiveRoot(null, root, fingerprint, desk, day));
    expect(used).toEqual(await replyKeysOf(root, fingerprint, desk, day));
    expect(used.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(new Set(used.flatMap(hexOf)).size).toBe(24);
  });

  test('another root, organisation, desk or day gives other keys', async () => {
    const all = await Promise.all([
      replyKeysOf(root, fingerprint, desk, day),
      replyKeysOf(random(32), fingerprint, desk, day),
      replyKeysOf(root, random(32), desk, day),
      replyKeysOf(root, fingerprint, random(8), day),
      replyKeysOf(root, fingerprint, desk, day + 1),
    ]);
    expect(new Set(all.flat().flatMap(hexOf)).size).toBe(5 * 24);
  });

  test('[CHN-1] a record holds nothing of the root and the keys used before it', async () => {
    const { used, records } = useAll(await receiveRoot(null, root, fingerprint, desk, day));
    for (const [i, record] of records.entries()) {
      const held = bytesToHex(record.keys);
      expect(record).toMatchObject({ day, next: i });
      expect(Object.keys(record).sort()).toEqual(['day', 'keys', 'next']);
      for (const gone of [bytesToHex(root), ...used.slice(0, i).flatMap(hexOf)]) expect(held).not.toContain(gone);
      for (const left of used.slice(i).flatMap(hexOf)) expect(held).toContain(left);
    }
  });

  test('[CHN-1] after eight links the record holds no key and gives no more', async () => {
    const { records } = useAll(await receiveRoot(null, root, fingerprint, desk, day));
    const last = records.at(-1) as ReplyLinks;
    expect(last).toEqual({ day, next: 8, keys: new Uint8Array(0) });
    expect(useLink(last)).toBeNull();
  });

  test('[CHN-1] using a link leaves the record as it was, so a step that was not stored can be taken again', async () => {
    const links = await receiveRoot(null, root, fingerprint, desk, day);
    const before = structuredClone(links);
    const first = useLink(links);
    expect(links).toEqual(before);
    expect(useLink(links)).toEqual(first);
  });

  test('[CHN-1] a root that was imported is never imported again, used up or not', async () => {
    const { records } = useAll(await receiveRoot(null, root, fingerprint, desk, day));
    for (const record of records) expect(await receiveRoot(record, root, fingerprint, desk, day)).toBe(record);
  });

  test('[CHN-2] only a newer root replaces the links', async () => {
    const links = await receiveRoot(null, root, fingerprint, desk, day);
    const newer = await receiveRoot(links, random(32), fingerprint, desk, day + 1);
    expect(newer).toMatchObject({ day: day + 1, next: 0 });
    expect(await receiveRoot(newer, random(32), fingerprint, desk, day)).toBe(newer);
    expect(await receiveRoot(newer, root, fingerprint, desk, day - 40)).toBe(newer);
  });

  test('[CHN-2] a root is used until its day plus 33, and no longer', async () => {
    const links = await receiveRoot(null, root, fingerprint, desk, day);
    expect(isUsable(links, day)).toBe(true);
    expect(isUsable(links, day + 33)).toBe(true);
    expect(isUsable(links, day + 34)).toBe(false);
    expect(isUsable({ day, next: 8, keys: new Uint8Array(0) }, day)).toBe(false);
  });

  test('the ack id is the hash of the acknowledgement key', async () => {
    const key = random(32);
    expect(await ackIdOf(key)).toEqual(new Uint8Array(createHash('sha256').update(key).digest()));
  });

  test('inputs of another length are the caller’s mistake', async () => {
    await expect(replyKeysOf(random(31), fingerprint, desk, day)).rejects.toThrow(RangeError);
    await expect(ackIdOf(random(16))).rejects.toThrow(RangeError);
  });
});
