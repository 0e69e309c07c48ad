/** One device of a desk: follows rosters, keys, log and envelopes, posts replies, and shows what people need (spec/protocol.md, sections 2 to 7). */

import { bytesToHex, hexToBytes } from '@postern/protocol/bytes/encode';
import { Reader } from '@postern/protocol/bytes/reader';
import { Writer } from '@postern/protocol/bytes/writer';
import { type Campaign, verifyCampaign } from '@postern/protocol/campaign/campaign';
import { MESSAGE_ID_BYTES, REPLY_PARTS_MAX } from '@postern/protocol/constants';
import type { EndedCount } from '@postern/protocol/desk/ended-counts';
import type { DeskReply } from '@postern/protocol/desk/state';
import type { FileDescriptor } from '@postern/protocol/files/descriptor';
import type { VerifiedRoster } from '@postern/protocol/keys/roster-chain';
import type { LogEvent } from '@postern/protocol/messages/log-event';
import { type Day, dayOf } from '@postern/protocol/time';
import type { AlertSubject } from './alerts.ts';
import { anonymousWork } from './anonymous.ts';
import type { CaseDesk } from './case-desk.ts';
import type { TeamView } from './case-view.ts';
import type { ReplyFate } from './collected.ts';
import { fileAt, summaryOf, viewOf } from './conversation-view.ts';
import { Refused, Unreachable } from './desk-server.ts';
import { eraseDue, loadNouns, type Nouns } from './engine-nouns.ts';
import { engineStatus } from './engine-status.ts';
import type { TakenEnvelopes } from './envelopes.ts';
import type { DeskIdentity } from './identity.ts';
import { takeParcels } from './parcels.ts';
import { type DeskPorts, defaultOptions, type EngineOptions } from './ports.ts';
import { piecesOf } from './reply-pieces.ts';
import { names } from './store-schema.ts';
import { type Task, Tasks, type Work } from './tasks.ts';
import { stuckAt } from './transport-keys.ts';
import { GivenUp } from './turns.ts';
import type { AlertCode, CaseFile, CaseLine, EngineStatus, ReplyProblem, ReplyRoom } from './view.ts';

/** A reply was not taken; nothing was changed. */
export class ReplyError extends Error {
  override readonly name = 'ReplyError';
  readonly code: ReplyProblem;

  constructor(code: ReplyProblem) {
    super(`write a reply: ${code}`);
    this.code = code;
  }
}

export class DeskEngine {
  /** Under the device's name. A network fault ends the round and shows in the status; what is not done is due again. */
  readonly named: Work = { tick: () => this.#tick(), nextDue: () => this.#nextNamed() };
  /** Without it: begins the one thing that is most due, and waits for no answer (RPL-8). Must have a timer of its own. */
  readonly anonymous: Work = { tick: () => this.#begin(), nextDue: () => this.#nextAnonymous() };
  readonly #tasks: Tasks;
  readonly #ports: DeskPorts;
  readonly #identity: DeskIdentity;
  readonly #options: EngineOptions;
  readonly #listeners = new Set<() => void>();
  #nouns: Nouns;
  #running: Promise<void> | null = null;
  #beginning: Promise<void> | null = null;
  /** What broke a task, until it is told. */
  #fault: unknown = null;
  #nextSync = Number.NEGATIVE_INFINITY;
  #envelopesDue = Number.NEGATIVE_INFINITY;
  #isOnline = false;
  #contactDay: Day | null = null;
  /** Something failed half way: what memory holds may be ahead of the store. */
  #isStale = false;

  private constructor(ports: DeskPorts, identity: DeskIdentity, options: EngineOptions, tasks: Tasks, nouns: Nouns) {
    this.#ports = ports;
    this.#identity = identity;
    this.#options = options;
    this.#tasks = tasks;
    this.#nouns = nouns;
    tasks.onEnd = (fault) => this.#taskEnded(fault);
  }

  /** @throws WireError, DocumentError for an identity or a store that is not of this organisation */
  static async open(
    ports: DeskPorts,
    identity: DeskIdentity,
    options: Partial<EngineOptions> = {},
  ): Promise<DeskEngine> {
    const all = { ...defaultOptions, ...options };
    const tasks = new Tasks();
    const engine = new DeskEngine(ports, identity, all, tasks, await loadNouns(ports, identity, all, tasks));
    const contact = await ports.store.get(names.contact);
    if (contact !== null) engine.#contactDay = new Reader(contact).u32();
    return engine;
  }

  /** Both kinds of work, one behind the other, for who has one timer: carries out all that is due, and begins the rest. */
  async tick(): Promise<void> {
    await this.named.tick();
    while (this.anonymous.nextDue() <= this.#ports.now()) await this.anonymous.tick();
  }

  /** Unix seconds at which `tick` has something to do. */
  nextDue(): number {
    return Math.min(this.named.nextDue(), this.anonymous.nextDue());
  }

  /** Anonymous requests that are under way. */
  get underWay(): readonly Task[] {
    return this.#tasks.alive;
  }

  /** Resolves when nothing is under way that was begun without the device's name. */
  async settled(): Promise<void> {
    while (this.underWay.length > 0) await Promise.all(this.underWay.map(({ done }) => done));
  }

  status(): EngineStatus {
    return engineStatus(this.#nouns, {
      isOnline: this.#isOnline,
      contactDay: this.#contactDay,
      today: dayOf(this.#ports.now()),
    });
  }

  /** In no particular order. The line of a case that stands as it did is the same object as before. */
  conversations(): CaseLine[] {
    return this.#nouns.lines.all();
  }

  /** @param id hex; null for one that is not known */
  async conversation(id: string): Promise<CaseFile | null> {
    const { cases, collected, log, parts } = this.#nouns;
    const conversation = log.state.conversations.get(id);
    if (!conversation || cases.isEnded(id)) return null;
    const today = dayOf(this.#ports.now());
    const fateOf = (reply: DeskReply): ReplyFate | null => collected.fateOf(id, reply, today);
    const view = await viewOf(conversation, this.#waitingReplies(), parts.keys.device, today, fateOf);
    return { ...view, work: cases.view(id) };
  }

  /** Those whose words are known; the same value until there is another one. */
  campaigns(): readonly Campaign[] {
    return this.#nouns.campaigns.all;
  }

  /** The newest that is known, in use or not. */
  newestRoster(): VerifiedRoster {
    const { rosters } = this.#nouns;
    return rosters.known[0] ?? rosters.current;
  }

  /**
   * Publishes a roster that the root key has signed, and a campaign that it lists.
   * @param film the document of the campaign's film and its pieces in their order; empty for none
   * @throws DocumentError, WireError for what is refused; Unreachable, Refused
   */
  async publishCampaign(signed: Uint8Array, payload: Uint8Array, film: readonly Uint8Array[]): Promise<VerifiedRoster> {
    const { rosters, campaigns } = this.#nouns;
    const roster = await rosters.bring(signed, dayOf(this.#ports.now()));
    await campaigns.publish(await verifyCampaign(payload, roster), film);
    this.#tell();
    return roster;
  }

  team(): TeamView {
    return this.#nouns.cases.team();
  }

  /** How many cases have ended, by week and campaign. */
  endedCounts(): readonly EndedCount[] {
    return this.#nouns.cases.endedCounts();
  }

  /** Does something to the desk's cases; it is kept when this resolves. @throws CaseError */
  async work(action: (cases: CaseDesk, day: Day) => Promise<void>): Promise<void> {
    await action(this.#nouns.cases, dayOf(this.#ports.now()));
    this.#tell();
  }

  /** @param message hex of a message or reply @returns null for a place without a file */
  async file(id: string, message: string, at: number): Promise<FileDescriptor | null> {
    const { cases, log } = this.#nouns;
    const conversation = cases.isEnded(id) ? undefined : log.state.conversations.get(id);
    return conversation ? fileAt(conversation, this.#waitingReplies(), message, at) : null;
  }

  /** How a text would fit; never throws for one that is too long. */
  async replyRoom(id: string, text: string): Promise<ReplyRoom> {
    const conversation = this.#nouns.log.state.conversations.get(id);
    const linksLeft = conversation ? summaryOf(conversation, this.#waitingReplies()).linksLeft : 0;
    if (text.trim() === '') return { pieces: 0, linksLeft, fits: false };
    const pieces = await piecesOf({ text, files: [] });
    return { pieces: pieces?.length ?? REPLY_PARTS_MAX + 1, linksLeft, fits: pieces !== null };
  }

  /**
   * Writes a reply; it is kept when this resolves, and goes out by itself.
   * @param files every chunk of which is stored already
   * @throws ReplyError
   */
  async reply(
    id: string,
    text: string,
    files: readonly FileDescriptor[] = [],
  ): Promise<{ readonly messageId: string }> {
    const { log, pending, rosters, cases } = this.#nouns;
    const team = cases.team();
    if (!rosters.isMember) throw new ReplyError('stopped');
    const conversation = log.state.conversations.get(id);
    if (!conversation || cases.isEnded(id)) throw new ReplyError('unknown-conversation');
    if (team.people.some(({ isThis, role }) => isThis && role === 'auditor')) throw new ReplyError('not-permitted');
    if (text.trim() === '' && files.length === 0) throw new ReplyError('empty');
    const pieces = await piecesOf({ text, files });
    if (pieces === null) throw new ReplyError('too-long');
    const messageId = this.#ports.random(MESSAGE_ID_BYTES);
    const day = dayOf(this.#ports.now());
    const event: LogEvent = { kind: 'reply', conversationId: hexToBytes(id), messageId, day, pieces };
    await this.#ports.store.transaction(pending.add([event]));
    this.#tell();
    return { messageId: bytesToHex(messageId) };
  }

  /** Takes envelopes that somebody has carried here; what is new is kept when this resolves. @throws WireError */
  async take(envelopes: readonly Uint8Array[]): Promise<TakenEnvelopes> {
    const taken = await this.#nouns.envelopes.take(envelopes, dayOf(this.#ports.now()));
    this.#tell();
    return taken;
  }

  /** Somebody has seen an alert; it comes back if it is still so. */
  async dismiss(code: AlertCode, subject: AlertSubject = {}): Promise<void> {
    const { alerts } = this.#nouns.parts;
    alerts.clear(code, subject);
    await this.#ports.store.transaction(alerts.takeWrites());
    this.#tell();
  }

  /** Calls back after whatever changed what can be shown. @returns ends it */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #tick(): Promise<void> {
    this.#running ??= this.#work().finally(() => {
      this.#running = null;
      this.#tell();
    });
    return this.#running;
  }

  #nextNamed(): number {
    const times = [this.#nextSync, this.#nouns.snapshots.nextTime, this.#isStale ? this.#ports.now() : null];
    return Math.min(...times.filter((time) => time !== null));
  }

  #nextAnonymous(): number {
    if (this.#fault !== null) return this.#ports.now();
    if (this.#isStale || !this.#tasks.hasRoom) return Number.POSITIVE_INFINITY;
    return anonymousWork(this.#nouns)?.at ?? Number.POSITIVE_INFINITY;
  }

  async #work(): Promise<void> {
    try {
      if (this.#isStale) await this.#reload();
      const nouns = this.#nouns;
      await nouns.parts.turns.run(() => eraseDue(nouns, dayOf(this.#ports.now())));
      if (this.#ports.now() >= this.#nextSync) await this.#sync();
      else await this.#passPieces();
      await this.#keepAlerts();
    } catch (error) {
      this.#giveUp();
      throw error;
    }
  }

  #begin(): Promise<void> {
    this.#beginning ??= this.#beginOne().finally(() => {
      this.#beginning = null;
    });
    return this.#beginning;
  }

  async #beginOne(): Promise<void> {
    const fault = this.#fault;
    this.#fault = null;
    if (fault !== null) throw fault;
    if (this.#nextAnonymous() > this.#ports.now()) return;
    const work = anonymousWork(this.#nouns);
    try {
      if (work !== null) await this.#nouns.parts.turns.run(work.begin);
      await this.#keepAlerts();
    } catch (error) {
      this.#giveUp();
      if (!(error instanceof GivenUp)) throw error;
    }
  }

  #taskEnded(fault: unknown): void {
    if (fault !== null) {
      this.#fault = fault;
      this.#giveUp();
    }
    this.#tell();
  }

  /** Nothing more is done with what memory holds: it may be ahead of the store. */
  #giveUp(): void {
    this.#isStale = true;
    void this.#nouns.parts.turns.end();
  }

  async #reload(): Promise<void> {
    await this.#nouns.parts.turns.end();
    this.#nouns = await loadNouns(this.#ports, this.#identity, this.#options, this.#tasks);
    this.#isStale = false;
  }

  async #keepAlerts(): Promise<void> {
    const writes = this.#nouns.parts.alerts.takeWrites();
    if (writes.length > 0) await this.#ports.store.transaction(writes);
  }

  /** All that waits for ticks on the device's own connection, once in each tick's time; pieces pass in between too (PAR-3). */
  async #sync(): Promise<void> {
    const now = this.#ports.now();
    const { tickSeconds } = this.#options;
    this.#nextSync = (Math.floor(now / tickSeconds) + 1) * tickSeconds;
    const day = dayOf(now);
    const { server } = this.#nouns.parts;
    try {
      await this.#steps(day, now);
      this.#isOnline = server.takeReached();
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      this.#isOnline = false;
    }
    if (!this.#isOnline || this.#contactDay === day) return;
    this.#contactDay = day;
    await this.#ports.store.set(names.contact, new Writer().u32(day).done());
  }

  async #steps(day: Day, now: number): Promise<void> {
    const { rosters, transportKeys, log, sync, dayKeys, envelopes, snapshots, posting, parts, cases } = this.#nouns;
    await this.#step(day, () => rosters.refresh(day));
    if (!rosters.isMember || rosters.current.lastDay < day) return;
    await this.#step(day, () => transportKeys.refresh(day));
    await this.#step(day, () => sync.sync(day));
    await this.#step(day, () => {
      const { position, needsSnapshot, readBefore } = log.progress;
      // Who goes on in an empty log would say that it has read nothing, and the next would go on too (LOG-11).
      const stuck = readBefore ?? (needsSnapshot ? position.length : null);
      return transportKeys.publish(day, stuck === null ? position : stuckAt(stuck));
    });
    await sync.compareHeads(day);
    await this.#step(day, () => takeParcels(parts, this.#nouns, day));
    await this.#step(day, () => dayKeys.refresh(day));
    await this.#step(day, () => dayKeys.work(day));
    if (!log.progress.needsSnapshot && (now >= this.#envelopesDue || dayKeys.hasNewDays)) {
      await this.#step(day, () => envelopes.work(day));
      this.#envelopesDue = now + this.#options.envelopeSeconds;
    }
    if (!log.progress.needsSnapshot) await this.#step(day, () => cases.work(day));
    await this.#step(day, () => sync.append(day));
    await cases.refresh();
    if (!log.progress.needsSnapshot) await this.#step(day, () => envelopes.workOnUnopened(day));
    await this.#step(day, () => posting.begin(day, this.#nouns.collected.issuers));
    // Much to send, of which some may fail: last, so that it keeps nothing else from its turn, the day's posts least of all.
    await this.#step(day, () => snapshots.send());
  }

  /** Pieces of the desk's state do not wait for ticks, neither out nor in (PAR-3). */
  async #passPieces(): Promise<void> {
    const { parts, snapshots } = this.#nouns;
    const now = this.#ports.now();
    const at = snapshots.nextTime;
    if (at === null || at > now) return;
    const day = dayOf(now);
    snapshots.look();
    try {
      await this.#step(day, () => (snapshots.isSending ? snapshots.send() : takeParcels(parts, this.#nouns, day, 1)));
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
    }
  }

  /** A refusal ends one step and not the others. */
  async #step(day: Day, work: () => Promise<void>): Promise<void> {
    const { alerts } = this.#nouns.parts;
    try {
      await work();
      alerts.clear('clock');
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (error.code === 'clock') alerts.raise('clock', day);
    }
  }

  #waitingReplies(): Extract<LogEvent, { kind: 'reply' }>[] {
    return this.#nouns.pending.events.filter((event) => event.kind === 'reply');
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
