import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WireError } from '../bytes/wire-error.ts';
import { descriptors } from '../testing/file-samples.ts';
import { readerFaults } from '../testing/reader-faults.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import { decodeReplyContent, encodeReplyContent, joinReply, splitReply } from './reply-content.ts';

const random = seededRandom('reply content');
const file = { name: 'b.pdf', type: 'application/pdf', bytes: 3, day: 0, hash: random(32), key: random(32) };

describe('contents of replies', () => {
  it('have the layout of the specification', () => {
    const hex = Buffer.from(encodeReplyContent({ text: 'é', files: [] })).toString('hex');
    expect(hex).toBe('01' + '00000002' + 'c3a9' + '00');
  });

  it('[ENC-1] fail with their own error on any bytes', () => {
    const bytes = encodeReplyContent({ text: 'here', files: [file, { ...file, type: '' }] });
    expect(readerFaults(bytes, (changed) => encodeReplyContent(decodeReplyContent(changed)))).toEqual([]);
  });

  it('come back from 1 to 8 pieces of at most 1,557 bytes', async () => {
    const contents = fc.record({
      text: fc.string({ unit: 'grapheme', maxLength: 3000 }),
      files: fc.array(descriptors, { maxLength: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(contents, async (content) => {
        const pieces = await splitReply(content);
        expect(pieces.length).toBeGreaterThan(0);
        expect(pieces.every((piece) => piece.length <= 1557)).toBe(true);
        expect(await joinReply(pieces)).toEqual(content);
      }),
      { numRuns: 40 },
    );
    const long = { text: Buffer.from(random(6000)).toString('hex').slice(0, 12_000), files: [file] };
    const pieces = await splitReply(long);
    expect(pieces.length).toBeGreaterThan(2);
    expect(await joinReply(pieces)).toEqual(long);
  });

  it('are refused if they need more than eight replies, 16,384 bytes or 16 files', async () => {
    const noise = Buffer.from(random(15_900)).toString('latin1').slice(0, 11_000);
    await expect(splitReply({ text: noise, files: [] })).rejects.toThrow(RangeError);
    const room = 16_384 - 6;
    await expect(splitReply({ text: 'a'.repeat(room + 1), files: [] })).rejects.toThrow(RangeError);
    expect(await splitReply({ text: 'a'.repeat(room), files: [] })).toHaveLength(1);
    await expect(splitReply({ text: '', files: Array(17).fill(file) })).rejects.toThrow(RangeError);
    const bomb = deflateRawSync(Buffer.alloc(16_385, 'a'));
    await expect(joinReply([bomb])).rejects.toMatchObject({ code: 'too-many' });
    const notText = deflateRawSync(Buffer.of(1, 0, 0, 0, 1, 0xff, 0));
    await expect(joinReply([notText])).rejects.toMatchObject({ code: 'bad-utf8' });
    await expect(joinReply([random(50)])).rejects.toBeInstanceOf(WireError);
  });
});
