/** How fast a file moves and how long the rest will take, for whoever shows it. The clock is an argument, in seconds. */

/** Bytes a second, and seconds to go. */
export type PaceValue = { readonly rate: number; readonly left: number };

/** Pieces of one length come as they come: only what takes this many times as long as the ones before stands still. */
const standingPieces = 3;
/** But never less than this: a short pause says nothing. */
const standingSecondsMin = 20;

/** Measures since the last time that something went wrong, so that a pause does not spoil the estimate. */
export class Pace {
  readonly #seconds: () => number;
  #from = 0;
  #last = 0;
  #moved = 0;
  #pieces = 0;

  constructor(seconds: () => number) {
    this.#seconds = seconds;
    this.restart();
  }

  restart(): void {
    this.#from = this.#seconds();
    this.#last = this.#from;
    this.#moved = 0;
    this.#pieces = 0;
  }

  /** @param bytes of a piece that has moved */
  add(bytes: number): void {
    this.#last = this.#seconds();
    this.#moved += bytes;
    this.#pieces += 1;
  }

  /** Whether nothing has moved for so long that an estimate would be false. */
  get isStanding(): boolean {
    const usual = (this.#last - this.#from) / Math.max(1, this.#pieces);
    return this.#seconds() - this.#last > Math.max(standingSecondsMin, standingPieces * usual);
  }

  /** @param left bytes to go @returns undefined until something has moved, and while it stands */
  of(left: number): PaceValue | undefined {
    const seconds = this.#seconds() - this.#from;
    if (this.#moved === 0 || seconds <= 0 || this.isStanding) return undefined;
    const rate = this.#moved / seconds;
    return { rate, left: left / rate };
  }
}
