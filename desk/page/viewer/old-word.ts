/** What a Word file of 1997 to 2003 says, without its looks (decision 0143), by a library that was made for Node: it is given streams and nothing else. */

import { copyTextMax } from '@postern/desk/files/copy-limits';
import { FileView } from '@postern/protocol/metadata/file-view';
import { MetadataError } from '@postern/protocol/metadata/report';
import WordOleExtractor, { type WordBytes } from 'word-extractor/lib/word-ole-extractor.js';
import type { CompoundFile } from './compound-file.ts';

export const wordStream = 'WordDocument';
/** Of Word 97 and later; what came before is written otherwise. */
const magic = 0xa5ec;
const lockedFlag = 0x0100;
/** Where the lengths of all parts stand, in characters. */
const lengthsAt = [0x4c, 0x50, 0x54, 0x5c, 0x60, 0x64, 0x68];
/** Where it stands where the list of headers begins, and how long that is. */
const headersAt = 0xf2;
/** Counted for each piece of text, beside its own length. */
const pieceCost = 8;
/** What the library makes nonsense of: control characters, two of which are hyphens. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
const nonsense = /[\u001e\u001f\u0080-\u009f]/g;
const instead: Readonly<Record<string, string>> = { '\u001e': '\u2011', '\u001f': '\u00ad' };
const between = '\n\n———\n\n';

type Streams = Pick<CompoundFile, 'read'>;

/** Headers and footers first, then the text; below it notes, remarks and boxes. @throws MetadataError */
export async function oldWordText(file: Streams): Promise<string> {
  const bytes = file.read(wordStream);
  const view = new FileView(bytes, 'little');
  if (view.u16(0) !== magic) throw malformed('it was not written by Word 97 or later');
  if ((view.u16(10) & lockedFlag) !== 0)
    throw new MetadataError('encrypted', 'read Word: it is locked with a password');
  const text = await new WordReader().extractWordDocument(file, new Bytes(bytes)).catch((error) => {
    throw error instanceof MetadataError ? error : malformed('the library does not understand it');
  });
  const asWritten = { filterUnicode: false } as const;
  return [
    text.getHeaders(asWritten),
    text.getBody(asWritten),
    text.getFootnotes(asWritten),
    text.getEndnotes(asWritten),
    text.getAnnotations(asWritten),
    text.getTextboxes(asWritten),
  ]
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .join(between);
}

/** Checks what the library takes on trust, and leaves out what it gets wrong. */
class WordReader extends WordOleExtractor<Streams> {
  protected override async documentStream(file: Streams, name: string): Promise<WordBytes> {
    return new Bytes(file.read(name));
  }

  protected override async streamBuffer(stream: WordBytes): Promise<WordBytes> {
    return stream;
  }

  /** Nobody sees them. */
  protected override writeBookmarks(): void {}

  protected override writePieces(main: WordBytes, table: WordBytes): void {
    super.writePieces(main, table);
    const said = lengthsAt.reduce((sum, at) => sum + main.readUInt32LE(at), 0);
    const held = this._pieces.reduce((sum, { length }) => sum + length, 0);
    if (said > held) throw malformed('it says to be longer than it is');
  }

  /** It would take letters that stand apart for deleted ones. So what was deleted is shown, which is told. */
  protected override writeCharacterProperties(): void {}

  /** Tells ends of rows from those of cells; where it does not understand them they are alike. */
  protected override writeParagraphProperties(main: WordBytes, table: WordBytes): void {
    const slice = (from: number, to: number): WordBytes => {
      const page = main.slice(from, to);
      assertRising(page, page.readUInt8(511) + 1);
      return page;
    };
    const pages = { readUInt32LE: (at: number) => main.readUInt32LE(at), slice } as WordBytes;
    try {
      super.writeParagraphProperties(pages, table);
    } catch (error) {
      if (!(error instanceof MetadataError)) throw error;
    }
  }

  protected override normalizeHeaders(main: WordBytes, table: WordBytes): void {
    const [from, length] = [main.readUInt32LE(headersAt), main.readUInt32LE(headersAt + 4)];
    assertRising(table.slice(from, from + length), Math.floor(length / 4));
    super.normalizeHeaders(main, table);
  }
}

/** As much of Node's Buffer as the library uses, within the borders of a stream. */
class Bytes implements WordBytes {
  readonly #bytes: Uint8Array;
  readonly #view: FileView;
  /** Of characters that may still be made of it: pieces can lie one upon the other. */
  readonly #budget: { left: number };

  constructor(bytes: Uint8Array, budget = { left: copyTextMax }) {
    this.#bytes = bytes;
    this.#view = new FileView(bytes, 'little');
    this.#budget = budget;
  }

  get length(): number {
    return this.#bytes.length;
  }

  readUInt8(at: number): number {
    return this.#view.u8(at);
  }

  readUInt16LE(at: number): number {
    return this.#view.u16(at);
  }

  readUInt32LE(at: number): number {
    return this.#view.u32(at);
  }

  slice(from: number, to: number): Bytes {
    return new Bytes(this.#bytes.subarray(from, to), this.#budget);
  }

  /** Of signs that the library makes nonsense of, others of one unit each: places are counted in units. */
  toString(encoding: 'ucs2' | 'binary'): string {
    this.#budget.left -= this.length + pieceCost;
    if (this.#budget.left < 0) throw new MetadataError('too-large', 'read Word: it says too much');
    const text = new TextDecoder(encoding === 'ucs2' ? 'utf-16le' : 'windows-1252', { ignoreBOM: true }).decode(
      this.#bytes,
    );
    return text.replace(nonsense, (sign) => instead[sign] ?? '\ufffd');
  }
}

/** Places that fall would have text be taken twice. */
function assertRising(list: WordBytes, count: number): void {
  for (let at = 1; at < count; at++) {
    if (list.readUInt32LE(4 * at) < list.readUInt32LE(4 * (at - 1))) throw malformed('its lists are in no order');
  }
}

function malformed(what: string): MetadataError {
  return new MetadataError('malformed', `read Word: ${what}`);
}
