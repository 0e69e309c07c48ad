/** Everything between clients and server: loses, doubles, delays and reorders by seed, and records what an observer of the wire and of the process sees. */

import type { Agenda } from './agenda.ts';
import type { Dice } from './dice.ts';
import type { ServerHost, WireAnswer, WireRequest } from './server-host.ts';
import type { Trace } from './trace.ts';

/** Probabilities for one request. */
export interface FaultRates {
  /** It never reaches the server. */
  readonly lostBefore: number;
  /** The server acts and the answer is lost. */
  readonly lostAfter: number;
  /** It arrives twice. */
  readonly doubled: number;
  /** It arrives some minutes later, behind others, when nobody waits for the answer any more. */
  readonly delayed: number;
}

export const noFaults: FaultRates = { lostBefore: 0, lostAfter: 0, doubled: 0, delayed: 0 };

/** One request as the wire and the operator's process show it. */
export interface Exchange {
  readonly at: number;
  readonly from: string;
  /** Requests with the same one can be linked by the server. */
  readonly circuit: string;
  readonly method: string;
  readonly path: string;
  readonly bytesUp: number;
  readonly status: number;
  readonly bytesDown: number;
  /** What the process did with its storage meanwhile. */
  readonly inside: readonly string[];
}

/** One request as its sender made it, whatever became of it. */
export interface Attempt {
  readonly at: number;
  readonly circuit: string;
  readonly method: string;
  readonly path: string;
  readonly bytesUp: number;
  /** The second byte of what was sent: of a device's own request, its kind. */
  readonly kind: number;
  /** Status and length of the answer, or why none came. */
  readonly outcome: string;
  /** What became of its envelope, once for each time that it arrived; that replies are collected differs by nature. */
  readonly written: readonly string[];
}

/** What the network does with a request. */
interface Fate {
  readonly kind: keyof FaultRates | 'passes';
  /** Of one that is delayed. */
  readonly seconds: number;
}

const shadowMark = '/shadow';
/** A visit of somebody who only looks, to whose requests the same happens as to those of this one. */
export const shadowOf = (circuit: string): string => circuit + shadowMark;

export interface Archived {
  readonly request: Uint8Array | null;
  readonly answer: Uint8Array;
}

/** Stands between a client and the server: may change what passes, or answer itself. */
export type Interceptor = (
  from: string,
  request: WireRequest,
  pass: (request: WireRequest) => Promise<WireAnswer>,
) => Promise<WireAnswer>;

const passing: Fate = { kind: 'passes', seconds: 0 };
const envelopesIn = (line: string): readonly string[] =>
  line.startsWith('write ') ? (line.match(/envelope \w+/g) ?? []) : [];

/** No answer came. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

export class Network {
  readonly exchanges: Exchange[] = [];
  readonly attempts: Attempt[] = [];
  /** What happened to each request of a circuit, in order. */
  readonly #fates = new Map<string, Fate[]>();
  readonly #asked = new Map<string, number>();
  /** All that ever passed, kept only if asked for. */
  readonly archive: Archived[] = [];
  faults: FaultRates = noFaults;
  /** For how many seconds the server holds back what it answers to this one. */
  holds: (from: string, circuit: string) => number = () => 0;
  /** How many answers are held back on each circuit. */
  readonly held = new Map<string, number>();
  /** What becomes of an answer is done before time goes on, by the name of who gets it. */
  readonly onRelease = new Map<string, () => Promise<void>>();
  readonly #onHold = new Set<() => void>();
  keepsArchive = false;
  interceptor: Interceptor | null = null;
  /** Faults that happened. */
  readonly counts = { lostBefore: 0, lostAfter: 0, doubled: 0, delayed: 0, down: 0 };
  readonly #host: ServerHost;
  readonly #agenda: Agenda;
  readonly #dice: Dice;
  readonly #trace: Trace;

  constructor(host: ServerHost, agenda: Agenda, dice: Dice, trace: Trace) {
    this.#host = host;
    this.#agenda = agenda;
    this.#dice = dice;
    this.#trace = trace;
  }

  /** @throws NoAnswer */
  async call(from: string, circuit: string, request: WireRequest): Promise<WireAnswer> {
    const at = this.#agenda.clock.time;
    const before = this.exchanges.length;
    let outcome = 'no server';
    try {
      const answer = await this.#meet(this.#fateOf(circuit), from, circuit, request);
      await this.#hold(this.holds(from, circuit), from, circuit);
      outcome = `${answer.status} ${answer.body.length}`;
      return answer;
    } catch (error) {
      if (error instanceof NoAnswer) outcome = error.message;
      throw error;
    } finally {
      const { method, path, body } = request;
      const written = this.exchanges.slice(before).flatMap(({ inside }) => inside.flatMap(envelopesIn));
      const [bytesUp, kind] = [body?.length ?? 0, body?.[1] ?? 0];
      this.attempts.push({ at, circuit, method, path, bytesUp, kind, outcome, written });
    }
  }

  /** Resolves when one of these ends, or an answer begins to be held back. */
  async untilHold(ends: readonly Promise<void>[]): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#onHold.add(resolve);
    await Promise.race([promise, ...ends]);
    this.#onHold.delete(resolve);
  }

  async #hold(seconds: number, from: string, circuit: string): Promise<void> {
    if (seconds === 0) return;
    await new Promise<void>((resolve) => {
      this.#agenda.add(this.#agenda.clock.time + seconds, async () => {
        this.held.set(circuit, (this.held.get(circuit) ?? 0) - 1);
        resolve();
        await this.onRelease.get(from)?.();
      });
      this.held.set(circuit, (this.held.get(circuit) ?? 0) + 1);
      for (const tell of this.#onHold) tell();
    });
  }

  /** The same for a visit and its shadow, whichever of the two comes first. */
  #fateOf(circuit: string): Fate {
    const at = this.#asked.get(circuit) ?? 0;
    this.#asked.set(circuit, at + 1);
    const shared = circuit.endsWith(shadowMark) ? circuit.slice(0, -shadowMark.length) : circuit;
    const fates = this.#fates.get(shared) ?? [];
    this.#fates.set(shared, fates);
    fates[at] ??= this.#drawFate();
    return fates[at];
  }

  #drawFate(): Fate {
    const dice = this.#dice.below(1_000_000) / 1_000_000;
    const { lostBefore, lostAfter, doubled, delayed } = this.faults;
    if (dice < lostBefore) return { kind: 'lostBefore', seconds: 0 };
    if (dice < lostBefore + delayed) return { kind: 'delayed', seconds: this.#dice.between(30, 3_000) };
    if (dice < lostBefore + delayed + lostAfter) return { kind: 'lostAfter', seconds: 0 };
    return dice < lostBefore + delayed + lostAfter + doubled ? { kind: 'doubled', seconds: 0 } : passing;
  }

  async #meet({ kind, seconds }: Fate, from: string, circuit: string, request: WireRequest): Promise<WireAnswer> {
    if (kind === 'lostBefore') return this.#lose(kind, from, request);
    if (kind === 'delayed') {
      this.#agenda.add(this.#agenda.clock.time + seconds, () => this.#deliverLate(from, circuit, request));
      return this.#lose(kind, from, request);
    }
    const answer = await this.#pass(from, circuit, request);
    if (kind === 'lostAfter') return this.#lose(kind, from, request);
    if (kind === 'doubled') {
      this.counts.doubled += 1;
      await this.#pass(from, circuit, request).catch(() => undefined);
    }
    return answer;
  }

  #lose(how: 'lostBefore' | 'lostAfter' | 'delayed', from: string, request: WireRequest): never {
    this.counts[how] += 1;
    this.#trace.note(this.#agenda.clock.time, from, `${request.method} ${request.path} ${how}`);
    throw new NoAnswer(how);
  }

  async #deliverLate(from: string, circuit: string, request: WireRequest): Promise<void> {
    await this.#pass(from, circuit, request).catch(() => undefined);
  }

  async #pass(from: string, circuit: string, request: WireRequest): Promise<WireAnswer> {
    const send = (changed: WireRequest): Promise<WireAnswer> => this.#send(from, circuit, changed);
    return this.interceptor === null ? send(request) : this.interceptor(from, request, send);
  }

  async #send(from: string, circuit: string, request: WireRequest): Promise<WireAnswer> {
    const at = this.#agenda.clock.time;
    const { method, path, body } = request;
    // One that is killed by a request may have done what it asks; one that is down has not.
    const how = this.#host.isDown ? 'no server' : 'server killed';
    this.#host.takeSeen();
    let answer: WireAnswer;
    try {
      answer = await this.#host.send(request);
    } catch {
      this.counts.down += 1;
      this.#trace.note(at, from, `${method} ${path} ${how}`);
      throw new NoAnswer(how);
    }
    const bytesUp = body?.length ?? 0;
    const bytesDown = answer.body.length;
    this.#trace.note(at, from, `${method} ${path} ${bytesUp} -> ${answer.status} ${bytesDown}`);
    const inside = this.#host.takeSeen();
    this.exchanges.push({ at, from, circuit, method, path, bytesUp, status: answer.status, bytesDown, inside });
    if (this.keepsArchive) this.archive.push({ request: body, answer: answer.body });
    return answer;
  }
}
