import { utf8ToBytes } from '@postern/protocol/bytes/encode';
import { writeZip } from '@postern/protocol/metadata/zip-file';
import * as mupdf from 'mupdf';
import { describe, expect, it } from 'vitest';
import { odfFile } from '../testing/odf-file.ts';
import { odfPages } from './odf-html.ts';

/** What lies on the pages, as it is drawn. */
async function drawn(bytes: Uint8Array): Promise<readonly string[]> {
  const { html, width, height } = await odfPages(bytes);
  const set = mupdf.Document.openDocument(html, 'text/html');
  set.layout(width, height, 12);
  return Array.from({ length: set.countPages() }, (_, at) =>
    set.loadPage(at).toStructuredText('inhibit-spaces').asText().replace(/\s+/g, ' ').trim(),
  );
}

const cell = (words: string, attributes = ''): string =>
  `<table:table-cell ${attributes}><text:p>${words}</text:p></table:table-cell>`;
const sheet = (rows: string): Promise<Uint8Array> =>
  odfFile('spreadsheet', `<table:table table:name="Wages">${rows}</table:table>`);

describe('an OpenDocument text', () => {
  it('says what it says in its order: words in pieces, lists, tables, notes and remarks behind their paragraph', async () => {
    const text = await odfFile(
      'text',
      `<text:tracked-changes><text:p>struck out</text:p></text:tracked-changes>
      <text:h text:outline-level="1">Report</text:h>
      <text:p>The <text:span>mini</text:span>ster<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>Since May.</text:p></text:note-body></text:note> signed<text:s text:c="2"/>it.<office:annotation><dc:creator>Li</dc:creator><text:p>Who says so?</text:p></office:annotation></text:p>
      <text:list><text:list-item><text:p>first</text:p><text:list><text:list-item><text:p>inner</text:p></text:list-item></text:list></text:list-item></text:list>
      <table:table table:name="T1"><table:table-row>${cell('left')}${cell('&lt;right&gt;')}</table:table-row></table:table>
      <text:p><draw:frame><draw:text-box><text:p>boxed</text:p></draw:text-box><svg:desc>unseen</svg:desc></draw:frame>last</text:p>`,
    );
    const [page = ''] = await drawn(text);
    for (const words of ['Report The minister[1] signed', 'it. [1] Since May. Li Who says so?', 'last boxed'])
      expect(page).toContain(words);
    expect(page).toMatch(/first.*inner.*left ?<right ?>/);
    for (const words of ['struck', 'unseen', 'T1']) expect(page).not.toContain(words);
  });

  it('has the headers of its pages, and the pictures that it holds', async () => {
    const png = Buffer.from(
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
      'base64',
    );
    const images = ['Pictures/a.png', 'Pictures/b.wmf', 'http://127.0.0.1/c.png', '../../etc/passwd'];
    const frames = images.map((name) => `<draw:frame><draw:image xlink:href="${name}"/></draw:frame>`).join('');
    const file = await odfFile('text', `<text:p>${frames}</text:p>`, {
      'styles.xml': utf8ToBytes(
        '<office:document-styles><office:master-styles><style:header><text:p>Ministry</text:p></style:header></office:master-styles></office:document-styles>',
      ),
      'Pictures/a.png': png,
      'Pictures/b.wmf': Uint8Array.of(1, 2, 3),
    });
    const html = new TextDecoder().decode((await odfPages(file)).html);
    expect(html.match(/<img src="[^"]{0,30}/g)).toEqual(['<img src="data:image/png;base64,iVBORw0K']);
    const [page] = await drawn(file);
    expect(page).toBe(
      `Ministry ${images
        .slice(1)
        .map((name) => `[${name}]`)
        .join(' ')}`,
    );
  });
});

describe('a sheet', () => {
  it('has its cells in their places, and is not made long by what is empty', async () => {
    const empty = '<table:table-cell table:number-columns-repeated="16000"/>';
    const rows = `<table:table-row>${cell('Name')}<table:table-cell/>${cell('Sum')}${empty}</table:table-row>
      <table:table-row table:number-rows-repeated="1048000"><table:table-cell/></table:table-row>
      <table:table-row>${cell('Zhang', 'table:number-columns-repeated="2"')}${cell('30')}</table:table-row>`;
    const html = new TextDecoder().decode((await odfPages(await sheet(rows))).html);
    const grid = [...html.matchAll(/<tr>(.*?)<\/tr>/g)].map(([, row = '']) =>
      row.split('</td>').map((each) => each.replace(/<[^>]*>|&#160;/g, '')),
    );
    expect(grid).toEqual([
      ['Name', '', 'Sum', ''],
      ['', ''],
      ['Zhang', 'Zhang', '30', ''],
    ]);
    expect(await drawn(await sheet(rows))).toEqual(['Wages Name Sum Zhang Zhang 30']);
  });

  it('that is wider than a page says of each cell where it stands', async () => {
    const far = '<table:table-cell table:number-columns-repeated="700"/>';
    const pages = await drawn(await sheet(`<table:table-row>${cell('a')}${far}${cell('b')}</table:table-row>`));
    expect(pages).toEqual(['Wages A1 a ZZ1 b']);
  });

  it('begins a page for each of them, and for each slide', async () => {
    const two = ['One', 'Two'].map(
      (name) => `<table:table table:name="${name}"><table:table-row>${cell('x')}</table:table-row></table:table>`,
    );
    expect(await drawn(await odfFile('spreadsheet', two.join('')))).toEqual(['One x', 'Two x']);
    const slide = (name: string): string =>
      `<draw:page draw:name="${name}"><draw:frame><draw:text-box><text:p>Budget</text:p></draw:text-box></draw:frame><presentation:notes><draw:frame><draw:text-box><text:p>say it slowly</text:p></draw:text-box></draw:frame></presentation:notes></draw:page>`;
    expect(await drawn(await odfFile('presentation', slide('s1') + slide('s2')))).toEqual([
      's1 Budget say it slowly',
      's2 Budget say it slowly',
    ]);
  });
});

describe('a hostile one', () => {
  const bomb = (inner: string): string =>
    `<table:table><table:table-row table:number-rows-repeated="1000000"><table:table-cell table:number-columns-repeated="16000">${inner}</table:table-cell></table:table-row></table:table>`;
  it.each([
    ['cells that follow each other without end', bomb('<text:p>x</text:p>'), 'too-large'],
    ['rows without end', bomb('').replace('</table:table-row>', `${cell('x')}</table:table-row>`), 'too-large'],
    ['tables in tables', bomb(bomb(bomb('<text:p>x</text:p>'))), 'too-large'],
    ['more words than are drawn', `<text:p>${'x '.repeat(4_000_001)}</text:p>`, 'too-large'],
    ['frames in frames', '<draw:frame>'.repeat(300) + '</draw:frame>'.repeat(300), 'too-large'],
    ['elements that cross', '<text:p><text:span></text:p></text:span>', 'malformed'],
    ['an element that does not end', '<text:p>', 'malformed'],
  ])('of %s is not drawn', async (_, body, code) => {
    await expect(odfPages(await odfFile('text', body))).rejects.toMatchObject({ name: 'MetadataError', code });
  });

  it('of very many pictures in one paragraph is set, and not called damaged', async () => {
    const pictures = '<draw:image xlink:href="a"/>'.repeat(150_000);
    const { html } = await odfPages(await odfFile('text', `<text:p>${pictures}</text:p>`));
    expect(new TextDecoder().decode(html).match(/\[a\]/g)).toHaveLength(150_000);
  });

  it('that is locked is said to be', async () => {
    const manifest = utf8ToBytes('<manifest:manifest><manifest:encryption-data/></manifest:manifest>');
    const locked = odfFile('text', '', { 'META-INF/manifest.xml': manifest });
    await expect(odfPages(await locked)).rejects.toMatchObject({ code: 'encrypted' });
  });

  it('that has cells outside of tables hides nothing by it', async () => {
    const stray = `<table:table-row>${cell('stray')}</table:table-row><text:p>after</text:p>`;
    expect(await drawn(await odfFile('text', stray))).toEqual(['stray after']);
  });

  it('without content is a blank page, and one that is no archive is damaged', async () => {
    expect(await drawn(await writeZip([{ name: 'mimetype', bytes: utf8ToBytes('x') }]))).toEqual(['']);
    await expect(odfPages(new Uint8Array(9))).rejects.toMatchObject({ code: 'malformed' });
  });
});
