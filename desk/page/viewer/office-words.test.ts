import { utf8ToBytes } from '@postern/protocol/bytes/encode';
import { writeZip } from '@postern/protocol/metadata/zip-file';
import { describe, expect, it } from 'vitest';
import { odfFile } from '../testing/odf-file.ts';
import { GatheredWords } from './gathered-words.ts';
import { addOfficeWords } from './office-words.ts';

const zip = (parts: Readonly<Record<string, string>>): Promise<Uint8Array> =>
  writeZip(Object.entries(parts).map(([name, text]) => ({ name, bytes: utf8ToBytes(text) })));

/** Lines of a file of these parts. */
async function linesIn(bytes: Uint8Array, isOdf = false): Promise<readonly string[]> {
  const words = new GatheredWords();
  await addOfficeWords(bytes, isOdf, words);
  const { text, isCut } = words.done();
  expect(isCut).toBe(false);
  return text.trim().split('\n');
}

describe('words in office files', () => {
  it('are whole where the document cuts them, and are those of notes, remarks, headers and deleted text too', async () => {
    const p = (...texts: readonly string[]): string =>
      `<w:p>${texts.map((text) => `<w:r><w:rPr><w:b/></w:rPr>${text}</w:r><w:proofErr/>`).join('')}</w:p>`;
    const bytes = await zip({
      'word/document.xml': `<w:body>${p('<w:t>har</w:t>', '<w:t xml:space="preserve">bour &amp; </w:t>', '<w:t>quay</w:t>')}${p('<w:delText>struck</w:delText>')}<wp:posOffset>4711</wp:posOffset></w:body>`,
      'word/comments.xml': p('<w:t>remark</w:t>'),
      'word/footnotes.xml': p('<w:t>note</w:t>'),
      'word/header2.xml': p('<w:t>head</w:t>'),
      'word/styles.xml': '<w:t>style</w:t>',
    });
    expect(await linesIn(bytes)).toEqual(['harbour & quay', 'struck', 'remark', 'note', 'head']);
  });

  it('are those of cells, listed or not, and no number of a list', async () => {
    const bytes = await zip({
      'xl/worksheets/sheet1.xml':
        '<c t="s"><v>4711</v></c><c t="inlineStr"><is><t>Zhang</t><rPh><t>spoken</t></rPh></is></c><c><v>30</v></c>',
      'xl/sharedStrings.xml': '<si><r><t>lis</t></r><r><t>ted</t></r></si><si><t>other</t></si>',
    });
    expect(await linesIn(bytes)).toEqual(['Zhang', '30', 'listed', 'other']);
  });

  it('are those of slides and of what the speaker is to say', async () => {
    const slide = (text: string): string => `<a:p><a:r><a:t>${text}</a:t></a:r><a:br/><a:r><a:t>more</a:t></a:r></a:p>`;
    const bytes = await zip({
      'ppt/slides/slide1.xml': slide('shown'),
      'ppt/notesSlides/notesSlide1.xml': slide('said'),
    });
    expect(await linesIn(bytes)).toEqual(['shown', 'more', 'said', 'more']);
  });

  it('are those of OpenDocument, without its pictures and programs', async () => {
    const bytes = await odfFile(
      'text',
      '<office:scripts>run()</office:scripts><text:p>har<text:span>bour</text:span></text:p><draw:image><office:binary-data>aGFyYm91cg</office:binary-data></draw:image><text:p>quay</text:p>',
    );
    expect(await linesIn(bytes, true)).toEqual(['harbour', 'quay']);
  });

  it('are refused in a file that is locked or damaged, and said to be more where a part claims to be too large', async () => {
    const locked = { 'META-INF/manifest.xml': utf8ToBytes('<manifest:encryption-data/>') };
    const read = async (bytes: Uint8Array, isOdf: boolean): Promise<GatheredWords> => {
      const words = new GatheredWords();
      await addOfficeWords(bytes, isOdf, words);
      return words;
    };
    await expect(read(await odfFile('text', 'x', locked), true)).rejects.toMatchObject({ code: 'encrypted' });
    await expect(read(await zip({ 'word/document.xml': '<w:t>a</w:t><w' }), false)).rejects.toMatchObject({
      code: 'malformed',
    });
    const bomb = await zip({ 'word/document.xml': '<w:t>bomb</w:t>', 'word/header1.xml': '<w:t>head</w:t>' });
    // The directory begins behind `PK\x01\x02`, and says of each how large it becomes.
    Buffer.from(bomb.buffer).writeUInt32LE(2 ** 31, Buffer.from(bomb.buffer).indexOf('PK\x01\x02') + 24);
    expect((await read(bomb, false)).done()).toEqual({ text: 'head\n', isCut: true });
  });
});

describe('gathered words', () => {
  it('are a million letters at most, and it is said that there are more', () => {
    const words = new GatheredWords();
    expect(words.add('a'.repeat(1_000_000))).toBe(true);
    expect(words.add('b')).toBe(false);
    expect(words.done()).toEqual({ text: 'a'.repeat(1_000_000), isCut: true });
  });
});
