/** What changes a state takes turns: each piece of work sees what the one before has left, whole. */

/** The state is given up: what was to change it is not done. */
export class GivenUp extends Error {
  override readonly name = 'GivenUp';
}

export class Turns {
  #last: Promise<unknown> = Promise.resolve();
  #isOver = false;

  /**
   * Runs it when those before it are done. It must not wait for the network, or whoever answers there holds all others
   * up, nor ask for a turn itself. @throws GivenUp, and what it throws
   */
  run<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.#last.then(() => {
      if (this.#isOver) throw new GivenUp('take a turn: there are none any more');
      return work();
    });
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  /** Nothing begins from now on. Resolves when what has begun is done. */
  async end(): Promise<void> {
    this.#isOver = true;
    await this.#last;
  }
}
