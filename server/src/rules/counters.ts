/** Counts of what the server did, the only thing it ever logs [HTTP-6] (http 1). */

export const counterNames = [
  'pages',
  'documents',
  'films',
  'requests',
  'fillers',
  'envelopes',
  'replies',
  'claims',
  'collected',
  'chunks',
  'chunksFetched',
  'deviceRequests',
  'refused',
  'busy',
  'malformed',
  'notFound',
  'slow',
  'tooLarge',
  'keyGone',
  'signature',
  'clock',
  'bundles',
  'indices',
  'expiryFailed',
  'unexpected',
] as const;

export type CounterName = (typeof counterNames)[number];

/** Adds up until the day is printed. No order, time, address or content ever enters. */
export class Counters {
  readonly #counts = new Map<CounterName, number>();

  add(name: CounterName, count = 1): void {
    this.#counts.set(name, this.get(name) + count);
  }

  get(name: CounterName): number {
    return this.#counts.get(name) ?? 0;
  }

  /** One line of JSON for the day that ends, and starts again from zero. Counts of zero are left out. */
  close(day: number): string {
    const counts = counterNames.filter((name) => this.get(name) > 0).map((name) => [name, this.get(name)]);
    this.#counts.clear();
    return JSON.stringify({ day, ...Object.fromEntries(counts) });
  }
}
