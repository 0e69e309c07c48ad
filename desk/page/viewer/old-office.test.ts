import { MetadataError } from '@postern/protocol/metadata/report';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { oldOfficeFile } from '../testing/old-office-files.ts';
import { CompoundFile } from './compound-file.ts';
import { kindOf } from './file-kind.ts';
import { oldOfficeText } from './old-office.ts';
import { oldWordText } from './old-word.ts';

const sectorBytes = 512;
const named = (name: string): Buffer => Buffer.from(name, 'utf16le');

/** With other bytes in the place where these begin. */
function replaced(
  bytes: Uint8Array<ArrayBuffer>,
  found: Uint8Array,
  by: Uint8Array,
  behind = 0,
): Uint8Array<ArrayBuffer> {
  const at = Buffer.from(bytes).indexOf(found);
  if (at < 0) throw new Error('replace: it is not there');
  bytes.set(by, at + behind);
  return bytes;
}

/** The first part of the letter begins a sector. */
const textAt = (bytes: Uint8Array): number => Buffer.from(bytes).indexOf(Uint8Array.of(0xec, 0xa5));

describe('an old Word file', () => {
  it('says its words in their order: header, text with tables, notes, remarks', async () => {
    const text = await oldOfficeText(oldOfficeFile('doc'));
    expect(text?.split(/\n\n———\n\n/)).toEqual([
      '交通部 Ministry of Ports',
      '关于港口的报告\n部长在五月签了名单。 Министр подписал “список”.\nCafé – ñ €5\nfirst of the list\nsecond\n姓名\tСумма\t\n张三\t30\t\nتم توقيع القوائم\nthe last line',
      'Since May 第五页.',
      'Who says so?',
    ]);
  });

  it('is told by what is in it, and by no name', async () => {
    const doc = oldOfficeFile('doc');
    expect(kindOf(doc)).toEqual({ kind: 'document', form: 'compound' });
    const other = replaced(doc, named('WordDocument'), named('SomeDocument'));
    expect(await oldOfficeText(other)).toBeNull();
  });

  it('that is locked is said to be, and so is a newer one, which is locked inside such a file', async () => {
    const locked = oldOfficeFile('doc');
    locked[textAt(locked) + 11] = (locked[textAt(locked) + 11] ?? 0) | 1;
    await expect(oldOfficeText(locked)).rejects.toMatchObject({ code: 'encrypted' });
    const name = Buffer.alloc(64);
    name.set(named('EncryptedPackage'));
    const packed = replaced(oldOfficeFile('doc'), named('WordDocument'), Buffer.concat([name, Uint8Array.of(34)]));
    await expect(oldOfficeText(packed)).rejects.toMatchObject({ code: 'encrypted' });
  });

  it('with signs that the library has no sign for keeps the words around them', async () => {
    const hyphen = replaced(oldOfficeFile('doc'), named('second'), named('se\x1fco\x1ed'));
    expect(await oldOfficeText(hyphen)).toContain('se\u00adco\u2011d');
  });
});

describe('a hostile one', () => {
  it('is read or refused whatever its bytes are, and in no case says much more than it has', async () => {
    const file = oldOfficeFile('doc');
    const bytes = fc.uint8Array({ minLength: 1, maxLength: 4 });
    const changes = fc.array(fc.tuple(fc.nat(file.length - 5), bytes), { minLength: 1, maxLength: 6 });
    const heads = fc.array(fc.tuple(fc.nat(sectorBytes), bytes), { maxLength: 2 });
    await fc.assert(
      fc.asyncProperty(changes, heads, fc.nat(file.length), async (some, more, cut) => {
        const changed = file.slice(0, cut % 3 === 0 ? cut : file.length);
        for (const [at, by] of [...some, ...more]) if (at + 4 < changed.length) changed.set(by, at);
        const text = await oldOfficeText(changed).catch((error) => {
          if (error instanceof MetadataError) return '';
          throw error;
        });
        expect((text ?? '').length).toBeLessThan(100_000);
      }),
      { numRuns: 300 },
    );
  });

  it('whose sectors, or whose list of streams, lead in a circle is malformed', () => {
    const circle = oldOfficeFile('doc');
    const view = new DataView(circle.buffer);
    const table = sectorBytes * (view.getUint32(76, true) + 1);
    const first = view.getUint32(48, true);
    view.setUint32(table + 4 * first, first, true);
    expect(() => new CompoundFile(circle)).toThrow(expect.objectContaining({ code: 'malformed' }));
    const list = oldOfficeFile('doc');
    const entries = sectorBytes * (new DataView(list.buffer).getUint32(48, true) + 1);
    const root = new DataView(list.buffer, entries);
    const child = root.getUint32(76, true);
    root.setUint32(128 * child + 68, child, true);
    expect(() => new CompoundFile(list)).toThrow(expect.objectContaining({ code: 'malformed' }));
  });

  it('that says to be longer than it is, is damaged, and not shown as if it ended there', async () => {
    const file = oldOfficeFile('doc');
    new DataView(file.buffer).setUint32(textAt(file) + 0x4c, 50_000, true);
    await expect(oldOfficeText(file)).rejects.toMatchObject({ code: 'malformed' });
  });

  it.each([
    [1, 'fulfilled'],
    [40_000, 'too-large'],
  ])('whose whole text is said to follow %i times has it so often at most as there is room', async (times, outcome) => {
    const main = new CompoundFile(oldOfficeFile('doc')).read('WordDocument').slice();
    const units = 1_000;
    const table = new DataView(new ArrayBuffer(5 + 4 + 12 * times));
    table.setUint8(0, 2);
    table.setUint32(1, 4 + 12 * times, true);
    for (let at = 0; at <= times; at++) table.setUint32(5 + 4 * at, at * units, true);
    for (let at = 0; at < times; at++) table.setUint32(5 + 4 * (times + 1) + 8 * at + 2, 0, true);
    const head = new DataView(main.buffer);
    for (const [at, value] of [
      [0x4c, times * units],
      ...[0x50, 0x54, 0x5c, 0x60, 0x64, 0x68, 0xf6, 0x106, 0x1a2].map((place) => [place, 0] as const),
    ] as const)
      head.setUint32(at, value, true);
    const streams = { read: (name: string) => (name === 'WordDocument' ? main : new Uint8Array(table.buffer)) };
    const read = oldWordText(streams).then(() => 'fulfilled');
    expect(await read.catch(({ code }: MetadataError) => code)).toBe(outcome);
  });
});
