import { packOffice, relationsOf } from '@postern/protocol/testing/office-files';
import * as mupdf from 'mupdf';
import { describe, expect, it } from 'vitest';
import { drawableXlsx } from './xlsx-words.ts';

const main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"';

function xlsx(cells: string, list?: string): Promise<Uint8Array> {
  return packOffice(
    { 'xl/workbook.xml': 'spreadsheetml.sheet.main' },
    {
      '_rels/.rels': relationsOf(['officeDocument', 'xl/workbook.xml']),
      'xl/_rels/workbook.xml.rels': relationsOf(
        ['worksheet', 'worksheets/sheet1.xml'],
        ['sharedStrings', 'sharedStrings.xml'],
      ),
      'xl/workbook.xml': `<workbook ${main} xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>`,
      'xl/worksheets/sheet1.xml': `<worksheet ${main}><sheetData><row r="1">${cells}</row></sheetData></worksheet>`,
      ...(list === undefined ? {} : { 'xl/sharedStrings.xml': `<sst ${main}>${list}</sst>` }),
    },
  );
}

function drawn(bytes: Uint8Array): string {
  const set = mupdf.Document.openDocument(bytes, 'xlsx');
  return set.loadPage(0).toStructuredText('').asText().replace(/\s+/g, ' ').trim();
}

const inline =
  '<c r="A1" t="inlineStr"><is><r><t>Zhang &amp; </t></r><r><rPr><b/></rPr><t>Li</t></r><rPh sb="0" eb="1"><t>spoken</t></rPh></is></c><c r="B1"><v>30</v></c>';
const shared = '<c r="C1" t="s"><v>0</v></c>';

describe('a sheet of Excel', () => {
  it('shows words that stand in its cells, beside those of its list', async () => {
    const file = await xlsx(inline + shared, '<si><t>listed</t></si>');
    expect(drawn(file)).toBe('30 listed');
    expect(drawn(await drawableXlsx(file))).toBe('Zhang & Li 30 listed');
  });

  it('without a list of words is drawn too', async () => {
    const file = await xlsx('<c r="A1"><v>42</v></c>');
    expect(() => drawn(file)).toThrow('sharedStrings');
    expect(drawn(await drawableXlsx(file))).toBe('42');
  });

  it('is left as it is where that is drawn', async () => {
    const file = await xlsx(shared, '<si><t>listed</t></si>');
    expect(await drawableXlsx(file)).toBe(file);
  });

  it('is damaged where its elements cross', async () => {
    const file = await xlsx('<c t="inlineStr"><is></c></is>');
    await expect(drawableXlsx(file)).rejects.toMatchObject({ name: 'MetadataError', code: 'malformed' });
  });
});
