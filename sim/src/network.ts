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

/** No answer came. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

export class Network {
  readonly exchanges: Exchange[] = [];
  /** All that ever passed, kept only if asked for. */
  readonly archive: Archived[] = [];
  faults: FaultRates = noFaults;
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
    const dice = this.#dice.below(1_000_000) / 1_000_000;
    const { lostBefore, lostAfter, doubled, delayed } = this.faults;
    if (dice < lostBefore) return this.#lose('lostBefore', from, request);
    if (dice < lostBefore + delayed) {
      this.#agenda.add(this.#agenda.clock.time + this.#dice.between(30, 3_000), () =>
        this.#deliverLate(from, circuit, request),
      );
      return this.#lose('delayed', from, request);
    }
    const answer = await this.#pass(from, circuit, request);
    if (dice < lostBefore + delayed + lostAfter) return this.#lose('lostAfter', from, request);
    if (dice < lostBefore + delayed + lostAfter + doubled) {
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
    this.#host.takeSeen();
    let answer: WireAnswer;
    try {
      answer = await this.#host.send(request);
    } catch {
      this.counts.down += 1;
      this.#trace.note(at, from, `${method} ${path} no server`);
      throw new NoAnswer('no server');
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
