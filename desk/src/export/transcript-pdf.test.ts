// What somebody reads in the PDF of a transcript, judged by the glyphs that it draws.
import * as mupdf from 'mupdf';
import { describe, expect, it } from 'vitest';
import { transcriptPdf } from './transcript-pdf.ts';

/** The text of its pages, and whether every letter of it has a glyph. */
function drawn(...lines: readonly string[]): string {
  const body = lines.map((line) => `<p>${line}</p>`).join('');
  const pdf = mupdf.Document.openDocument(transcriptPdf(`<html><head></head><body>${body}</body></html>`), 'a.pdf');
  let text = '';
  const device = new mupdf.Device({
    fillText: (shown) =>
      shown.walk({
        showGlyph: (_font, _matrix, glyph, unicode) => {
          text += glyph > 0 && unicode > 0 ? String.fromCodePoint(unicode) : '';
        },
      }),
  });
  for (let at = 0; at < pdf.countPages(); at++) pdf.loadPage(at).run(device, mupdf.Matrix.identity);
  return text.replace(/\s+/gu, ' ');
}

describe('the PDF of a transcript', () => {
  it('spells a sign that no font draws, so that no sum or mark is lost unseen', () => {
    const text = drawn('500 000 ₽ und 20 €', '☑ ja ☐ nein', '👍🏽 ok', 'paid ₴30');
    for (const part of ['500 000 [U+20BD]', '20 €', '[U+2611] ja', '[U+2610] nein', 'paid [U+20B4]30']) {
      expect(text).toContain(part);
    }
    expect(text).toContain('[U+1F44D U+1F3FD] ok');
  });

  it('spells no comma that is drawn elsewhere', () => {
    expect(drawn('المكتب، الميناء', '7WZ، 8WZ')).not.toContain('U+');
  });

  it('spells the letters of a word together, and leaves what it can draw and what nobody sees', () => {
    const text = drawn('שלום', 'Договор', '合同', 'a\u200bb\u200d\ufe0f', 'cảng &amp; biển');
    expect(text).toContain('[U+05E9 U+05DC U+05D5 U+05DD]');
    for (const part of ['Договор', '合同', 'ab', 'cảng & biển']) expect(text).toContain(part);
    expect(text.match(/U\+/g)).toHaveLength(4);
  });
});
