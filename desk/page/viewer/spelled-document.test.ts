// What somebody reads on the pages of a text or an office file, judged by the glyphs that are drawn.
import { textDocument } from '@postern/desk/export/text-html';
import { packOffice, relationsOf } from '@postern/protocol/testing/office-files';
import * as mupdf from 'mupdf';
import { describe, expect, it } from 'vitest';
import { type Drawable, openSpelled, textIn } from './spelled-document.ts';

const written = '500 ₽, 20 € ☑ yes שלום';
const wordMain = 'http://schemas.openxmlformats.org/wordprocessingml/2006/main';

const text = (content: string): Drawable => ({
  bytes: textDocument(new TextEncoder().encode(content))!,
  ending: 'text/html',
  page: null,
});

async function docx(content: string, more: Readonly<Record<string, string | Uint8Array>> = {}): Promise<Drawable> {
  const bytes = await packOffice(
    { 'word/document.xml': 'wordprocessingml.document.main' },
    {
      '_rels/.rels': relationsOf(['officeDocument', 'word/document.xml']),
      'word/_rels/document.xml.rels': relationsOf(),
      'word/document.xml': `<w:document xmlns:w="${wordMain}"><w:body><w:p><w:r><w:t>${content}</w:t></w:r></w:p></w:body></w:document>`,
      ...more,
    },
  );
  return { bytes, ending: 'docx', page: null };
}

async function shown(
  given: Drawable,
): Promise<{ readonly drawn: string; readonly blanks: number; readonly text: string }> {
  const opened = await openSpelled(mupdf, given);
  let drawn = '';
  let blanks = 0;
  const page = opened.document.loadPage(0);
  const device = new mupdf.Device({
    fillText: (line) =>
      line.walk({
        showGlyph: (_font, _matrix, glyph, unicode) => {
          if (glyph > 0 && unicode > 0) drawn += String.fromCodePoint(unicode);
          else blanks += 1;
        },
      }),
  });
  page.run(device, mupdf.Matrix.identity);
  const said = textIn(page.toStructuredText('inhibit-spaces').asText(), opened);
  return { drawn: drawn.replace(/\s+/g, ' ').trim(), blanks, text: said.replace(/\s+/g, ' ').trim() };
}

describe.each([
  ['text', text],
  ['Word file', docx],
] as const)('a %s with signs that no font draws', (_kind, made) => {
  it('shows their numbers on its page, and has the signs themselves in its text', async () => {
    const { drawn, blanks, text } = await shown(await made(written));
    expect(drawn.replace(/(?<=[0-9A-F]{4})U/g, ' U')).toBe(
      '500 [U+20BD], 20 € [U+2611] yes [U+05E9 U+05DC U+05D5 U+05DD]',
    );
    expect(blanks).toBe(0);
    expect(text).toBe(written);
  });

  it('is drawn as it is where nothing is blank, and what only looks like a number stays', async () => {
    const { drawn, text } = await shown(await made('Total 20 € [U+20BD] Договор 合同'));
    expect(drawn).toBe('Total 20 € [U+20BD] Договор 合同');
    expect(text).toBe(drawn);
  });
});

it('draws a Word file with a part that is no text in UTF-8, as Excel writes its queries', async () => {
  const part = Buffer.from('\ufeff<query/>', 'utf16le');
  expect(await shown(await docx('hello', { 'customXml/item1.xml': part }))).toMatchObject({ drawn: 'hello' });
});

it('spells what a Word file has by its number only', async () => {
  const { drawn, blanks } = await shown(await docx('500 &#8381; and &#x2611; &#60;'));
  expect([drawn, blanks]).toEqual(['500 [U+20BD] and [U+2611] <', 0]);
});

it('leaves what looks like the number of a sign that there is not', async () => {
  const { text: said } = await shown(text('500 ₽ and [U+FFFFFF]'));
  expect(said).toBe('500 ₽ and [U+FFFFFF]');
});
