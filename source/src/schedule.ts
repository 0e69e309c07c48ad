/** When the page sends and fetches: fixed times from page load, whatever the person does (spec/protocol.md REQ-2). */

/** All in seconds from page load. */
export type Terms = {
  readonly moments: readonly number[];
  readonly thenEvery: number;
  readonly envelopeEvery: number;
  readonly epochSeconds: number;
  readonly laneDepth: number;
};

export type Job =
  | { readonly kind: 'request'; readonly moment: number; readonly at: number }
  | { readonly kind: 'index'; readonly at: number };

/** With more than one lane the own lane's index is needed soon, so every page fetches one at these times. */
const earlyIndexSeconds = [60, 120, 300];
/** Between requests that are late: a page that slept catches up in order, without skipping and without a burst. */
const catchUpSeconds = 1;

/** The time of a moment, counted from 0. */
function momentAt(terms: Terms, moment: number): number {
  const listed = terms.moments[moment];
  if (listed !== undefined) return listed;
  return (terms.moments.at(-1) ?? 0) + terms.thenEvery * (moment - terms.moments.length + 1);
}

/** The time of an index fetch after the one at page load, counted from 0: one in each epoch (IDX-5). */
function indexAt(terms: Terms, count: number): number {
  const early = terms.laneDepth > 0 ? earlyIndexSeconds.filter((at) => at < terms.epochSeconds) : [];
  return early[count] ?? terms.epochSeconds * (count - early.length + 1);
}

/** Gives the jobs one after another; holds no clock and does nothing itself. */
export class Schedule {
  readonly #terms: Terms;
  #moment = 0;
  #index = 0;
  #lastRequest = Number.NEGATIVE_INFINITY;

  constructor(terms: Terms) {
    this.#terms = terms;
  }

  /** The job that comes next and when it may run: at its time, or when it is late, as soon as its turn comes. */
  get next(): Job {
    const moment = momentAt(this.#terms, this.#moment);
    const index = indexAt(this.#terms, this.#index);
    if (index < moment) return { kind: 'index', at: index };
    return { kind: 'request', moment: this.#moment, at: Math.max(moment, this.#lastRequest + catchUpSeconds) };
  }

  /** Takes the next job, which runs at `now`. */
  take(now: number): Job {
    const job = this.next;
    if (job.kind === 'index') {
      this.#index += 1;
    } else {
      this.#moment += 1;
      this.#lastRequest = Math.max(now, job.at);
    }
    return job;
  }

  /** When the next request goes out, and the next that carries an envelope. */
  get nextRequest(): number {
    return momentAt(this.#terms, this.#moment);
  }

  get nextEnvelope(): number {
    const every = Math.max(1, this.#terms.envelopeEvery);
    return momentAt(this.#terms, Math.ceil(this.#moment / every) * every);
  }

  get nextIndex(): number {
    return indexAt(this.#terms, this.#index);
  }
}
