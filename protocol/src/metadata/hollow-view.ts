/** A view of a file of which some parts were never read. */

import { FileView } from './file-view.ts';
import { MetadataError } from './report.ts';
import { indexAt, readBytesMax, readSlice, type SlicedFile } from './sliced-file.ts';

/** Every reach into what was not read is a MetadataError, as one beyond the end is. */
export class HollowView extends FileView {
  readonly #file: SlicedFile;
  readonly #starts: number[] = [];
  readonly #parts: Uint8Array[] = [];
  #loaded = 0;
  #last = 0;

  constructor(file: SlicedFile) {
    super(new Uint8Array(0));
    this.#file = file;
  }

  override get length(): number {
    return this.#file.size;
  }

  /** Reads a part that begins where the one before it does, whose place it takes, or behind that. @throws MetadataError for more than a page's memory should hold */
  async load(from: number, to: number): Promise<void> {
    if (this.#starts.at(-1) === from) {
      this.#starts.pop();
      this.#loaded -= this.#parts.pop()?.length ?? 0;
    }
    this.#loaded += to - from;
    if (this.#loaded > readBytesMax) throw new MetadataError('too-large', `read a file: ${this.#loaded} bytes of it`);
    const part = await readSlice(this.#file, from, to);
    this.#starts.push(from);
    this.#parts.push(part);
  }

  override bytes(from: number, to: number = this.length): Uint8Array {
    this.checkRange(from, to);
    const found = this.#within(this.#last, from, to) ?? this.#within(indexAt(this.#starts, from), from, to);
    if (found === undefined)
      throw new MetadataError('malformed', 'read bytes: nobody looks into that part of the file');
    return found;
  }

  #within(index: number, from: number, to: number): Uint8Array | undefined {
    const [start, part] = [this.#starts[index], this.#parts[index]];
    if (start === undefined || part === undefined || from < start || to > start + part.length) return undefined;
    this.#last = index;
    return part.subarray(from - start, to - start);
  }
}
