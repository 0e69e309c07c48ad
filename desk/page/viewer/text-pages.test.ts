// A long text is cut into pages of which nothing is lost, doubled or torn.
import { utf8ToBytes } from '@postern/protocol/bytes/encode';
import { describe, expect, it } from 'vitest';
import { pagesOf, readTextPage } from './text-pages.ts';

async function pagesIn(bytes: Uint8Array) {
  const read = async (from: number, to: number): Promise<Uint8Array> => bytes.slice(from, to);
  return Promise.all(
    Array.from({ length: pagesOf(bytes.length) }, (_, page) => readTextPage(page, bytes.length, read)),
  );
}
const joined = async (bytes: Uint8Array): Promise<string> => (await pagesIn(bytes)).map((page) => page?.text).join('');
/** Two and a half MB of lines, most of whose letters take more than one byte. */
const list = Array.from({ length: 60_000 }, (_, line) => `${line} Список имён\n`).join('');

describe('pages of a long text', () => {
  it('hold all of it once, each from the beginning of a line', async () => {
    const pages = await pagesIn(utf8ToBytes(list));
    expect(pages.length).toBeGreaterThan(1);
    expect(pages.map((page) => page?.text).join('')).toBe(list);
    for (const page of pages) expect(page?.text).toMatch(/^\d+ Список/);
  });

  it('are read as the mark of the whole says, and as each is written', async () => {
    const wide = (label: number[], swap: boolean): Uint8Array => {
      const bytes = Buffer.from(list, 'utf16le');
      return Buffer.concat([Buffer.from(label), swap ? bytes.swap16() : bytes]);
    };
    expect(await joined(wide([0xff, 0xfe], false))).toBe(list);
    expect(await joined(wide([0xfe, 0xff], true))).toBe(list);
    const old = 'Список портов\n'.repeat(150_000);
    const codes = [...old].map((letter) => (letter > '~' ? letter.charCodeAt(0) - 0x350 : letter.charCodeAt(0)));
    for (const page of await pagesIn(Uint8Array.from(codes))) expect(page?.guessed).toBe('Windows-1251');
    expect(await joined(Uint8Array.from(codes))).toBe(old);
  });

  it('are cut between letters where a line does not end', async () => {
    const line = 'я字'.repeat(500_000);
    expect(await joined(utf8ToBytes(line))).toBe(line);
  });

  it('are none of what is no text, and show what they can where it is none further on', async () => {
    const binary = new Uint8Array(3_000_000).fill(1);
    expect((await pagesIn(binary))[0]).toBeNull();
    binary.set(utf8ToBytes(`${'a line of it\n'.repeat(100_000)}`));
    const [first, , last] = await pagesIn(binary);
    expect(first?.text).toMatch(/^a line of it/);
    expect(last?.text.length).toBeGreaterThan(1_000);
  });
});
