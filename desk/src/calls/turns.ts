/** What has to be done one after the other, each by its name: of another name it waits for nothing. */
export class Turns {
  readonly #last = new Map<string, Promise<unknown>>();

  /** Does it once all of that name before it have ended, however they ended. */
  run<Done>(name: string, work: () => Promise<Done>): Promise<Done> {
    const done = (this.#last.get(name) ?? Promise.resolve()).then(work);
    const ended = done
      .catch(() => undefined)
      .then(() => {
        if (this.#last.get(name) === ended) this.#last.delete(name);
      });
    this.#last.set(name, ended);
    return done;
  }
}
