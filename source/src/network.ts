/** One visit's traffic: documents at load, then the schedule's jobs at their times and no others (spec REQ-2, http.md 1). */
import type { Answered, Http } from './http.ts';
import { type Job, Schedule, type Terms } from './schedule.ts';
import { codeOf, type Session } from './session.ts';
import type { Event, Times, Trouble } from './state.ts';

export type Clock = {
  /** Since page load. */
  seconds(): number;
  unix(): number;
  wait(seconds: number): Promise<void>;
};

export type VisitParts = {
  readonly session: Session;
  readonly http: Http;
  readonly clock: Clock;
  readonly report: (event: Event) => void;
  /** Called whenever documents have been accepted. */
  readonly accepted: () => void;
  /** Called with whether the list of campaigns could be fetched; where there is nobody to tell, it is not [CAM-7]. */
  readonly campaigns?: (found: boolean) => void;
};

/** A request is made ready this long before its moment, so that the work it takes does not show in the time it goes. */
const prepareSeconds = 2;
const retrySeconds = 30;

const troubles: Readonly<Record<string, Trouble>> = {
  roster: 'roster',
  'roster-expired': 'expired',
  clock: 'clock',
  bundle: 'bundle',
  'index-old': 'indexOld',
  // Twice: an address and its mirror that are out of step, or a circuit that is slower than they change.
  'bundle-changed': 'stale',
  index: 'index',
};

export class Visit {
  readonly #parts: VisitParts;
  #schedule: Schedule | undefined;
  #stopped = false;
  #turn: Promise<unknown> = Promise.resolve();
  #loading: Promise<boolean> | undefined;

  constructor(parts: VisitParts) {
    this.#parts = parts;
  }

  /** Runs until `stop`. */
  async run(): Promise<void> {
    if (!(await this.#loadUntilDone())) return;
    const schedule = new Schedule(termsOf(this.#parts.session));
    this.#schedule = schedule;
    this.#reportTimes();
    while (!this.#stopped) {
      const job = schedule.next;
      const early = job.kind === 'request' ? prepareSeconds : 0;
      const wait = job.at - early - this.#parts.clock.seconds();
      if (wait > 0) await this.#parts.clock.wait(wait);
      // A timer may end early or, in a background tab, late: the order of jobs holds either way.
      else await this.#do(schedule, job);
    }
  }

  stop(): void {
    this.#stopped = true;
  }

  /** When things happen next, for the countdowns; undefined until the roster is known. */
  get times(): Times | undefined {
    const schedule = this.#schedule;
    if (schedule === undefined) return undefined;
    return {
      now: this.#parts.clock.seconds(),
      request: schedule.nextRequest,
      envelope: schedule.nextEnvelope,
      index: schedule.nextIndex,
    };
  }

  async #do(schedule: Schedule, job: Job): Promise<void> {
    if (job.kind === 'index') {
      schedule.take(this.#parts.clock.seconds());
      void this.#fetchIndex();
    } else {
      const bytes = await this.#prepare(job.moment);
      const wait = job.at - this.#parts.clock.seconds();
      if (wait > 0) await this.#parts.clock.wait(wait);
      schedule.take(this.#parts.clock.seconds());
      // Not awaited: an answer that is slow must not move the moments after it.
      if (bytes !== undefined && !this.#stopped) void this.#post(job.moment, bytes);
    }
    this.#reportTimes();
  }

  async #prepare(moment: number): Promise<Uint8Array | undefined> {
    try {
      return await this.#serially(() => this.#parts.session.request(moment, this.#parts.clock.unix()));
    } catch (error) {
      this.#reportTrouble(error);
      return undefined;
    }
  }

  async #post(moment: number, bytes: Uint8Array): Promise<void> {
    const { session, http, clock, report } = this.#parts;
    let answer: Answered | undefined;
    try {
      answer = await http.post('/request', bytes);
    } catch {
      answer = undefined;
    }
    if (this.#stopped) return;
    if (answer?.status !== 200) {
      session.failed(moment);
      report({ type: 'link', link: answer !== undefined && isBusy(answer.status) ? 'busy' : 'lost' });
      // RFC 9458, section 5.3: the key of the bundle is gone, so the documents are loaded again.
      if (answer?.status === 422) await this.#load();
    } else {
      const { body } = answer;
      try {
        await this.#serially(() => session.answered(moment, body, clock.unix()));
        report({ type: 'link', link: session.state.busy ? 'busy' : 'ok' });
      } catch {
        session.failed(moment);
        report({ type: 'link', link: 'answer' });
      }
    }
    report({ type: 'session', session: session.state });
  }

  async #fetchIndex(): Promise<void> {
    const { session, http, clock, report } = this.#parts;
    let answer: Answered;
    try {
      answer = await http.get(`/index/${session.laneToFetch}`);
    } catch {
      return;
    }
    if (this.#stopped || answer.status !== 200) return;
    try {
      const outcome = await this.#serially(() => session.loadIndex(answer.body, clock.unix()));
      if (outcome === 'bundle-changed') await this.#load();
      else this.#parts.accepted();
    } catch (error) {
      this.#reportTrouble(error);
    }
    report({ type: 'session', session: session.state });
  }

  async #loadUntilDone(): Promise<boolean> {
    while (!this.#stopped) {
      if (await this.#load()) return true;
      await this.#parts.clock.wait(retrySeconds);
    }
    return false;
  }

  /** Loads all documents; while that is under way, whoever else needs it waits for the same. */
  #load(): Promise<boolean> {
    this.#loading ??= this.#loadDocuments().finally(() => {
      this.#loading = undefined;
    });
    return this.#loading;
  }

  async #loadDocuments(): Promise<boolean> {
    const { session, report, accepted } = this.#parts;
    try {
      // Over a slow circuit the server may change its bundle between two of the answers.
      await this.#loadTogether().catch((error: unknown) => {
        if (codeOf(error) !== 'bundle-changed') throw error;
        return this.#loadTogether();
      });
    } catch (error) {
      if (this.#stopped) return false;
      this.#reportTrouble(error);
      if (this.#schedule !== undefined) void this.#loadLater();
      return false;
    }
    accepted();
    void this.#fetchCampaigns();
    report({ type: 'session', session: session.state });
    return true;
  }

  /** @throws what they are refused for: `bundle-changed` if they do not belong together */
  async #loadTogether(): Promise<void> {
    const { session, http, clock } = this.#parts;
    const paths = ['/roster', '/bundle', `/index/${session.laneToFetch}`];
    const [roster, bundle, index] = await Promise.all(paths.map((path) => http.get(path).then(wholeBody)));
    if (roster === undefined || bundle === undefined || index === undefined) throw new RangeError('three documents');
    await this.#serially(() => session.load({ roster, bundle, index }, clock.unix()));
  }

  /** By every visit alike, whichever call led to it. */
  async #fetchCampaigns(): Promise<void> {
    const { session, http, campaigns } = this.#parts;
    if (campaigns === undefined) return;
    try {
      if (session.hasCampaigns) await session.loadCampaigns(wholeBody(await http.get('/campaigns')));
      campaigns(true);
    } catch {
      campaigns(false);
    }
  }

  /** During a visit nothing else would try again soon. */
  async #loadLater(): Promise<void> {
    await this.#parts.clock.wait(retrySeconds);
    if (!this.#stopped) await this.#load();
  }

  /** The session is given one thing at a time. */
  #serially<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work, work);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  #reportTrouble(error: unknown): void {
    this.#parts.report({ type: 'trouble', kind: troubleOf(error), unixNow: this.#parts.clock.unix() });
  }

  #reportTimes(): void {
    const { times } = this;
    if (times !== undefined) this.#parts.report({ type: 'times', times });
  }
}

/** An answer without the document that was asked for. */
class StatusError extends Error {
  readonly status: number;
  readonly body: Uint8Array;

  constructor({ status, body }: Answered) {
    super(`load a document: status ${status}, wanted 200`);
    this.status = status;
    this.body = body;
  }
}

function wholeBody(answer: Answered): Uint8Array {
  if (answer.status !== 200) throw new StatusError(answer);
  return answer.body;
}

function says({ body }: StatusError, type: string): boolean {
  return new TextDecoder().decode(body.subarray(0, 200)).startsWith(`{"type":"${type}"`);
}

function isBusy(status: number): boolean {
  return status === 503 || status === 429;
}

function troubleOf(error: unknown): Trouble {
  if (error instanceof StatusError) {
    if (error.status === 404) return 'none';
    if (error.status === 504) return 'stale';
    // Said by a server that cannot do its work today (http 4); it can pretend no more by that than that it is busy.
    if (says(error, 'no-roster')) return 'expired';
    if (says(error, 'no-day-keys')) return 'closed';
    return isBusy(error.status) ? 'busy' : 'offline';
  }
  return troubles[codeOf(error) ?? ''] ?? 'offline';
}

function termsOf(session: Session): Terms {
  return { ...session.schedule, laneDepth: session.laneDepth };
}
