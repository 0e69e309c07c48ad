/** Keeps what is typed a moment later, all of it at once, and holds on to what could not be kept. */

export interface KeepingParts {
  /** The newest, whatever that is when it is called. */
  readonly keep: () => Promise<void>;
  /** After each try. */
  readonly tell: (isKept: boolean) => void;
  readonly delayMs: number;
}

export class Keeping {
  readonly #parts: KeepingParts;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Something is not kept; what is being kept counts as kept until that fails. */
  #isOpen = false;
  /** One at a time, so that the newest is kept last. */
  #turn: Promise<void> = Promise.resolve();

  constructor(parts: KeepingParts) {
    this.#parts = parts;
  }

  /** @param started given what is begun when the time comes */
  later(started: (kept: Promise<void>) => void): void {
    this.#isOpen = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => started(this.#next()), this.#parts.delayMs);
  }

  /** What waits or has failed before, if anything has; resolves when all is kept, and rejects if it is not. */
  async now(): Promise<void> {
    clearTimeout(this.#timer);
    if (!this.#isOpen) await this.#turn;
    if (this.#isOpen) await this.#next();
  }

  #next(): Promise<void> {
    const kept = this.#turn.then(() => this.#keep());
    this.#turn = kept.catch(() => undefined);
    return kept;
  }

  async #keep(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    try {
      await this.#parts.keep();
    } catch (error) {
      this.#isOpen = true;
      this.#parts.tell(false);
      throw error;
    }
    this.#parts.tell(true);
  }
}
