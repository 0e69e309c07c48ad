/** Where the objects of a PDF stand: its tables, the newest first, in each of their forms (ISO 32000-1, 7.5.4 and 7.5.8). */

import type { FileView } from './file-view.ts';
import { malformedPdf, type PdfTokens } from './pdf-values.ts';
import { MetadataError } from './report.ts';

/** In the file, as one of those packed in a stream, or removed. */
export type PdfPlace = { readonly at: number } | { readonly within: number; readonly index: number } | 'free';

const objectsMax = 1_000_000;

/** Of each object the place that was told of first, and so in the newest table. */
export class PdfPlaces {
  readonly #places = new Map<number, PdfPlace>();
  readonly #keep: (values: number) => void;
  #told = 0;

  /** @param keep told of each that is held */
  constructor(keep: (values: number) => void) {
    this.#keep = keep;
  }

  add(number: number, place: PdfPlace): void {
    this.#told += 1;
    if (this.#told > objectsMax) throw new MetadataError('too-large', `read PDF: over ${objectsMax} objects`);
    if (this.#places.has(number)) return;
    this.#keep(1);
    this.#places.set(number, place);
  }

  of(number: number): Exclude<PdfPlace, 'free'> | undefined {
    const place = this.#places.get(number);
    return place === 'free' ? undefined : place;
  }

  /** Of all that were not removed. */
  *all(): Iterable<readonly [number: number, place: Exclude<PdfPlace, 'free'>]> {
    for (const [number, place] of this.#places) if (place !== 'free') yield [number, place];
  }

  /** The streams in which objects are packed. */
  get containers(): ReadonlySet<number> {
    const containers = new Set<number>();
    for (const [, place] of this.all()) if ('within' in place) containers.add(place.within);
    return containers;
  }
}

/** A table in words, up to its trailer. @returns what is free, which what a table in a stream beside it adds goes before */
export function addTable(tokens: PdfTokens, places: PdfPlaces): readonly number[] {
  const free: number[] = [];
  for (;;) {
    const [first, count] = [tokens.integer(), tokens.integer()];
    if (first === undefined || count === undefined) return free;
    for (let number = first; number < first + count; number++) {
      const [at, generation] = [tokens.integer(), tokens.integer()];
      if (at === undefined || generation === undefined) throw malformedPdf('an entry of a table is none');
      if (tokens.word('n')) places.add(number, { at });
      else if (tokens.word('f')) free.push(number);
      else throw malformedPdf('an entry of a table is none');
    }
  }
}

/** @param widths of the three columns, in bytes @param ranges first number and count, as often as there are ranges */
export function addPackedTable(
  table: FileView,
  [kindBytes = 0, firstBytes = 0, secondBytes = 0]: readonly number[],
  ranges: readonly number[],
  places: PdfPlaces,
): void {
  let at = 0;
  const column = (bytes: number, otherwise = 0): number => {
    if (bytes > 6) throw malformedPdf('a table has too wide columns');
    let value = bytes === 0 ? otherwise : 0;
    for (const end = at + bytes; at < end; at++) value = 256 * value + table.u8(at);
    return value;
  };
  for (let range = 0; range < ranges.length; range += 2) {
    const [first = 0, count = 0] = ranges.slice(range, range + 2);
    for (let number = first; number < first + count; number++) {
      const kind = column(kindBytes, 1);
      const [one, two] = [column(firstBytes), column(secondBytes)];
      if (kind === 1) places.add(number, { at: one });
      else places.add(number, kind === 2 ? { within: one, index: two } : 'free');
    }
  }
}
