/** Words as they are gathered from one file: so many letters, and for so long. */

import { filesTextMax } from '@postern/desk/files/copy-limits';

/** Less than the frame waits, so that what was found until then is kept. */
const readingMs = 8_000;

export class GatheredWords {
  readonly #pieces: string[] = [];
  readonly #until = performance.now() + readingMs;
  #length = 0;
  #isCut = false;
  #last = '\n';

  /** Gaps that follow each other are one. @returns false once no more is wanted */
  add(piece: string): boolean {
    if (piece.trim() === '') {
      if (this.#last === '\n') return this.#goesOn();
      return this.#put('\n');
    }
    return this.#put(piece);
  }

  /** There is more than what could be read. */
  cut(): void {
    this.#isCut = true;
  }

  done(): { readonly text: string; readonly isCut: boolean } {
    return { text: this.#pieces.join('').slice(0, filesTextMax), isCut: this.#isCut };
  }

  #put(piece: string): boolean {
    this.#pieces.push(piece);
    this.#length += piece.length;
    this.#last = piece.slice(-1);
    return this.#goesOn();
  }

  #goesOn(): boolean {
    if (this.#length <= filesTextMax && performance.now() < this.#until) return true;
    this.cut();
    return false;
  }
}
