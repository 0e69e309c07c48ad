/** Things to do a little later, each under a name: when it is asked for again in the meantime, only the newest is done. */

interface Delayed {
  readonly timer: number;
  readonly action: () => Promise<void>;
}

export class Delays {
  readonly #run: (work: Promise<void>) => void;
  readonly #delayed = new Map<string, Delayed>();

  /** @param run takes what an action comes to */
  constructor(run: (work: Promise<void>) => void) {
    this.#run = run;
  }

  later(name: string, ms: number, action: () => Promise<void>): void {
    this.cancel(name);
    const timer = window.setTimeout(() => {
      this.#delayed.delete(name);
      this.#run(action());
    }, ms);
    this.#delayed.set(name, { timer, action });
  }

  /** Does at once what still waits. */
  now(name: string): void {
    const delayed = this.#delayed.get(name);
    if (delayed === undefined) return;
    this.cancel(name);
    this.#run(delayed.action());
  }

  cancel(name: string): void {
    window.clearTimeout(this.#delayed.get(name)?.timer);
    this.#delayed.delete(name);
  }

  cancelAll(): void {
    for (const name of this.#delayed.keys()) this.cancel(name);
  }
}
