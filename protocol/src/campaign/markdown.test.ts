/** What of Markdown is shown, and that nothing else is more than text (spec/protocol.md section 2.7, CAM-5). */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Block, type Inline, parseMarkdown } from './markdown.ts';

const text = (words: string): Inline => ({ kind: 'text', text: words });

function wordsOf(blocks: readonly Block[]): string {
  const inlines = blocks.flatMap((block) => (block.kind === 'list' ? block.items.flat() : block.inlines));
  return inlines.map((inline) => inline.text).join('');
}

describe('Markdown of a campaign', () => {
  it('has paragraphs, headings, lists, quotations, strong and emphasis', () => {
    const blocks = parseMarkdown(
      '# Call\nOne **two** *three*\nfour.\n\n- a\n- b **c**\n  goes on\n\n1. first\n2) second\n\n> said\n> more',
    );
    expect(blocks).toEqual([
      { kind: 'heading', inlines: [text('Call')] },
      {
        kind: 'paragraph',
        inlines: [
          text('One '),
          { kind: 'strong', text: 'two' },
          text(' '),
          { kind: 'emphasis', text: 'three' },
          text('\nfour.'),
        ],
      },
      {
        kind: 'list',
        ordered: false,
        items: [[text('a')], [text('b '), { kind: 'strong', text: 'c' }, text(' goes on')]],
      },
      { kind: 'list', ordered: true, items: [[text('first')], [text('second')]] },
      { kind: 'quote', inlines: [text('said\nmore')] },
    ]);
  });

  it.each([
    '<script>alert(1)</script>',
    '[click](javascript:alert(1))',
    '![x](http://example.org/a.png)',
    '<img src=x onerror=alert(1)>',
    '<http://example.org>',
    '`code` & &lt;',
  ])('takes %s as text, sign by sign [CAM-5]', (hostile) => {
    expect(parseMarkdown(hostile)).toEqual([{ kind: 'paragraph', inlines: [text(hostile)] }]);
  });

  it('leaves stars that mark nothing as they are', () => {
    expect(wordsOf(parseMarkdown('2 * 3 * 4 ** 5'))).toBe('2 * 3 * 4 ** 5');
  });

  it('loses no letter of any text', () => {
    const letters = (words: string): string => words.replaceAll(/[^\p{L}]/gu, '');
    const line = fc.string({ unit: fc.constantFrom('a', 'ش', '写', '*', ' ', '#', '-', '>', '1', '.', '\n', '<') });
    fc.assert(
      fc.property(line, (any) => {
        expect(letters(wordsOf(parseMarkdown(any)))).toBe(letters(any));
      }),
    );
  });
});
