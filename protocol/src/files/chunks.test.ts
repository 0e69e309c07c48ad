import { createCipheriv, createHash, hkdfSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat } from '../bytes/encode.ts';
import { joined, u32 } from '../testing/correspondence.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import { chunkCount, chunkId, dataBytesIn, FileOpener, FileSealer } from './chunks.ts';
import { FileError } from './file-error.ts';

const random = seededRandom('chunks');
const fingerprint = random(32);
const dataBytes = 262_128;

interface Sent {
  readonly file: { readonly key: Uint8Array; readonly bytes: number; readonly hash: Uint8Array };
  readonly content: Uint8Array;
  readonly ids: Uint8Array[];
  readonly chunks: Uint8Array[];
}

async function sendWhole(content: Uint8Array, key = random(32)): Promise<Sent> {
  const sealer = new FileSealer(key, fingerprint, content.length);
  const sealed = [];
  for (let index = 0; index < sealer.chunks; index++) sealed.push(await sealer.seal(index, dataOf(content, index)));
  const file = { key, bytes: content.length, hash: await sealer.contentHash() };
  return { file, content, ids: sealed.map(({ id }) => id), chunks: sealed.map(({ chunk }) => chunk) };
}

function dataOf(content: Uint8Array, index: number): Uint8Array {
  return content.subarray(index * dataBytes, index * dataBytes + dataBytesIn(content.length, index));
}

async function receive({ file }: Pick<Sent, 'file'>, chunks: readonly Uint8Array[]): Promise<Uint8Array> {
  const opener = new FileOpener(file);
  const data = [];
  for (const [index, chunk] of chunks.slice(0, opener.chunks).entries()) data.push(await opener.open(index, chunk));
  await opener.finish();
  return concat(...data);
}

const three = await sendWhole(random(2 * dataBytes + 5));

describe('the number of chunks', () => {
  it('[FIL-3] is on a ladder that wastes at most 12 % beyond the last chunk', () => {
    const rungs = new Set<number>();
    for (let needed = 1; needed <= 2001; needed++) {
      const count = chunkCount(Math.min(needed * dataBytes, 524_288_000));
      expect(count).toBeGreaterThanOrEqual(needed);
      expect(count / needed).toBeLessThan(1.12);
      rungs.add(count);
    }
    // Few enough that a number of chunks says little of a size.
    expect(rungs.size).toBeLessThan(100);
    expect([0, 1, dataBytes, dataBytes + 1, 8 * dataBytes + 1, 524_288_000].map(chunkCount)).toEqual([
      1, 1, 1, 2, 10, 2048,
    ]);
    expect(() => chunkCount(524_288_001)).toThrow(RangeError);
  });
});

describe('chunks', () => {
  it('[FIL-3] have one length, whatever the file', async () => {
    for (const length of [0, 1, dataBytes, dataBytes + 1]) {
      const { chunks } = await sendWhole(random(length));
      expect(chunks.map((chunk) => chunk.length)).toEqual(chunks.map(() => 262_144));
    }
  });

  it('are those of the specification, by another implementation', async () => {
    const { file, content, ids, chunks } = three;
    const derive = (label: string, ...parts: Uint8Array[]) =>
      Buffer.from(hkdfSync('sha256', file.key, 'postern/1 file', joined(label, ...parts), 32));
    for (const [index, chunk] of chunks.entries()) {
      const nonce = Buffer.concat([Buffer.alloc(7), u32(index), Buffer.of(index === 2 ? 1 : 0)]);
      const cipher = createCipheriv('aes-256-gcm', derive('content'), nonce);
      const padded = Buffer.concat([dataOf(content, index), Buffer.alloc(dataBytes)]).subarray(0, dataBytes);
      expect(Buffer.concat([cipher.update(padded), cipher.final(), cipher.getAuthTag()]).equals(chunk)).toBe(true);
      expect(derive('id', fingerprint, u32(index))).toEqual(Buffer.from(ids[index]!));
      expect(await chunkId(file.key, fingerprint, index)).toEqual(ids[index]);
    }
    const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();
    const hashes = chunks.map((_, index) => hash(dataOf(content, index)));
    expect(Buffer.from(file.hash)).toEqual(hash(Buffer.concat(hashes)));
  });

  it('give the content back', async () => {
    const lengths = fc.oneof(
      fc.nat(1000),
      fc.integer({ min: dataBytes - 2, max: dataBytes + 2 }),
      fc.nat(3 * dataBytes),
    );
    await fc.assert(
      fc.asyncProperty(lengths, async (length) => {
        const sent = await sendWhole(random(length));
        expect(Buffer.compare(await receive(sent, sent.chunks), sent.content)).toBe(0);
      }),
      { numRuns: 12 },
    );
    // Nine chunks of data stand as ten: the tenth is all padding.
    const sent = await sendWhole(random(8 * dataBytes + 1));
    expect(sent.chunks).toHaveLength(10);
    expect(Buffer.compare(await receive(sent, sent.chunks), sent.content)).toBe(0);
  });

  it('[FIL-1] of the same file sent twice have nothing in common', async () => {
    const content = random(300);
    const [a, b] = [await sendWhole(content), await sendWhole(content)];
    expect(a.ids[0]).not.toEqual(b.ids[0]);
    expect(Buffer.from(a.chunks[0]!).includes(Buffer.from(b.chunks[0]!.subarray(0, 16)))).toBe(false);
  });

  it('[FIL-2] a stream whose length is known at its end gives the same chunks as a file of that length', async () => {
    for (const length of [0, 7, dataBytes, dataBytes + 1, 8 * dataBytes + 1]) {
      const content = random(length);
      const key = random(32);
      const sealer = new FileSealer(key, fingerprint, null);
      const whole = Math.max(0, Math.ceil(length / dataBytes) - 1);
      const sealed = [];
      for (let index = 0; index < whole; index++) sealed.push(await sealer.seal(index, dataOf(content, index)));
      expect(() => sealer.chunks).toThrow(RangeError);
      await expect(sealer.seal(whole, content.subarray(0, 5))).rejects.toThrow(FileError);
      // Not behind what was sealed as if more came.
      if (whole > 0) expect(() => sealer.end(whole * dataBytes)).toThrow(FileError);
      sealer.end(length);
      for (let index = whole; index < sealer.chunks; index++)
        sealed.push(await sealer.seal(index, dataOf(content, index)));
      const { chunks, file } = await sendWhole(content, key);
      expect(sealed.map(({ chunk }) => chunk)).toEqual(chunks);
      expect(await sealer.contentHash()).toEqual(file.hash);
    }
  });

  it('[FIL-2] are the same at each try, and no other data is ever sealed at their place', async () => {
    const content = random(dataBytes + 9);
    const sealer = new FileSealer(random(32), fingerprint, content.length);
    const first = await sealer.seal(0, dataOf(content, 0));
    expect(await sealer.seal(0, dataOf(content, 0))).toEqual(first);
    const other = dataOf(content, 0).slice();
    other[7]! ^= 1;
    const changed = { name: 'FileError', code: 'changed' };
    await expect(sealer.seal(0, other)).rejects.toMatchObject(changed);
    await expect(sealer.seal(1, random(8))).rejects.toMatchObject(changed);
    // Also when both are under way at once.
    const both = await Promise.allSettled([sealer.seal(1, random(9)), sealer.seal(1, random(9))]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    await expect(sealer.seal(2, new Uint8Array(0))).rejects.toBeInstanceOf(RangeError);
  });
});

describe('a file', () => {
  const refused = (chunks: readonly Uint8Array[], sent: Pick<Sent, 'file'> = three) =>
    expect(receive(sent, chunks)).rejects.toBeInstanceOf(FileError);

  it('[FIL-4] is refused when cut after any chunk, in another order, or with one twice', async () => {
    const [a, b, c] = three.chunks as [Uint8Array, Uint8Array, Uint8Array];
    for (const chunks of [[], [a], [a, b], [b, c], [a, c], [b, a, c], [a, c, b], [c, b, a], [a, a, c], [a, b, b]])
      await refused(chunks);
    for (const [index, chunk] of three.chunks.entries())
      for (const other of [chunk.subarray(0, -1), new Uint8Array(0), concat(chunk, chunk)])
        await refused(three.chunks.with(index, other));
    // A whole file whose length is told shorter, so that an earlier chunk would have to be the last.
    for (const bytes of [0, dataBytes, 2 * dataBytes, 2 * dataBytes + 4, 2 * dataBytes + 6, 3 * dataBytes])
      await refused(three.chunks, { file: { ...three.file, bytes } });
  });

  it('[FIL-4] is refused with any bit turned, or a chunk of another file', async () => {
    const other = await sendWhole(three.content);
    await fc.assert(
      fc.asyncProperty(fc.nat(2), fc.nat(262_143), fc.nat(7), async (index, at, bit) => {
        const turned = three.chunks[index]!.slice();
        turned[at]! ^= 1 << bit;
        await refused(three.chunks.with(index, turned));
      }),
      { numRuns: 25 },
    );
    await refused(three.chunks.with(1, other.chunks[1]!));
    await refused(other.chunks);
  });

  it('[FIL-4] is refused when it opens but is not the content that the message names, or is padded with words', async () => {
    // Who knows the key can seal anything: the hash, which the message's signature covers, stands against it.
    const { key } = three.file;
    const swapped = await sendWhole(random(three.content.length), key);
    await expect(receive(three, swapped.chunks)).rejects.toMatchObject({ code: 'hash' });
    const longer = await sendWhole(concat(three.content, Uint8Array.of(1)), key);
    await expect(receive(three, longer.chunks)).rejects.toMatchObject({ code: 'padding' });
    await expect(receive({ file: { ...three.file, hash: random(32) } }, three.chunks)).rejects.toMatchObject({
      code: 'hash',
    });
  });
});
