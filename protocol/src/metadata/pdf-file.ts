/** The objects of a PDF, found by its tables alone (ISO 32000-1, 7.5): whatever those do not lead to is not read. */

import { FileView } from './file-view.ts';
import { fromBase85, fromHex, inflateStream, undoPrediction } from './pdf-filters.ts';
import { addPackedTable, addTable, PdfPlaces } from './pdf-tables.ts';
import { malformedPdf, type PdfEntries, PdfTokens, type PdfValue } from './pdf-values.ts';
import { MetadataError } from './report.ts';

export interface PdfObject {
  readonly value: PdfValue;
  /** What holding the value takes. */
  readonly held: number;
  /** Of a stream, as it lies in the file, from there on. */
  readonly content?: Uint8Array;
  readonly from?: number;
}

/** In the file, or in what was packed in a stream of it. */
interface FoundPlace {
  readonly content?: Uint8Array;
  readonly at: number;
}

/** One for all PDFs in an archive. */
export interface PdfBudget {
  /** That may still be unpacked. */
  bytes: number;
  /** That may still come out of streams that are looked through and not held. */
  looked: number;
  /** Of one PDF, at a time. */
  readonly values: number;
}

/** As often as a file was saved, and more. */
const tablesMax = 1_000;
/** From one reference to the next. */
const followedMax = 20;
/** A stream, its length, and a stream that holds it. */
const openedMax = 3;
/** So often each byte is passed at most: in an array of numbers, of which two may begin a reference, three times. */
const passedMax = 8;
/** Of what may be held, this part more. */
const rememberedPart = 4;
/** What looking for one object costs, wherever a table says that it is. */
const lookBytes = 50;

export class PdfFile {
  readonly #view: FileView;
  readonly #budget: PdfBudget;
  readonly #places = new PdfPlaces((values) => this.keep(values));
  /** Where those begin that are packed in streams. */
  readonly #packed = new Map<number, FoundPlace>();
  /** Some of those that were read; any of them can be read again. */
  readonly #objects = new Map<number, PdfObject>();
  #objectsHeld = 0;
  readonly #damaged = new Set<number>();
  /** No byte is read more than a few times, whatever leads to it. */
  #unread: number;
  /** Values that may still be held. */
  #room: number;
  #opened = 0;
  readonly #trailer = new Map<string, PdfValue>();

  private constructor(bytes: Uint8Array, budget: PdfBudget) {
    this.#view = new FileView(bytes);
    this.#budget = budget;
    this.#room = budget.values;
    this.#unread = passedMax * bytes.length + 1_000_000;
  }

  /** @throws MetadataError for one that is locked, damaged, or built in a way that is not understood */
  static async open(bytes: Uint8Array, budget: PdfBudget): Promise<PdfFile> {
    const file = new PdfFile(bytes, budget);
    await file.#readTables();
    if (file.trailer.has('Encrypt')) throw new MetadataError('encrypted', 'read PDF: it is locked');
    for (const number of file.#places.containers) await file.#findPacked(number);
    return file;
  }

  /** Of each entry the newest. */
  get trailer(): PdfEntries {
    return this.#trailer;
  }

  /** Where packed content lies, from and to, in order. */
  get packedStreams(): readonly (readonly [from: number, to: number])[] {
    const all: (readonly [from: number, to: number])[] = [];
    for (const [number, place] of this.#places.all()) {
      if ('within' in place) continue;
      const { value, content, from } = this.#sound(number) ?? {};
      if (content === undefined || from === undefined || this.entries(value)?.has('Filter') !== true) continue;
      all.push([from, from + content.length]);
    }
    return all.toSorted(([one], [other]) => one - other);
  }

  /** Counts values that stay with whoever reads. @throws MetadataError too-large */
  keep(values: number): void {
    this.#room -= values;
    if (this.#room < 0) throw new MetadataError('too-large', 'read PDF: too many values');
  }

  /** What nothing leads to may be damaged: programs leave such in their tables. */
  #sound(number: number): PdfObject | undefined {
    try {
      return this.object(number);
    } catch (error) {
      if (error instanceof MetadataError && error.code === 'malformed') return undefined;
      throw error;
    }
  }

  /** Undefined where there is none, which counts as null. */
  object(number: number): PdfObject | undefined {
    const known = this.#objects.get(number);
    const place = this.#places.of(number);
    const found: FoundPlace | undefined = place === undefined || 'at' in place ? place : this.#packed.get(number);
    if (known !== undefined || found === undefined) return known;
    // The length of a stream can be an object of its own, whose own length cannot.
    if (this.#opened === openedMax) throw malformedPdf('lengths of streams go round');
    if (this.#damaged.has(number)) throw malformedPdf('an object is damaged');
    this.#opened += 1;
    try {
      const object =
        found.content === undefined ? this.#objectAt(found.at, number) : this.#packedAt(found.content, found.at);
      this.#remember(number, object);
      return object;
    } catch (error) {
      this.#damaged.add(number);
      throw error;
    } finally {
      this.#opened -= 1;
    }
  }

  /** Counts what a reference leads to as held by whoever reads. */
  keepWhole(value: PdfValue | undefined): void {
    for (let at = value; at?.kind === 'reference'; ) {
      const object = this.object(at.number);
      this.keep(3 + (object?.held ?? 0));
      at = object?.value;
    }
  }

  #remember(number: number, object: PdfObject): void {
    this.#objectsHeld += 2 + object.held;
    if (this.#objectsHeld > this.#budget.values / rememberedPart) {
      this.#objects.clear();
      this.#objectsHeld = 2 + object.held;
    }
    this.#objects.set(number, object);
  }

  /** What a reference leads to; undefined for null. */
  resolved(value: PdfValue | undefined): PdfValue | undefined {
    let at = value;
    for (let steps = 0; at?.kind === 'reference'; steps++) {
      if (steps > followedMax) throw malformedPdf('references go round');
      at = this.object(at.number)?.value;
    }
    return at?.kind === 'atom' && at.text === 'null' ? undefined : at;
  }

  entries(value: PdfValue | undefined): PdfEntries | undefined {
    const at = this.resolved(value);
    return at?.kind === 'dictionary' ? at.entries : undefined;
  }

  /** Of an array; the value itself where it is none. */
  items(value: PdfValue | undefined): readonly PdfValue[] {
    const at = this.resolved(value);
    return at?.kind === 'array' ? at.items : at === undefined ? [] : [at];
  }

  number(value: PdfValue | undefined): number | undefined {
    const at = this.resolved(value);
    return at?.kind === 'atom' && Number.isFinite(Number(at.text)) ? Number(at.text) : undefined;
  }

  isTrue(value: PdfValue | undefined): boolean {
    const at = this.resolved(value);
    return at?.kind === 'atom' && at.text === 'true';
  }

  name(value: PdfValue | undefined): string | undefined {
    const at = this.resolved(value);
    return at?.kind === 'name' ? at.name : undefined;
  }

  /**
   * What is in a stream.
   * @param kept filters that are not undone, counted from the innermost
   * @throws MetadataError for filters other than Flate and those that write bytes as text
   */
  async unpack({ value, content = new Uint8Array(0) }: PdfObject, kept = 0): Promise<Uint8Array> {
    const entries = this.entries(value);
    const filters = this.items(entries?.get('Filter')).map((filter) => this.name(filter));
    const parameters = this.items(entries?.get('DecodeParms'));
    let unpacked = content;
    for (const [index, filter] of filters.slice(0, filters.length - kept).entries()) {
      if (filter === 'ASCIIHexDecode') unpacked = fromHex(unpacked);
      else if (filter === 'ASCII85Decode') unpacked = fromBase85(unpacked);
      else if (filter === 'FlateDecode') unpacked = await this.inflate(unpacked, this.entries(parameters[index]));
      else throw malformedPdf('a stream is packed in a way that is not undone');
    }
    return unpacked;
  }

  /** What Flate packed. @throws MetadataError */
  async inflate(bytes: Uint8Array, parameters?: PdfEntries): Promise<Uint8Array> {
    const { content, cost } = await inflateStream(bytes, this.#budget.bytes);
    this.#budget.bytes -= cost;
    if (content.length === 0) throw malformedPdf('a stream is damaged');
    this.#unread += passedMax * content.length;
    const parameter = (name: string): number | undefined => this.number(parameters?.get(name));
    const predictor = parameter('Predictor') ?? 1;
    if (predictor === 1) return content;
    if (predictor < 10) throw malformedPdf('a predictor that is not understood');
    const shape = { colors: parameter('Colors'), bits: parameter('BitsPerComponent'), columns: parameter('Columns') };
    return undoPrediction(content, shape);
  }

  async #readTables(): Promise<void> {
    const end = this.#view.latin(Math.max(0, this.#view.length - 2_048));
    const start = /^startxref\s{1,9}(\d{1,15})\s/.exec(end.slice(Math.max(0, end.lastIndexOf('startxref'))))?.[1];
    if (start === undefined) throw malformedPdf('it has no table of its objects');
    const seen = new Set<number>();
    for (let at: number | undefined = Number(start); at !== undefined; ) {
      if (seen.has(at) || seen.size === tablesMax) throw malformedPdf('its tables go round');
      seen.add(at);
      const entries: PdfEntries = await this.#readTable(at);
      for (const [key, value] of entries) if (!this.#trailer.has(key)) this.#trailer.set(key, value);
      at = this.number(entries.get('Prev'));
    }
  }

  async #readTable(at: number): Promise<PdfEntries> {
    const tokens = this.#tokens(at);
    if (!tokens.word('xref')) return this.#readPackedTable(at);
    const free = addTable(tokens, this.#places);
    const trailer = tokens.word('trailer') ? tokens.value() : undefined;
    if (trailer?.kind !== 'dictionary') throw malformedPdf('a table has no trailer');
    this.keep(tokens.held);
    const beside = this.number(trailer.entries.get('XRefStm'));
    if (beside !== undefined) await this.#readPackedTable(beside);
    for (const number of free) this.#places.add(number, 'free');
    return trailer.entries;
  }

  async #readPackedTable(at: number): Promise<PdfEntries> {
    const number = this.#tokens(at).integer();
    const object = number === undefined ? undefined : this.#objectAt(at, number);
    const entries = this.entries(object?.value);
    if (object === undefined || entries === undefined || this.name(entries.get('Type')) !== 'XRef')
      throw malformedPdf('a table is not where it should be');
    this.keep(object.held);
    const numbers = (name: string): readonly number[] =>
      this.items(entries.get(name)).map((item) => this.number(item) ?? 0);
    const ranges = entries.has('Index') ? numbers('Index') : [0, ...numbers('Size')];
    addPackedTable(new FileView(await this.unpack(object)), numbers('W'), ranges, this.#places);
    return entries;
  }

  /** Objects that are packed in a stream (7.5.7). */
  async #findPacked(container: number): Promise<void> {
    const object = this.object(container);
    const entries = this.entries(object?.value);
    if (object === undefined || this.name(entries?.get('Type')) !== 'ObjStm') throw malformedPdf('objects lie nowhere');
    const content = await this.unpack(object);
    const [count, first] = [this.number(entries?.get('N')) ?? 0, this.number(entries?.get('First')) ?? 0];
    const head = this.#tokens(0, content.subarray(0, first));
    for (let index = 0; index < count; index++) {
      const [number, offset] = [head.integer(), head.integer()];
      if (number === undefined || offset === undefined) throw malformedPdf('packed objects have no places');
      const place = this.#places.of(number);
      const isHere = place !== undefined && 'within' in place && place.within === container && place.index === index;
      if (!isHere) continue;
      this.keep(1);
      this.#packed.set(number, { content, at: first + offset });
    }
  }

  #packedAt(content: Uint8Array, at: number): PdfObject {
    this.#spend(lookBytes);
    const tokens = this.#tokens(at, content);
    return { value: tokens.value(), held: tokens.held };
  }

  #objectAt(at: number, number: number): PdfObject {
    this.#spend(lookBytes);
    const tokens = this.#tokens(at);
    const isHead = tokens.integer() === number && tokens.integer() !== undefined && tokens.word('obj');
    if (!isHead) throw malformedPdf('an object is not where its table says');
    const value = tokens.value();
    if (value.kind !== 'dictionary' || !tokens.word('stream')) {
      if (!tokens.word('endobj')) throw malformedPdf('an object does not end');
      return { value, held: tokens.held };
    }
    const from = this.#view.startsWith('\r\n', tokens.at) ? tokens.at + 2 : tokens.at + 1;
    const length = this.number(value.entries.get('Length'));
    if (this.#view.u8(from - 1) !== 0x0a || length === undefined) throw malformedPdf('a stream has no beginning');
    const content = this.#view.bytes(from, from + length);
    const end = this.#tokens(from + length, this.#view.bytes(0, Math.min(from + length + 40, this.#view.length)));
    if (!end.word('endstream')) throw malformedPdf('a stream does not end where it says');
    return { value, held: tokens.held, content, from };
  }

  /** One object may take half of what there is room for, since what is copied of it is held beside it. */
  #tokens(at: number, bytes: Uint8Array = this.#view.bytes(0)): PdfTokens {
    return new PdfTokens(bytes, at, (passed) => this.#spend(passed), this.#room / 2);
  }

  #spend(bytes: number): void {
    this.#unread -= bytes;
    if (this.#unread < 0) throw new MetadataError('too-large', 'read PDF: the same bytes are read too often');
  }
}
