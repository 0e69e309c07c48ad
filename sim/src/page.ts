/** One visit with the page: the real session on the page's real schedule, driven by the virtual clock. */

import { hexToBytes } from '@postern/protocol/bytes/encode';
import { SourceSession } from '@postern/protocol/source';
import { type Job, Schedule } from '@postern/source/schedule';
import type { Agenda } from './agenda.ts';
import type { Dice } from './dice.ts';
import type { Ledger, ReadReply, SentMessage } from './ledger.ts';
import type { Network } from './network.ts';
import { type Person, wordList } from './person.ts';
import type { WireAnswer } from './server-host.ts';
import type { Trace } from './trace.ts';

/** What somebody does while the page is open; times in seconds from page load. */
export interface VisitPlan {
  readonly id: string;
  readonly person: Person;
  readonly at: number;
  readonly stay: number;
  /** When the phrase is made or typed; null for somebody who only looks. */
  readonly entersAt: number | null;
  readonly writes: readonly { readonly at: number; readonly desk: number; readonly text: string }[];
}

export interface PageParts {
  readonly agenda: Agenda;
  readonly network: Network;
  readonly trace: Trace;
  readonly dice: Dice;
  readonly ledger: Ledger;
  readonly fingerprint: Uint8Array;
  readonly envelopeEvery: number;
}

const retrySeconds = 30;

export class PageVisit {
  readonly plan: VisitPlan;
  readonly session: SourceSession;
  /** Whether all three documents were ever accepted. */
  isLoaded = false;
  readonly #parts: PageParts;
  readonly #openedAt: number;
  #schedule: Schedule | null = null;
  #hasEntered = false;
  #written = 0;
  #retryAt: number | null = null;
  readonly #messages: { readonly id: string; readonly sent: SentMessage }[] = [];
  readonly #shown = new Map<string, ReadReply>();
  /** Replies whose acknowledgements wait, one entry for each part, in order. */
  readonly #acknowledging: ReadReply[] = [];
  #isOver = false;

  constructor(plan: VisitPlan, parts: PageParts) {
    this.plan = plan;
    this.#parts = parts;
    this.#openedAt = parts.agenda.clock.time;
    this.session = new SourceSession({ fingerprint: parts.fingerprint, random: parts.dice.random });
  }

  /** Opens the page; the rest happens by the agenda, until its time is over. */
  async open(): Promise<void> {
    this.#parts.trace.note(this.#openedAt, this.plan.person.name, `opens ${this.plan.id}`);
    if (!(await this.#load())) this.#retryAt = this.#openedAt + retrySeconds;
    this.#planNext();
  }

  get #now(): number {
    return this.#parts.agenda.clock.time;
  }

  get #seconds(): number {
    return this.#now - this.#openedAt;
  }

  #planNext(): void {
    const { plan } = this;
    const times = [plan.stay, ...this.#ownTimes(), ...this.#pageTimes()];
    this.#parts.agenda.add(this.#openedAt + Math.min(...times), () => this.#step());
  }

  /** What the person does next. */
  #ownTimes(): number[] {
    const { entersAt, writes } = this.plan;
    if (!this.isLoaded || entersAt === null) return [];
    if (!this.#hasEntered) return [entersAt];
    const next = writes[this.#written];
    return next === undefined ? [] : [next.at];
  }

  #pageTimes(): number[] {
    const retry = this.#retryAt === null ? [] : [this.#retryAt - this.#openedAt];
    return this.#schedule === null ? retry : [...retry, this.#schedule.next.at];
  }

  async #step(): Promise<void> {
    if (this.#isOver) return;
    if (this.#seconds >= this.plan.stay) return this.#close();
    if (this.#retryAt !== null && this.#now >= this.#retryAt) {
      this.#retryAt = null;
      if (!(await this.#load()) && this.#schedule === null) this.#retryAt = this.#now + retrySeconds;
    }
    const own = this.#ownTimes()[0];
    if (own !== undefined && own <= this.#seconds) await this.#act();
    if (this.#schedule !== null && this.#schedule.next.at <= this.#seconds)
      await this.#do(this.#schedule.take(this.#seconds));
    this.#planNext();
  }

  #close(): void {
    this.#isOver = true;
    const { ledger, trace } = this.#parts;
    const { missing, answers } = this.session.state;
    for (const { deskId: desk, number } of missing) {
      const sealedOn = Math.max(...answers.filter(({ deskId }) => deskId === desk).map(({ day }) => day));
      ledger.missing.push({ source: this.plan.person.name, desk, number, sealedOn });
    }
    trace.note(this.#now, this.plan.person.name, `closes ${this.plan.id}`);
    this.session.forget();
  }

  async #act(): Promise<void> {
    const { person, writes } = this.plan;
    if (!this.#hasEntered) {
      this.#hasEntered = true;
      const list = await wordList();
      if (person.words === null) person.words = (await this.session.newPhrase(list)).join(' ');
      else await this.session.enterPhrase(person.words, [list]);
      return;
    }
    const next = writes[this.#written++];
    if (next === undefined) return;
    const desk = this.session.desks[next.desk];
    if (desk === undefined) throw new Error(`write to desk ${next.desk}: there are ${this.session.desks.length}`);
    const { id } = await this.session.send({ deskId: desk.id, text: next.text, language: 'en' });
    const parts = this.session.state.outbox.find((message) => message.id === id)?.parts ?? 0;
    const { fingerprint, ledger } = this.#parts;
    const conversation = await person.conversation(fingerprint, hexToBytes(desk.id));
    const head = { source: person.name, desk: desk.id, conversation, text: next.text };
    const sent: SentMessage = { ...head, sentAt: this.#now, parts, stored: 0, storedAt: 0 };
    ledger.sent.push(sent);
    this.#messages.push({ id, sent });
  }

  async #do(job: Job): Promise<void> {
    if (job.kind === 'index') return this.#fetchIndex();
    const { session } = this;
    const bytes = await session.request(job.moment, this.#now);
    const headers = { 'content-type': 'message/ohttp-req' };
    const answer = await this.#call({ method: 'POST', path: '/request', headers, body: bytes });
    if (answer?.status !== 200) {
      session.failed(job.moment);
      if (answer?.status === 422) await this.#load();
      return;
    }
    try {
      await session.answered(job.moment, answer.body, this.#now);
    } catch (error) {
      session.failed(job.moment);
      this.#note(error);
      return;
    }
    if (session.state.unacknowledged === 0) {
      for (const reply of this.#acknowledging.splice(0)) reply.acknowledgedAt = this.#now;
    }
    this.#look();
  }

  /** What is new on the screen. */
  #look(): void {
    for (const { id, sent } of this.#messages) {
      const stored = this.session.state.outbox.find((message) => message.id === id)?.stored ?? 0;
      if (stored > sent.stored) sent.storedAt = this.#now;
      sent.stored = stored;
    }
    for (const answer of this.session.state.answers) {
      if (answer.text === null || this.#shown.has(answer.id)) continue;
      const { deskId: desk, number, parts, text } = answer;
      const head = { source: this.plan.person.name, visit: this.plan.id, desk, number, parts, text };
      const read: ReadReply = { ...head, at: this.#now, acknowledgedAt: null };
      this.#shown.set(answer.id, read);
      this.#parts.ledger.read.push(read);
      this.session.shown(answer.id);
      this.#acknowledging.push(read);
    }
  }

  async #fetchIndex(): Promise<void> {
    const answer = await this.#get(`/index/${this.session.laneToFetch}`);
    if (answer === null) return;
    try {
      if ((await this.session.loadIndex(answer, this.#now)) === 'bundle-changed') await this.#load();
    } catch (error) {
      this.#note(error);
    }
  }

  async #load(): Promise<boolean> {
    const roster = await this.#get('/roster');
    const bundle = await this.#get('/bundle');
    const index = await this.#get(`/index/${this.session.laneToFetch}`);
    try {
      if (roster === null || bundle === null || index === null) throw new Error('documents are missing');
      await this.session.load({ roster, bundle, index }, this.#now);
    } catch (error) {
      this.#note(error);
      if (this.#schedule !== null) this.#retryAt = this.#now + retrySeconds;
      return false;
    }
    this.isLoaded = true;
    const { moments, thenEvery, epochSeconds } = this.session.schedule;
    const { envelopeEvery } = this.#parts;
    this.#schedule ??= new Schedule({
      moments,
      thenEvery,
      envelopeEvery,
      epochSeconds,
      laneDepth: this.session.laneDepth,
    });
    return true;
  }

  #note(error: unknown): void {
    const code = (error as { code?: unknown }).code;
    if (typeof code !== 'string') {
      if ((error as Error).message === 'documents are missing') return;
      throw error;
    }
    this.#parts.ledger.troubles.push({ visit: this.plan.id, code, at: this.#now });
    this.#parts.trace.note(this.#now, this.plan.person.name, `trouble ${code}`);
  }

  async #get(path: string): Promise<Uint8Array | null> {
    const answer = await this.#call({ method: 'GET', path, headers: {}, body: null });
    return answer?.status === 200 ? answer.body : null;
  }

  async #call(request: Parameters<Network['call']>[2]): Promise<WireAnswer | null> {
    try {
      return await this.#parts.network.call(this.plan.person.name, this.plan.id, request);
    } catch {
      return null;
    }
  }
}
