/** The virtual clock and what is due at which time: one thing after the other, and no time passes but by jumps from one to the next. */

export interface VirtualClock {
  time: number;
  now(): number;
}

interface Entry {
  readonly at: number;
  readonly order: number;
  readonly task: () => Promise<void>;
  /** What people do: they sleep too. */
  readonly isHuman: boolean;
}

export class Agenda {
  readonly clock: VirtualClock;
  #entries: Entry[] = [];
  #order = 0;

  constructor(start: number) {
    this.clock = {
      time: start,
      now() {
        return this.time;
      },
    };
  }

  /** What is due in the past is done at once, in its order. */
  add(at: number, task: () => Promise<void>, isHuman = false): void {
    this.#insert({ at: Math.ceil(at), order: this.#order++, task, isHuman });
  }

  /** Time passes while everybody sleeps: what machines had to do meanwhile is late, what people do is put off. */
  sleep(seconds: number): void {
    this.clock.time += seconds;
    const entries = this.#entries;
    this.#entries = [];
    for (const entry of entries) this.#insert(entry.isHuman ? { ...entry, at: entry.at + seconds } : entry);
  }

  /** Does everything that is due until then, and what that makes due. @param before runs before each task */
  async runUntil(end: number, before: () => Promise<void>): Promise<void> {
    for (let next = this.#entries[0]; next !== undefined && next.at <= end; next = this.#entries[0]) {
      this.#entries.shift();
      this.clock.time = Math.max(this.clock.time, next.at);
      await before();
      await next.task();
    }
    this.clock.time = Math.max(this.clock.time, end);
    await before();
  }

  #insert(entry: Entry): void {
    const { at, order } = entry;
    const behind = this.#entries.findIndex((other) => other.at > at || (other.at === at && other.order > order));
    this.#entries.splice(behind === -1 ? this.#entries.length : behind, 0, entry);
  }
}
