import { deflateRawSync, inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat } from '../bytes/encode.ts';
import { WireError } from '../bytes/wire-error.ts';
import { descriptors } from '../testing/file-samples.ts';
import { damaged, readerFaults } from '../testing/reader-faults.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import { type Content, decodeContent, encodeContent, inflateContent, measureContent, splitContent } from './content.ts';

const random = seededRandom('content');
const plain: Content = { campaign: null, language: 'en', answers: [], text: 'hello', files: [] };

const contents = fc.record({
  campaign: fc.oneof(
    fc.constant(null),
    fc.uint8Array({ minLength: 8, maxLength: 8 }).filter((id) => id.some(Boolean)),
  ),
  language: fc.constantFrom('en', 'zh-Hans', 'ar', 'bo', 'ug-Arab-CN', 'und'),
  answers: fc.array(
    fc.record({
      question: fc.string({ maxLength: 20 }),
      values: fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 4 }),
    }),
    { maxLength: 5 },
  ),
  text: fc.string({ unit: 'grapheme', maxLength: 2000 }),
  files: fc.array(descriptors, { maxLength: 3 }),
});

describe('content', () => {
  it('has the layout of the specification', () => {
    const content = {
      campaign: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8),
      language: 'en',
      answers: [{ question: 'q', values: ['é'] }],
      text: 'ok',
      files: [
        { name: 'a', type: '', bytes: 258, day: 3, hash: new Uint8Array(32).fill(4), key: new Uint8Array(32).fill(5) },
      ],
    };
    const expected =
      '01' +
      '0102030405060708' +
      '02656e' +
      '01' +
      '0171' +
      '01' +
      '0002c3a9' +
      '00000002' +
      '6f6b' +
      '01' +
      '0161' +
      '00' +
      '00000102' +
      '00000003' +
      '04'.repeat(32) +
      '05'.repeat(32);
    expect(Buffer.from(encodeContent(content)).toString('hex')).toBe(expected);
  });

  it('comes back as it was written, through the pieces too', async () => {
    await fc.assert(
      fc.asyncProperty(contents, async (content) => {
        expect(decodeContent(encodeContent(content))).toEqual(content);
        expect(await inflateContent(concat(...(await splitContent(content))))).toEqual(content);
      }),
      { numRuns: 60 },
    );
  });

  it('takes what a person typed even if it is no Unicode text', () => {
    const typed = { ...plain, text: '\ufeffhalf \ud83d of it' };
    expect(decodeContent(encodeContent(typed)).text).toBe('half \ufffd of it');
  });

  it('[ENC-1] fails with its own error on any bytes', () => {
    const bytes = encodeContent({
      ...plain,
      campaign: new Uint8Array(8).fill(7),
      answers: [{ question: 'where', values: ['here', 'there'] }],
      files: [{ name: '图.png', type: 'image/png', bytes: 9, day: 0, hash: random(32), key: random(32) }],
    });
    expect(readerFaults(bytes, (changed) => encodeContent(decodeContent(changed)))).toEqual([]);
  });

  it('refuses a language that is no language tag', () => {
    for (const language of ['', 'e n', 'toolonglanguage', 'en-', '<b>'])
      expect(() => encodeContent({ ...plain, language }), language).toThrow(RangeError);
    const bytes = encodeContent({ ...plain, language: 'en' });
    bytes[10] = 0x20;
    expect(() => decodeContent(bytes)).toThrow(WireError);
  });
});

describe('splitContent', () => {
  it('cuts one raw deflate stream into at most four pieces of 2,800 bytes', async () => {
    const text = Buffer.from(seededRandom('long')(8000)).toString('base64').slice(0, 10_000);
    const pieces = await splitContent({ ...plain, text });
    expect(pieces.length).toBeGreaterThan(1);
    expect(pieces.slice(0, -1).every((piece) => piece.length === 2800)).toBe(true);
    expect(pieces.at(-1)!.length).toBeLessThanOrEqual(2800);
    expect(inflateRawSync(concat(...pieces)).includes(text)).toBe(true);
  });

  it('refuses what does not fit and measures it alike', async () => {
    const noise = Buffer.from(seededRandom('noise')(12_000)).toString('latin1');
    const cases = [
      { text: noise, fits: false },
      { text: noise.slice(0, 5000), fits: true },
      { text: 'a'.repeat(65_518), fits: true },
      { text: 'a'.repeat(65_518 + 1), fits: false },
    ];
    for (const { text, fits } of cases) {
      const content = { ...plain, text };
      const measure = await measureContent(content);
      expect(measure.fits, `${text.length}`).toBe(fits);
      expect(measure.fill <= 1).toBe(fits);
      if (fits) expect(await splitContent(content)).toHaveLength(measure.parts);
      else await expect(splitContent(content)).rejects.toThrow(RangeError);
    }
  });
});

describe('inflateContent', () => {
  it('[ENV-7] stops at 65,536 bytes while it inflates', async () => {
    const full = encodeContent({ ...plain, text: 'x'.repeat(65_536 - 18) });
    expect(full).toHaveLength(65_536);
    expect((await inflateContent(deflateRawSync(full))).text).toHaveLength(65_518);
    for (const bomb of [concat(full, Uint8Array.of(0)), Buffer.alloc(8_000_000, full.subarray(0, 16))]) {
      const deflated = deflateRawSync(bomb, { level: 9 });
      await expect(inflateContent(deflated)).rejects.toMatchObject({ name: 'WireError', code: 'too-many' });
    }
  });

  it('[ENC-1] fails with its own error on any stream', async () => {
    const deflated = deflateRawSync(encodeContent({ ...plain, text: 'the same words, the same words' }));
    for (const changed of damaged(deflated)) {
      await inflateContent(changed).catch((error: unknown) => expect(error).toBeInstanceOf(WireError));
    }
  });
});
