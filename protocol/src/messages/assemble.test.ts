import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../testing/seeded-random.ts';
import { assemble, joinContent, messageKey } from './assemble.ts';
import { encodeContent, splitContent } from './content.ts';
import type { Inside } from './inside.ts';

const random = seededRandom('assemble');
const [messageId, conversationId, root] = [random(16), random(32), random(32)];

function partsOf(pieces: readonly Uint8Array[], fields: Partial<Inside> = {}): Inside[] {
  const common = { kind: 'submission', messageId, conversationId, day: 9, root, lane: 3, ...fields } as const;
  return pieces.map((piece, part) => ({ part, parts: pieces.length, piece, ...common }));
}

const four = partsOf([random(2800), random(2800), random(2800), random(5)]);

describe('assemble', () => {
  it('[ENV-8] gives the same whatever the order of the parts and however often they come', () => {
    const whole = assemble(four);
    expect(whole).toEqual({ kind: 'whole', pieces: four.map(({ piece }) => piece) });
    const arrivals = fc.shuffledSubarray([...four, ...four, ...four], { minLength: 1 });
    fc.assert(
      fc.property(arrivals, (received) => {
        const missing = [0, 1, 2, 3].filter((part) => !received.some((inside) => inside.part === part));
        const expected = missing.length === 0 ? whole : { kind: 'missing', missing, parts: 4 };
        expect(assemble(received)).toEqual(expected);
      }),
    );
  });

  it('[ENV-8] takes a part that was sealed again on the next day as the same', () => {
    const again = partsOf([four[0]!.piece, four[1]!.piece, four[2]!.piece, four[3]!.piece], {
      day: 10,
      root: random(32),
    });
    expect(assemble([four[0]!, again[1]!, four[2]!, again[3]!, again[0]!])).toMatchObject({ kind: 'whole' });
  });

  it.each([
    ['the number of parts', { parts: 3 }],
    ['the piece of a part', { piece: new Uint8Array(3) }],
    ['the lane', { lane: 4 }],
    ["a day's root", { root: new Uint8Array(32) }],
  ])('[ENV-4] takes nothing from parts that contradict each other in %s', (_, change) => {
    const liar: Inside = { ...four[1]!, ...change };
    for (const received of [
      [...four, liar],
      [liar, ...four],
      [four[1]!, liar],
      [four[0]!, liar, four[1]!],
    ])
      expect(assemble(received)).toEqual({ kind: 'contradiction' });
  });

  it('keeps two messages apart, and the same message id of two sources', () => {
    const other = { ...four[0]!, messageId: random(16) };
    const stranger = { ...four[0]!, conversationId: random(32) };
    expect(new Set([four[0]!, four[1]!, other, stranger].map(messageKey)).size).toBe(3);
    for (const received of [[four[0]!, other], [four[0]!, stranger], [], [{ ...four[0]!, kind: 'cover' as const }]])
      expect(() => assemble(received)).toThrow(RangeError);
  });
});

describe('joinContent', () => {
  const content = {
    campaign: null,
    language: 'ar',
    answers: [],
    text: Buffer.from(random(6000)).toString('hex'),
    files: [],
  };

  it('reads the pieces in their order', async () => {
    const pieces = await splitContent(content);
    expect(pieces.length).toBeGreaterThan(1);
    expect(await joinContent(pieces)).toEqual(content);
    expect(await joinContent(pieces.toReversed())).toBeNull();
  });

  it('shows what is no content as unreadable', async () => {
    const bytes = encodeContent(content);
    for (const wrong of [bytes, deflateRawSync(bytes.slice(1)), new Uint8Array(0)])
      expect(await joinContent([wrong])).toBeNull();
  });
});
