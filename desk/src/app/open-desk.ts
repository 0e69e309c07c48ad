/** A desk whose keystore is open: engine, store, network and what the page is told of them. */

import { join } from 'node:path';
import type { Secret } from '@postern/protocol/bytes/secret';
import { nativeRecipient } from '@postern/protocol/primitives/hpke-native';
import type { Random } from '@postern/protocol/primitives/random';
import { dayOf } from '@postern/protocol/time';
import { CallDesk } from '../calls/call-desk.ts';
import type { CallWorkshop } from '../calls/workshop.ts';
import { caseProblems } from '../engine/case-view.ts';
import { type CaseLine, replyProblems } from '../engine/view.ts';
import type { ExportOrder } from '../export/export-cases.ts';
import { DeskFiles, defaultDelaySeconds } from '../files/desk-files.ts';
import type { Answers, Calls, Change, FilePlace, Preferences } from './api.ts';
import { AttachDesk } from './attach-desk.ts';
import { readCarried } from './carried-lines.ts';
import { type CaseAnswer, type CaseCallName, type CaseCalls, caseAction } from './case-calls.ts';
import { CaseFiles } from './case-files.ts';
import { type RunningEngine, runEngine, type Timer } from './engine-loop.ts';
import type { Engine, OpenEngine } from './engine-port.ts';
import { exportFromDesk } from './export-desk.ts';
import { Inbox } from './inbox.ts';
import { caseIdsIn } from './inbox-rows.ts';
import { type Enrolment, eraseKeystore, type Keystore } from './keystore.ts';
import { writtenLanguage } from './language.ts';
import { LanguageData } from './language-data.ts';
import { PageRecords } from './page-records.ts';
import { SealedStore } from './sealed-store.ts';
import type { Found } from './search-index.ts';
import type { Seen } from './seen.ts';
import type { SocksProxy } from './socks-agent.ts';
import { countWeeks } from './statistics.ts';
import { createTransport, type Transport } from './transport.ts';
import { turn } from './turn.ts';

export interface OpenDeskOptions {
  readonly storeFile: string;
  /** The device's folder. */
  readonly folder: string;
  /** In place of the usual delay before a file is moved. */
  readonly fileDelaySeconds: readonly [number, number] | null;
  readonly workshop: CallWorkshop | null;
  readonly socks: SocksProxy | null;
  /** In place of the enrolment's. */
  readonly server: string | null;
  readonly now: () => number;
  readonly random: Random;
  readonly timer: Timer;
  readonly openEngine: OpenEngine;
  readonly send: (change: Change) => void;
  /** Told how many of the device's cases have been read, while the desk is opened. */
  readonly onReading: (read: number, all: number) => void;
}

type EnrolledKeystore = Keystore & { readonly enrolment: Enrolment };

/** Changes that come together are told together. */
const gatherMs = 120;
/** Between two looks at a file that moves. */
const watchMs = 5_000;
/** Cases of a change that are read again for the search before it is answered. */
const readAtOnceMax = 40;

export class OpenDesk {
  readonly files: CaseFiles;
  readonly #options: OpenDeskOptions;
  readonly #keystore: Keystore;
  readonly #store: SealedStore;
  readonly #transport: Transport;
  readonly #engine: Engine;
  readonly #records: PageRecords;
  readonly #files: DeskFiles;
  readonly attaching: AttachDesk;
  /** Known ones, and those that are written here. */
  readonly calls: CallDesk;
  /** For text in pictures. */
  readonly languages: LanguageData;
  readonly #inbox: Inbox;
  readonly #running: RunningEngine;
  readonly #unlisten: () => void;
  #gathering: { cancel(): void } | null = null;
  #telling: { cancel(): void } | null = null;
  #watching: { cancel(): void } | null = null;
  #isClosed = false;

  private constructor(options: OpenDeskOptions, keystore: Keystore, parts: Parts) {
    this.#options = options;
    this.#keystore = keystore;
    this.#store = parts.store;
    this.#transport = parts.transport;
    this.#engine = parts.engine;
    this.#records = parts.records;
    this.#files = parts.files;
    this.calls = new CallDesk({ ...options, ...parts });
    this.languages = new LanguageData(join(options.folder, 'tessdata'));
    // What was just recognised or read is found at once.
    this.files = new CaseFiles({ ...options, ...parts, onTexts: (id) => this.#inbox.read([id]) });
    this.attaching = new AttachDesk({
      attachments: parts.files.attachments,
      isHere: (id) => this.#inbox.rows.has(id),
      onChange: () => {
        this.filesChanged();
        // The inbox says which cases have some.
        this.#gather();
      },
    });
    const forget = async (id: string): Promise<void> => {
      await parts.records.forget(id);
      await this.files.forget(id);
    };
    this.#inbox = new Inbox({
      ...{ ...parts, forget, calls: () => this.calls.known, onFound: () => this.#gather() },
      hasFiles: (id) => parts.files.attachments.has(id),
      textsOf: (id, view) => this.files.texts(id, view),
    });
    this.#unlisten = parts.engine.onChange(() => this.#gather());
    this.#running = runEngine(parts.engine, options.now, options.timer, () => this.#gather());
    this.#tellInbox();
  }

  /** Takes the keystore over and erases it when it fails or is closed. */
  static async open(options: OpenDeskOptions, keystore: EnrolledKeystore): Promise<OpenDesk> {
    const opened: { store?: SealedStore; transport?: Transport; desk?: OpenDesk } = {};
    try {
      const { enrolment } = keystore;
      const { random, now, socks } = options;
      opened.transport = createTransport({ server: options.server ?? enrolment.server, socks, random });
      opened.store = await SealedStore.open(options.storeFile, keystore.storeKey, random);
      const { store, transport } = opened;
      const records = await PageRecords.load(store);
      const given = { now, random, recipient: nativeRecipient, onReading: options.onReading, pause: turn };
      const ports = { ...transport, ...given, store };
      const engine = await options.openEngine(ports, identityOf(keystore.deviceSeed, enrolment));
      const files = await DeskFiles.open({
        folder: options.folder,
        ports: transport,
        fingerprint: enrolment.fingerprint,
        random,
        store,
        day: () => dayOf(now()),
        delaySeconds: options.fileDelaySeconds ?? defaultDelaySeconds,
        onChange: () => opened.desk?.filesChanged(),
      });
      opened.desk = new OpenDesk(options, keystore, { store, transport, engine, records, files });
      const here = engine.conversations().map(({ id }) => id);
      await records.forgetAllBut(here);
      await opened.desk.files.forgetAllBut(here);
      await files.attachments.goOn((id) => filesSent(engine, id));
      return opened.desk;
    } catch (error) {
      opened.transport?.close();
      await opened.store?.close();
      eraseKeystore(keystore);
      throw error;
    }
  }

  /** Stops everything, then erases the keys. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#gathering?.cancel();
    this.#unlisten();
    this.#transport.close();
    await this.#running.stop();
    this.#telling?.cancel();
    this.#watching?.cancel();
    await this.files.close();
    await this.#files.close();
    await this.#inbox.close();
    await this.#store.close();
    eraseKeystore(this.#keystore);
  }

  /** Everything that a page needs to begin with. */
  whole(): Change[] {
    return [
      { kind: 'preferences', preferences: this.#records.preferences },
      this.#status(),
      { kind: 'inbox', isWhole: true, rows: [...this.#inbox.rows.values()], gone: [] },
      this.#fileChange(),
      { kind: 'calls', calls: this.calls.known },
    ];
  }

  async conversation(id: string): Promise<Answers['conversation']> {
    const view = await this.#engine.conversation(id);
    const [draft, about] = await Promise.all([this.#records.draft(id), this.files.about(id)]);
    if (view === null) return { view, draft, ...about, seen: this.#records.seen(id) };
    await this.files.kept.note(id, await this.#files.look(view));
    const messages = view.messages.map((message) => ({ ...message, language: writtenLanguage(message) }));
    return { view: { ...view, messages }, draft, ...about, seen: this.#records.seen(id) };
  }

  async room(id: string, text: string): Promise<Answers['room']> {
    return { room: this.#inbox.rows.has(id) ? await this.#engine.replyRoom(id, text) : null };
  }

  async reply(id: string, text: string, attachments: readonly string[]): Promise<Answers['reply']> {
    const files = this.#files.attachments.ready(id, attachments);
    if (files === null) return { problem: 'files' };
    try {
      // Before: a case that ends takes its files with it, also if nobody opens it again.
      await this.files.kept.note(id, attachments);
      const { messageId } = await this.#engine.reply(id, text, files);
      // It is taken: nothing that fails from here on may say otherwise, or it would be sent twice.
      await Promise.allSettled([this.#records.setDraft(id, ''), this.#files.attachments.sent(attachments)]);
      this.filesChanged();
      this.#gather();
      return { messageId };
    } catch (error) {
      const problem = replyProblems.find((known) => known === (error as { code?: unknown }).code);
      if (problem === undefined) throw error;
      return { problem };
    }
  }

  /** Tells the page, not more often than it can show. */
  filesChanged(): void {
    if (this.#isClosed) return;
    this.#telling ??= this.#options.timer.after(gatherMs, () => {
      this.#telling = null;
      this.#watching?.cancel();
      this.#watching = null;
      this.#options.send(this.#fileChange());
      this.#inbox.readAgain(this.files.arrived());
      // What stands still does not say so by itself.
      if (this.#files.transfers().some(({ state }) => state === 'moving'))
        this.#watching = this.#options.timer.after(watchMs, () => this.filesChanged());
    });
  }

  #fileChange(): Change {
    return { kind: 'files', transfers: this.#files.transfers(), attachments: this.#files.attachments.list() };
  }

  async setDraft(id: string, text: string): Promise<void> {
    if (!this.#inbox.rows.has(id)) return;
    await this.#records.setDraft(id, text);
    this.#gather();
  }

  /** A note for the team that was begun. */
  note(id: string): Promise<string> {
    return this.#records.note(id);
  }

  async setNote(id: string, text: string): Promise<void> {
    if (this.#inbox.rows.has(id)) await this.#records.setNote(id, text);
  }

  /** Does something to the desk's cases; it goes into the log. */
  async work<Name extends CaseCallName>(name: Name, given: CaseCalls[Name]): Promise<CaseAnswer> {
    const action = caseAction(name, given);
    if (action === null) return { problem: 'malformed' };
    try {
      const ids = caseIdsIn(given);
      await this.#act(ids, action);
      // What was just written is found at once.
      if (ids.length <= readAtOnceMax) await this.#inbox.read(ids);
      return { problem: null };
    } catch (error) {
      const problem = caseProblems.find((known) => known === (error as { code?: unknown }).code);
      if (problem === undefined) throw error;
      return { problem };
    }
  }

  /** Saves a file as it came, in the clear; the case's trail says that this device did. */
  async saveOriginal(place: FilePlace): Promise<Answers['file-save']> {
    return this.files.save(place, () => this.#act([place.id], (cases, day) => cases.noteSaved(place.id, day)));
  }

  /** What a person has just done is no news to them, where nothing else was as it is now: what the page was told may be older. */
  async #act(ids: readonly string[], action: Parameters<Engine['work']>[0]): Promise<void> {
    const isSeen = ({ id, work }: CaseLine): boolean => work.activity <= this.#records.seen(id).activity;
    const known = this.#linesOf(ids).filter(isSeen);
    await this.#engine.work(action);
    const lines = this.#linesOf(known.map(({ id }) => id));
    const seen = lines.map(({ id, work }) => [id, { ...this.#records.seen(id), activity: work.activity }] as const);
    await this.#records.setSeenAll(seen);
  }

  #linesOf(ids: readonly string[]): readonly CaseLine[] {
    const wanted = new Set(ids);
    return wanted.size === 0 ? [] : this.#engine.conversations().filter(({ id }) => wanted.has(id));
  }

  export(order: ExportOrder): Promise<Answers['export']> {
    return exportFromDesk(
      {
        ...this.#options,
        ...{ engine: this.#engine, files: this.#files, store: this.#store, cases: this, calls: this.calls.known },
      },
      order,
    );
  }

  statistics(): Answers['statistics'] {
    return {
      weeks: countWeeks(this.#inbox.rows.values(), this.#engine.endedCounts()),
      answers: this.#inbox.answerCounts(),
    };
  }

  /** No more than there is. */
  async setSeen(id: string, told: Seen): Promise<void> {
    const row = this.#inbox.rows.get(id);
    if (row === undefined) return;
    const { messages, incomplete, replies, work } = row;
    await this.#records.setSeen(id, {
      messages: Math.min(told.messages, messages),
      incomplete: Math.min(told.incomplete, incomplete),
      replies: Math.min(told.replies, replies),
      deeds: Math.min(told.deeds, work.activity),
      activity: Math.min(told.activity, work.activity),
    });
    this.#gather();
  }

  find(query: string): readonly Found[] {
    return this.#inbox.find(query);
  }

  /** Lines of one carried message (CAR-3). */
  async takeCarried(text: string): Promise<Answers['carried']> {
    const { enrolment } = this.#keystore;
    const read = await readCarried(text, enrolment?.fingerprint ?? new Uint8Array(0));
    if ('problem' in read) return read;
    if (read.lastDay < dayOf(this.#options.now())) return { problem: 'old' };
    const taken = await this.#engine.take(read.envelopes);
    this.#gather();
    return taken;
  }

  async dismiss({ code, device, conversation }: Calls['dismiss']): Promise<void> {
    const subject = { ...(device === null ? {} : { device }), ...(conversation === null ? {} : { conversation }) };
    await this.#engine.dismiss(code, subject);
  }

  async setPreferences(preferences: Preferences): Promise<void> {
    await this.#records.setPreferences(preferences);
    this.#options.send({ kind: 'preferences', preferences });
  }

  #gather(): void {
    if (this.#isClosed) return;
    this.#gathering ??= this.#options.timer.after(gatherMs, () => {
      this.#gathering = null;
      this.#options.send(this.#status());
      this.#tellCalls();
      this.#tellInbox();
    });
  }

  #status(): Change {
    const today = dayOf(this.#options.now());
    return {
      kind: 'status',
      status: this.#engine.status(),
      today,
      hasFailed: this.#running.hasFailed,
      unsearched: this.#inbox.unsearched,
      readings: this.#inbox.readings,
      words: this.files.words.counts,
      team: this.#engine.team(),
    };
  }

  #tellInbox(): void {
    const { rows, gone } = this.#inbox.update();
    if (rows.length + gone.length > 0) this.#options.send({ kind: 'inbox', isWhole: false, rows, gone });
  }

  #tellCalls(): void {
    if (!this.calls.refresh()) return;
    this.#options.send({ kind: 'calls', calls: this.calls.known });
    // What was read before is found by the words too.
    const answered = [...this.#inbox.rows.values()].filter(({ campaign }) => campaign !== null).map(({ id }) => id);
    this.#inbox.readAgain(answered);
  }
}

interface Parts {
  readonly store: SealedStore;
  readonly transport: Transport;
  readonly engine: Engine;
  readonly records: PageRecords;
  readonly files: DeskFiles;
}

/** Names of the files that a case's replies name. */
async function filesSent(engine: Engine, id: string): Promise<ReadonlySet<string>> {
  const view = await engine.conversation(id);
  return new Set(view?.replies.flatMap(({ files }) => files.map(({ kept }) => kept)));
}

function identityOf(deviceSeed: Secret, { fingerprint, deskId, roster }: Enrolment) {
  return { fingerprint, deskId, deviceSeed, roster };
}
