/** OpenDocument texts, sheets and slides as plain HTML for the library that draws: what they say in its order, without their styles (decision 0124). */

import { escaped } from '@postern/desk/export/text-html';
import { copyTextMax } from '@postern/desk/files/copy-limits';
import { MetadataError } from '@postern/protocol/metadata/report';
import { xmlText } from '@postern/protocol/metadata/xml-edit';
import { attributesOf, plainText, type XmlToken, xmlTokens } from '@postern/protocol/metadata/xml-tokens';
import { unzipEntry, zipEntries } from '@postern/protocol/metadata/zip-file';
import { OdfFlow } from './odf-flow.ts';
import { pictureMark, withPictures } from './odf-pictures.ts';
import { OdfTable, pageWidth, repeatsOf } from './odf-table.ts';

export interface OdfPages {
  /** In UTF-8. */
  readonly html: Uint8Array<ArrayBuffer>;
  /** Of a page, in points: what is wide shall not be cut off. */
  readonly width: number;
  readonly height: number;
}

const xmlBytesMax = 32 * 1024 * 1024;
const depthMax = 256;
const listsMax = 8;
const tablesMax = 6;
const space = '&#160;';
const spacesMax = 200;
const slideWidth = 600;
/** Of a page, in points. */
const pageHeightMin = 600;

/** What somebody wrote at the edge of each page. */
const edges = /^style:(header|footer)(-first|-left)?$/;
/** Deleted text, forms, and what a picture is called: nothing of it is seen in the document. */
const unseen = /^(text|table):tracked-changes$|^svg:(title|desc)$|^office:(forms|binary-data)$/;
/** Words in these belong to no paragraph around them. */
const apart = /^(office:annotation|text:note-body|draw:(frame|text-box|object)|table:(covered-)?table-cell)$/;
const remark = /^(office:annotation|text:note-body|presentation:notes|style:.+)$/;

const style = [
  'p{margin:0.4em 0;overflow-wrap:break-word}',
  'li p,td p{margin:0}',
  'table{border-collapse:collapse}',
  'td{border:1px solid #888;padding:2px 4px;vertical-align:top}',
  '.note{margin-left:2em;font-size:85%}',
  '.end{page-break-after:always}',
].join('');

/** @throws MetadataError too-large also for one that says little very often, as a bomb does */
export async function odfPages(bytes: Uint8Array): Promise<OdfPages> {
  const parts = new Map(zipEntries(bytes).entries.map((entry) => [entry.name, entry]));
  const read = async (name: string): Promise<string> => {
    const part = parts.get(name);
    return part === undefined ? '' : xmlText(await unzipEntry(part, xmlBytesMax));
  };
  if ((await read('META-INF/manifest.xml')).includes('manifest:encryption-data'))
    throw new MetadataError('encrypted', 'draw ODF: it is locked with a password');
  const content = new OdfContent();
  // Those of sheets and slides are the program's own: a number, a name.
  if ((await read('mimetype')).startsWith('application/vnd.oasis.opendocument.text'))
    content.add(await read('styles.xml'), edges);
  content.add(await read('content.xml'), /^office:body$/);
  const body = await withPictures(content.html(), content.pictures, parts);
  const html = `<!doctype html><html><head><style>${style}</style></head><body>${body}</body></html>`;
  const { width } = content;
  return { html: new TextEncoder().encode(html), width, height: Math.max(pageHeightMin, (width * 3) / 4) };
}

type Attributes = ReadonlyMap<string, string>;

interface Element {
  readonly name: string;
  readonly isParagraph: boolean;
  /** Whether words in it are of the paragraph that was opened last. */
  readonly isWords: boolean;
  readonly isRemark: boolean;
  /** Of cells: how often they follow each other. */
  readonly times: number;
}

class OdfContent {
  /** Names of their files, by number of their marks. */
  readonly pictures: string[] = [];
  width = pageWidth;
  readonly #charge = (length: number): void => {
    this.#length += length;
    if (this.#length > copyTextMax) throw new MetadataError('too-large', 'draw ODF: it says too much');
  };
  readonly #body = new OdfFlow(this.#charge);
  readonly #cells: OdfFlow[] = [];
  readonly #tables: OdfTable[] = [];
  readonly #open: Element[] = [];
  #length = 0;
  #lists = 0;
  #hasPage = false;
  #citation = '';

  /** What stands for something where an element begins, by its name. */
  readonly #begins: ReadonlyMap<string, (attributes: Attributes, around?: string) => void> = new Map([
    ['text:s', (given: Attributes) => this.#mark(space.repeat(Math.min(spacesMax, repeatsOf(given.get('text:c')))))],
    ['text:tab', () => this.#mark(`${space.repeat(3)} `)],
    ['text:line-break', () => this.#mark('<br/>')],
    ['text:note-citation', () => this.#beginCitation()],
    ['text:p', (_: Attributes, around?: string) => this.#beginNote(around)],
    ['text:list', () => this.#beginList()],
    ['text:list-item', () => this.#list('<li>')],
    ['draw:page', (given: Attributes) => this.#beginSlide(given.get('draw:name'))],
    ['draw:image', (given: Attributes) => this.#picture(given.get('xlink:href') ?? '')],
    ['table:table', (given: Attributes, around?: string) => this.#beginTable(given, around)],
    ['table:table-row', (given: Attributes) => this.#beginRow(given)],
    ['table:table-cell', () => this.#beginCell()],
    ['table:covered-table-cell', () => this.#beginCell()],
  ]);

  /** The same where it ends. */
  readonly #ends: ReadonlyMap<string, (ended: Element) => void> = new Map([
    ['text:note-citation', () => this.#flow.say(']')],
    ['text:list-item', () => this.#list('</li>')],
    ['text:list', () => this.#endList()],
    ['table:table', () => this.#endTable()],
    ['table:table-row', () => this.#tables.at(-1)?.endRow()],
    ['table:table-cell', (ended: Element) => this.#endCell(ended)],
    ['table:covered-table-cell', (ended: Element) => this.#endCell(ended)],
  ]);

  html(): string {
    return this.#body.html();
  }

  /** @param wanted elements whose content is drawn */
  add(xml: string, wanted: RegExp): void {
    let hidden = 0;
    for (const token of xmlTokens(xml)) {
      const { kind, name } = token;
      const step = kind === 'open' ? 1 : kind === 'close' ? -1 : 0;
      const isOutside = this.#open.length === 0 && !(kind === 'open' && wanted.test(name));
      if (isOutside || hidden > 0 || (kind === 'open' && unseen.test(name))) {
        if (!isOutside) hidden += step;
      } else if (kind === 'text') this.#say(plainText(token.raw));
      else if (kind === 'close') this.#end(name);
      else if (kind !== 'other') {
        this.#begin(token);
        if (kind === 'single') this.#end(name);
      }
    }
    if (this.#open.length > 0) throw notClosed();
  }

  get #flow(): OdfFlow {
    return this.#cells.at(-1) ?? this.#body;
  }

  #say(words: string): void {
    if (this.#open.at(-1)?.isWords) this.#flow.say(words);
    if (this.#open.at(-1)?.name === 'text:note-citation') this.#citation += words;
  }

  #begin(token: XmlToken): void {
    if (this.#open.length >= depthMax) throw tooDeep();
    const { name } = token;
    const around = this.#open.at(-1);
    const attributes = new Map(attributesOf(token));
    const isSigned = around?.name === 'office:annotation' && /^dc:(creator|date)$/.test(name);
    const isParagraph = isSigned || name === 'text:p' || name === 'text:h';
    const isWords = isParagraph || ((around?.isWords ?? false) && !apart.test(name));
    const isRemark = (around?.isRemark ?? false) || remark.test(name);
    const times = repeatsOf(attributes.get('table:number-columns-repeated'));
    this.#open.push({ name, isParagraph, isWords, isRemark, times });
    if (isParagraph) this.#flow.beginParagraph(name === 'text:h' ? 'h2' : 'p', isRemark);
    this.#begins.get(name)?.(attributes, around?.name);
  }

  #end(name: string): void {
    const ended = this.#open.pop();
    if (ended?.name !== name) throw notClosed();
    if (ended.isParagraph) this.#flow.endParagraph();
    this.#ends.get(name)?.(ended);
  }

  #beginCitation(): void {
    this.#citation = '';
    this.#flow.say('[');
  }

  /** The first of a note begins with the sign that leads to it. */
  #beginNote(around?: string): void {
    if (around === 'text:note-body') this.#flow.say(`[${this.#citation}] `);
  }

  #beginList(): void {
    this.#lists += 1;
    this.#list('<ul>');
  }

  #endList(): void {
    this.#list('</ul>');
    this.#lists -= 1;
  }

  #beginSlide(title?: string): void {
    this.width = Math.max(this.width, slideWidth);
    this.#nextPage(title);
  }

  #beginTable(given: Attributes, around?: string): void {
    if (this.#tables.length >= tablesMax) throw tooDeep();
    if (around === 'office:spreadsheet') this.#nextPage(given.get('table:name'));
    this.#tables.push(new OdfTable(this.#charge));
  }

  #beginRow(given: Attributes): void {
    this.#tables.at(-1)?.beginRow(repeatsOf(given.get('table:number-rows-repeated')));
  }

  #beginCell(): void {
    this.#cells.push(new OdfFlow(this.#charge, space));
  }

  #endCell({ times }: Element): void {
    const html = this.#cells.pop()?.html() ?? '';
    const table = this.#tables.at(-1);
    if (table === undefined) this.#flow.put(html);
    else table.addCell(html, times);
  }

  #mark(markup: string): void {
    if (this.#open.at(-1)?.isWords) this.#flow.mark(markup);
  }

  /** What is nested deeper stands as deep as the last. */
  #list(tag: string): void {
    if (this.#lists <= listsMax) this.#flow.put(tag);
  }

  #nextPage(title = ''): void {
    this.#charge(title.length);
    if (this.#hasPage) this.#flow.put('<p class="end"></p>');
    this.#flow.put(`<h2>${escaped(title)}</h2>`);
    this.#hasPage = true;
  }

  #endTable(): void {
    const table = this.#tables.pop();
    const html = table?.html() ?? '';
    if (table === undefined || html === '') return;
    this.width = Math.max(this.width, table.width);
    this.#flow.put(html);
  }

  #picture(address: string): void {
    this.#charge(address.length);
    this.pictures.push(address.replace(/^\.\//, ''));
    this.#flow.put(pictureMark(this.pictures.length - 1));
  }
}

function tooDeep(): MetadataError {
  return new MetadataError('too-large', 'draw ODF: nested too deep');
}

function notClosed(): MetadataError {
  return new MetadataError('malformed', 'draw ODF: its elements do not close as they open');
}
