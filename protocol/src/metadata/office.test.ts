// What office documents hide is told; what is not known to show them is left out or told, whatever it is called.
import { describe, expect, it } from 'vitest';
import { utf8ToBytes } from '../bytes/encode.ts';
import { makeXlsx, packOdf, packOffice, relationsOf } from '../testing/office-files.ts';
import { smallestPhoto } from '../testing/pdf-files.ts';
import { examine } from './examine.ts';
import * as examiner from './inspect.ts';
import { unzipEntry, writeZip, zipEntries } from './zip-file.ts';

const { cleanMetadata, inspectMetadata } = examiner;
const relationships = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const word = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"';
const sheets = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="${relationships}"`;
const slides = `xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:r="${relationships}" xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"`;

const docx = (body: string, more: Readonly<Record<string, string | Uint8Array>> = {}): Promise<Uint8Array> =>
  packOffice(
    { 'word/document.xml': 'wordprocessingml.document.main' },
    {
      '_rels/.rels': relationsOf(['officeDocument', 'word/document.xml']),
      'word/document.xml': `<w:document ${word} xmlns:r="${relationships}"><w:body>${body}</w:body></w:document>`,
      ...more,
    },
  );
const xlsx = (
  book: string,
  sheet: string,
  more: Readonly<Record<string, string | Uint8Array>> = {},
): Promise<Uint8Array> =>
  packOffice(
    { 'xl/workbook.xml': 'spreadsheetml.sheet.main', 'xl/worksheets/sheet1.xml': 'spreadsheetml.worksheet' },
    {
      '_rels/.rels': relationsOf(['officeDocument', 'xl/workbook.xml']),
      'xl/workbook.xml': `<workbook ${sheets}>${book}</workbook>`,
      'xl/_rels/workbook.xml.rels': relationsOf(['worksheet', 'worksheets/sheet1.xml']),
      'xl/worksheets/sheet1.xml': `<worksheet ${sheets}>${sheet}</worksheet>`,
      ...more,
    },
  );
const pptx = (slide: string, notes: string): Promise<Uint8Array> =>
  packOffice(
    { 'ppt/presentation.xml': 'presentationml.presentation.main' },
    {
      '_rels/.rels': relationsOf(['officeDocument', 'ppt/presentation.xml']),
      'ppt/presentation.xml': `<p:presentation ${slides}/>`,
      'ppt/_rels/presentation.xml.rels': relationsOf(['slide', 'slides/slide1.xml']),
      'ppt/slides/slide1.xml': `<p:sld ${slides}${slide}</p:sld>`,
      'ppt/slides/_rels/slide1.xml.rels': relationsOf(['notesSlide', '../notesSlides/notesSlide1.xml']),
      'ppt/notesSlides/notesSlide1.xml': `<p:notes ${slides}>${notes}</p:notes>`,
    },
  );
const sheet = (state: string): string => `<sheets><sheet name="Staff" sheetId="1"${state} r:id="r1"/></sheets>`;
const rows = '<sheetData><row r="1"><c r="A1"><v>1</v></c></row></sheetData>';
const picture = (side: string): string => `><p:pic><p:blipFill><a:srcRect ${side}/></p:blipFill></p:pic>`;
const number = '<a:fld type="slidenum"><a:t>7</a:t></a:fld>';
const table = (style: string, more = ''): string => `<table:table ${style} table:name="Staff">${more}</table:table>`;
const noted = (text: string): string =>
  `<draw:page><presentation:notes><draw:frame><draw:text-box>${text}</draw:text-box></draw:frame></presentation:notes></draw:page>`;

const styled = (manner: string): Promise<Uint8Array> =>
  docx('<w:p><w:r><w:rPr><w:rStyle w:val="Aside"/></w:rPr><w:t>a</w:t></w:r></w:p>', {
    'word/_rels/document.xml.rels': relationsOf(['styles', 'styles.xml']),
    'word/styles.xml': `<w:styles ${word}><w:style w:styleId="Aside"><w:basedOn w:val="Secret"/></w:style><w:style w:styleId="Secret"><w:rPr>${manner}</w:rPr></w:style></w:styles>`,
  });

/** By what they hide: the same document with it and without it. */
const hiding: Readonly<Record<string, readonly [hidden: Promise<Uint8Array>, shown: Promise<Uint8Array>]>> = {
  'a sheet': [xlsx(sheet(' state="hidden"'), rows), xlsx(sheet(' state="visible"'), rows)],
  'a sheet that no menu shows': [xlsx(sheet(' state="veryHidden"'), rows), xlsx(sheet(''), rows)],
  'a row': [
    xlsx(sheet(''), rows.replace('r="1"', 'r="1" hidden="1"')),
    xlsx(sheet(''), rows.replace('r="1"', 'r="1" hidden="0"')),
  ],
  'a column': [
    xlsx(sheet(''), `<cols><col min="1" max="1" hidden="1"/></cols>${rows}`),
    xlsx(sheet(''), `<cols><col min="1" max="1"/></cols>${rows}`),
  ],
  words: [
    docx('<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>a</w:t></w:r></w:p>'),
    docx('<w:p><w:r><w:rPr><w:vanish w:val="0"/></w:rPr><w:t>a</w:t></w:r></w:p>'),
  ],
  'words by a style that builds on another': [styled('<w:vanish/>'), styled('<w:vanish w:val="false"/>')],
  'a slide': [pptx(' show="0">', number), pptx(' show="1">', number)],
  'words beneath a slide': [pptx('>', `${number}<a:t>Tell nobody</a:t>`), pptx('>', number)],
  'what was cut off a picture': [pptx(picture('l="0" r="25000"'), number), pptx(picture('l="0" r="0"'), number)],
  'a sheet of OpenDocument': [
    packOdf(
      'spreadsheet',
      table('table:style-name="ta1"'),
      '<style:style style:name="ta1"><style:table-properties table:display="false"/></style:style>',
    ),
    packOdf(
      'spreadsheet',
      table('table:style-name="ta1"'),
      '<style:style style:name="ta1"><style:table-properties table:display="true"/></style:style>',
    ),
  ],
  'rows of OpenDocument': [
    packOdf('spreadsheet', table('', '<table:table-row table:visibility="collapse"/>')),
    packOdf('spreadsheet', table('', '<table:table-row table:visibility="visible"/>')),
  ],
  'words of OpenDocument': [
    packOdf('text', '<text:p><text:hidden-text text:string-value="a"/></text:p>'),
    packOdf('text', '<text:p>a</text:p>'),
  ],
  'a slide of OpenDocument': [
    packOdf('presentation', '<draw:page/>', '<style:drawing-page-properties presentation:visibility="hidden"/>'),
    packOdf('presentation', '<draw:page/>', '<style:drawing-page-properties presentation:visibility="visible"/>'),
  ],
  'words beneath a slide of OpenDocument': [
    packOdf('presentation', noted('<text:p>Tell nobody</text:p>')),
    packOdf('presentation', noted('')),
  ],
};

const kindsOf = async (bytes: Uint8Array): Promise<readonly string[]> =>
  (await inspectMetadata(bytes)).findings.map(({ kind }) => kind);
const partOf = async (bytes: Uint8Array, name: string): Promise<string | undefined> => {
  const entry = zipEntries(bytes).entries.find((one) => one.name === name);
  return entry === undefined ? undefined : Buffer.from(await unzipEntry(entry)).toString();
};

describe('an office document', () => {
  it.each(Object.keys(hiding))('that hides %s says so before and after it is cleaned', async (what) => {
    const [hidden, shown] = await Promise.all(hiding[what]!);
    expect(await kindsOf(hidden)).toContain('hidden');
    const { left } = await examine(examiner, hidden);
    expect(left.map(({ kind }) => kind)).toEqual(['hidden']);
    expect((await examine(examiner, shown)).left).toEqual([]);
    expect(await kindsOf(shown)).not.toContain('hidden');
  });

  it('has nothing beside its content only where a copy would be the same', async () => {
    const plain = await docx('<w:p><w:r><w:t>Words</w:t></w:r></w:p>');
    expect((await examine(examiner, plain)).state).toBe('nothing');
    const entries = await Promise.all(
      zipEntries(plain).entries.map(async (entry) => ({ name: entry.name, bytes: await unzipEntry(entry) })),
    );
    const added = await writeZip([...entries, { name: 'anything/else.bin', bytes: utf8ToBytes('MarkerElse') }]);
    const remarked = await docx('<!-- MarkerRemark --><w:p/>');
    const before = await writeZip(entries.map((entry) => ({ ...entry, isStored: true })));
    for (const bytes of [added, remarked, before]) {
      const { state, left, cleaned } = await examine(examiner, bytes);
      expect([state, left]).toEqual(['cleanable', []]);
      expect(
        await Promise.all(zipEntries(cleaned!).entries.map((entry) => unzipEntry(entry))).then((all) =>
          Buffer.concat(all).toString(),
        ),
      ).not.toContain('Marker');
      expect((await examine(examiner, cleaned!)).state).toBe('nothing');
    }
  });

  it('is read by what its names mean, whichever prefixes it has chosen', async () => {
    const text =
      '<w:p><w:ins w:id="1" w:author="MarkerAuthor"><w:r><w:t>in</w:t></w:r></w:ins><w:del w:id="2"><w:r><w:delText>out</w:delText></w:r></w:del></w:p>';
    const other = await docx('', {
      'word/document.xml': `<n0:document ${word.replace(':w', ':n0')}><n0:body>${text.replaceAll('w:', 'n0:')}</n0:body></n0:document>`,
    });
    expect(await kindsOf(other)).toEqual(expect.arrayContaining(['edits', 'person']));
    const cleaned = await partOf(await cleanMetadata(other), 'word/document.xml');
    expect(cleaned).toContain('<n0:t>in</n0:t>');
    expect(cleaned).not.toMatch(/Marker|out/);
  });

  it('keeps the curves of drawings, whose names are those of moved words', async () => {
    const drawing =
      '<a:path xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><a:moveTo><a:pt x="0" y="0"/></a:moveTo></a:path>';
    expect(await partOf(await cleanMetadata(await docx(drawing)), 'word/document.xml')).toContain(drawing);
  });

  it('keeps links to the web, and of a link into a computer only that there was one', async () => {
    const body = '<w:p><w:hyperlink r:id="r1"><w:r><w:t>one</w:t></w:r></w:hyperlink><w:hyperlink r:id="r2"/></w:p>';
    const bytes = await docx(body, {
      'word/_rels/document.xml.rels': relationsOf(
        ['hyperlink', 'https://example.org/a'],
        ['hyperlink', '\\\\MarkerServer\\share\\a.docx'],
        ['image', 'https://example.org/MarkerPixel.png'],
      ),
    });
    expect(await kindsOf(bytes)).toEqual(expect.arrayContaining(['person', 'active']));
    const relations = await partOf(await cleanMetadata(bytes), 'word/_rels/document.xml.rels');
    expect(relations).toContain('https://example.org/a');
    expect(relations).not.toContain('Marker');
    expect(relations?.match(/<Relationship /g)).toHaveLength(3);
    expect(await kindsOf(await cleanMetadata(bytes))).toEqual([]);
  });

  it('of OpenDocument keeps links to the web, and loads nothing from there', async () => {
    const [link, picture] = [
      '<text:a xlink:href="https://example.org/a">a</text:a>',
      'https://example.org/MarkerPixel',
    ];
    const bytes = await packOdf('text', `<text:p>${link}<draw:image xlink:href="${picture}"/></text:p>`);
    const { found, left, cleaned } = await examine(examiner, bytes);
    expect([found, left]).toEqual([[{ kind: 'active', values: [picture] }], []]);
    const content = await partOf(cleaned!, 'content.xml');
    expect(content).toContain(link);
    expect(content).not.toContain('Marker');
  });

  it('says of a field and a formula that they name a file, which a copy still does', async () => {
    const field = await docx('<w:p><w:r><w:instrText>LINK "C:\\\\Users\\\\MarkerUser\\\\a"</w:instrText></w:r></w:p>');
    const formula = await xlsx(sheet(''), rows.replace('<v>', "<f>'C:\\MarkerUser\\[b.xlsx]a'!A1</f><v>"));
    for (const bytes of [field, formula]) {
      const { left } = await examine(examiner, bytes);
      expect(left).toMatchObject([{ kind: 'person', values: [expect.stringContaining('MarkerUser')] }]);
    }
  });

  it('keeps the table behind a pivot only where controls on a sheet hang on it, and says so', async () => {
    const records = 'xl/pivotCache/pivotCacheRecords1.xml';
    const { bytes } = await makeXlsx(smallestPhoto);
    expect(await partOf(await cleanMetadata(bytes), records)).toBeUndefined();
    const entries = await Promise.all(
      zipEntries(bytes).entries.map(async (entry) => ({ name: entry.name, bytes: await unzipEntry(entry) })),
    );
    const slicers = { name: 'xl/slicerCaches/slicerCache1.xml', bytes: utf8ToBytes('<slicerCacheDefinition/>') };
    const withSlicer = await writeZip([
      ...entries.map((entry) => {
        if (entry.name !== 'xl/_rels/workbook.xml.rels') return entry;
        const more =
          '<Relationship Id="r9" Type="x/slicerCache" Target="slicerCaches/slicerCache1.xml"/></Relationships>';
        return { ...entry, bytes: utf8ToBytes(Buffer.from(entry.bytes).toString().replace('</Relationships>', more)) };
      }),
      slicers,
    ]);
    const { left, cleaned } = await examine(examiner, withSlicer);
    expect(left.map(({ kind }) => kind)).toContain('hidden');
    expect(await partOf(cleaned!, records)).toContain('MarkerRecord');
    expect(await partOf(cleaned!, 'xl/pivotCache/pivotCacheDefinition1.xml')).not.toContain('MarkerRefresher');
  });

  it('keeps objects and pictures that nobody can look into, and says so', async () => {
    const bytes = await docx('<w:p><w:object r:id="r1"/></w:p>', {
      'word/_rels/document.xml.rels': relationsOf(['oleObject', 'embeddings/a.bin'], ['image', 'media/b.emf']),
      'word/embeddings/a.bin': utf8ToBytes('\0object'),
      'word/media/b.emf': utf8ToBytes('\u0001\0drawing'),
    });
    const { left } = await examine(examiner, bytes);
    expect(left).toMatchObject([{ kind: 'embedded' }]);
    const { findings } = await inspectMetadata(await cleanMetadata(bytes));
    expect(findings.map(({ field }) => field).sort()).toEqual(['word/embeddings/a.bin', 'word/media/b.emf']);
  });

  it('says so of archives, packages and text that stand for pictures, and never that it has nothing', async () => {
    const archive = await writeZip([{ name: 'a.bin', bytes: utf8ToBytes('\0a') }]);
    const binary = await packOffice({}, { '_rels/.rels': relationsOf(['officeDocument', 'a.bin']), 'a.bin': archive });
    const drawn = await packOdf('text', '<text:p><draw:image xlink:href="Pictures/a.vml"/></text:p>');
    const entries = await Promise.all(
      zipEntries(drawn).entries.map(async (entry) => ({
        name: entry.name,
        bytes: await unzipEntry(entry),
        isStored: entry.name === 'mimetype',
      })),
    );
    const inside = (picture: Uint8Array): Promise<Uint8Array> =>
      docx('<w:p/>', {
        'word/_rels/document.xml.rels': relationsOf(['image', 'media/a.png']),
        'word/media/a.png': picture,
      });
    const all = [
      await inside(archive),
      await inside(binary),
      await inside(utf8ToBytes('words')),
      await writeZip([...entries, { name: 'Pictures/a.vml', bytes: utf8ToBytes('\0a') }]),
    ];
    for (const bytes of all) expect((await examine(examiner, bytes)).left).toMatchObject([{ kind: 'embedded' }]);
    const { left } = await examine(examiner, await inside(smallestPhoto));
    expect(left).toEqual([]);
  });

  it('has no declarations, words to programs, and names behind remarks or many blanks in a copy', async () => {
    const a16 = '<!-- --><a16:creationId xmlns:a16="x" id="{Marker}"/>';
    const all = [
      await docx('<?other Marker?><w:p/>'),
      await docx('', { 'word/document.xml': `<!DOCTYPE a [<!ENTITY b "Marker">]><w:document ${word}/>` }),
      await docx(`<a:ext xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" uri="x">${a16}</a:ext>`),
      await docx(`<w:ins w:author${' '.repeat(12)}=${' '.repeat(12)}"Marker"><w:r/></w:ins>`),
    ];
    for (const bytes of all) {
      const { state, left, cleaned } = await examine(examiner, bytes);
      expect([state, left]).toEqual(['cleanable', []]);
      expect(await partOf(bytes, 'word/document.xml')).toContain('Marker');
      expect(await partOf(cleaned!, 'word/document.xml')).not.toContain('Marker');
    }
  });

  it('keeps the types of its parts, in whichever letters they are listed', async () => {
    const bytes = await packOffice(
      { 'Word/Document.xml': 'wordprocessingml.document.main' },
      {
        '_rels/.rels': relationsOf(['officeDocument', 'word/document.xml']),
        'word/document.xml': `<w:document ${word}><w:body w:rsidR="1"/></w:document>`,
      },
    );
    expect(await partOf(await cleanMetadata(bytes), '[Content_Types].xml')).toContain('/Word/Document.xml');
  });

  it('that is only packed like OpenDocument has no copy, which would be empty', async () => {
    const hangul = (type: string): Promise<Uint8Array> =>
      writeZip([
        { name: 'mimetype', bytes: utf8ToBytes(type), isStored: true },
        { name: 'META-INF/manifest.xml', bytes: utf8ToBytes('<odf:manifest/>') },
        { name: 'Contents/section0.xml', bytes: utf8ToBytes('<hs:sec>words</hs:sec>') },
      ]);
    for (const type of ['application/hwp+zip', 'application/vnd.oasis.opendocument.text of Marker'])
      expect(await examine(examiner, await hangul(type))).toMatchObject({ state: 'kept', found: [], cleaned: null });
    await expect(cleanMetadata(await hangul('application/hwp+zip'))).rejects.toMatchObject({ code: 'malformed' });
  });

  it('of another kind, or with two parts of one name, has no copy', async () => {
    const relations = relationsOf(['officeDocument', 'xl/workbook.bin'], ['extended-properties', 'docProps/app.xml']);
    const binary = await packOffice(
      {},
      {
        '_rels/.rels': relations,
        'xl/workbook.bin': utf8ToBytes('\0'),
        'docProps/app.xml': '<Properties xmlns="p"><Company>MarkerCompany</Company></Properties>',
      },
    );
    expect((await examine(examiner, binary)).found).toEqual([{ kind: 'person', values: ['MarkerCompany'] }]);
    const entries = zipEntries(await docx('<w:p/>')).entries;
    const files = await Promise.all(
      entries.map(async (entry) => ({ name: entry.name, bytes: await unzipEntry(entry) })),
    );
    const twice = await writeZip([...files, { name: 'Word/Document.xml', bytes: utf8ToBytes('<a/>') }]);
    for (const bytes of [binary, twice]) expect((await examine(examiner, bytes)).state).toBe('kept');
  });
});
