import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ControlError } from './control-error.ts';
import { type Reply, ReplyReader } from './control-lines.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');
const read = (text: string): Reply[] => new ReplyReader().push(bytes(text));

const word = fc.stringMatching(/^[ -~]{0,40}$/);
const dataLine = fc.stringMatching(/^[ -~]{0,20}$/);
const line = fc.record({ text: word, data: fc.option(fc.array(dataLine, { minLength: 1, maxLength: 4 })) });
const reply = fc.record({
  status: fc.integer({ min: 200, max: 699 }),
  lines: fc.array(line, { minLength: 1, maxLength: 5 }),
});

/** As control-spec section 2.3 says that they are written. The last line is never one with data. */
function written({ status, lines }: { status: number; lines: { text: string; data: string[] | null }[] }): string {
  return lines
    .map(({ text, data }, i) => {
      if (i === lines.length - 1) return `${status} ${text}\r\n`;
      if (data === null) return `${status}-${text}\r\n`;
      const block = data.map((each) => `${each.startsWith('.') ? '.' : ''}${each}\r\n`).join('');
      return `${status}+${text}\r\n${block}.\r\n`;
    })
    .join('');
}

describe('replies of the control port', () => {
  it('are read as they were written, however the bytes are cut', () => {
    fc.assert(
      fc.property(
        fc.array(reply, { maxLength: 4 }),
        fc.infiniteStream(fc.integer({ min: 1, max: 50 })),
        (all, cuts) => {
          const reader = new ReplyReader();
          const found: Reply[] = [];
          let rest = bytes(all.map(written).join(''));
          while (rest.length > 0) {
            const cut = cuts.next().value ?? 1;
            found.push(...reader.push(rest.subarray(0, cut)));
            rest = rest.subarray(cut);
          }
          const expected = all.map(({ status, lines }) => ({
            status,
            lines: lines.map(({ text, data }, i) =>
              data === null || i === lines.length - 1 ? { text } : { text, data: data.join('\n') },
            ),
          }));
          expect(found).toEqual(expected);
        },
      ),
    );
  });

  it.each([
    ['a line that ends without a carriage return', '250 OK\n'],
    ['no status', 'OK\r\n'],
    ['a status outside the protocol', '150 OK\r\n'],
    ['an unknown sign behind the status', '250_OK\r\n'],
    ['an empty line', '\r\n'],
  ])('with %s are refused', (_, text) => {
    expect(() => read(text)).toThrow(ControlError);
  });

  it('are refused when one line, or all of them together, would fill the memory', () => {
    const endless = new ReplyReader();
    const feed = (reader: ReplyReader, text: string, times: number): void => {
      for (let i = 0; i < times; i++) reader.push(bytes(text));
    };
    expect(() => feed(endless, '250-'.padEnd(1_000, 'x'), 100)).toThrow(ControlError);
    expect(() => feed(new ReplyReader(), `250-${'x'.repeat(1_000)}\r\n`, 2_000)).toThrow(ControlError);
    expect(() => feed(new ReplyReader(), `250+a=\r\n${'x\r\n'.repeat(1_000)}`, 2_000)).toThrow(ControlError);
    // Many short ones are no danger.
    feed(new ReplyReader(), '250 OK\r\n', 200_000);
  });
});
