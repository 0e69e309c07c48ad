/** Starts the desk on this machine: a page on 127.0.0.1, locked until its person types the passphrase. */

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Random } from '@postern/protocol/primitives/random';
import { type FilmTaken, filmFileKinds } from '../calls/film-view.ts';
import type { CallWorkshop } from '../calls/workshop.ts';
import { DeskEngine } from '../engine/desk-engine.ts';
import type { PageAnswer } from '../files/safe-copies.ts';
import { Access } from './access.ts';
import { type Change, type FilePart, type FilePlace, type LockPhase, readBytesMax } from './api.ts';
import type { CaseAnswer, CaseCallName, CaseCalls } from './case-calls.ts';
import { machineTimer, type Timer } from './engine-loop.ts';
import type { OpenEngine } from './engine-port.ts';
import { eraseKeystore, type Keystore, KeystoreError, openKeystore } from './keystore.ts';
import { type CallHandlers, CallRefused, startLocalServer } from './local-server.ts';
import { OpenDesk } from './open-desk.ts';
import { readPageFiles } from './page-files.ts';
import type { SocksProxy } from './socks-agent.ts';

export interface StartDeskOptions {
  /** The device's folder, with the keystore in it. */
  readonly folder: string;
  /** By default the desk's own engine. */
  readonly openEngine?: OpenEngine;
  /** Of the page on 127.0.0.1; by default a free one. */
  readonly port?: number;
  /** In place of the address in the keystore. */
  readonly server?: string;
  /** Tor's SOCKS port; without it the server is asked directly. */
  readonly socks?: SocksProxy;
  /** Files move after a delay drawn between these, in seconds; only tests and the demo choose it. */
  readonly fileDelaySeconds?: readonly [number, number];
  /** Locks after so many minutes without anybody; 0 for never. */
  readonly idleMinutes?: number;
  /** Of the built page. */
  readonly page?: string;
  /** Unix seconds. */
  readonly now?: () => number;
  readonly random?: Random;
  /** Makes calls; without one the page has no place to write them. */
  readonly workshop?: CallWorkshop;
  readonly timer?: Timer;
}

export interface RunningDesk {
  /** Where the page is, with a token that opens it once. */
  readonly url: string;
  /** Another link, for a page that was reloaded or closed; it takes the place of those before. */
  readonly newUrl: () => string;
  /** Locks, and ends everything. */
  readonly close: () => Promise<void>;
}

/** Names in a device's folder. */
export const keystoreName = 'device.keys';
export const storeName = 'desk.sqlite';

const openDeskEngine: OpenEngine = (ports, identity) => DeskEngine.open(ports, identity);
const idleMinutesDefault = 30;
const idleCheckMs = 10_000;
const builtPageFolder = fileURLToPath(new URL('../../dist', import.meta.url));

/** @throws Error if the page is not built or the port is taken */
export async function startDesk(options: StartDeskOptions): Promise<RunningDesk> {
  const random = options.random ?? ((length) => globalThis.crypto.getRandomValues(new Uint8Array(length)));
  const files = await readPageFiles(options.page ?? builtPageFolder);
  await mkdir(options.folder, { recursive: true, mode: 0o700 });
  const access = new Access(random);
  const room = new DeskRoom(options, random);
  const server = await startLocalServer({
    port: options.port ?? 0,
    access,
    files,
    handlers: room.handlers(),
    readFile: (place) => room.readFile(place),
    readPart: (part) => room.readPart(part),
    readForWords: (kept) => room.readForWords(kept),
    takeWords: (kept, body) => room.takeWords(kept, body),
    readLanguage: (language) => room.readLanguage(language),
    addToAttachment: (attachment, bytes) => room.addToAttachment(attachment, bytes),
    addToCopy: (copy, page) => room.addToCopy(copy, page),
    readFilm: (call) => room.readFilm(call),
    takeFilmFile: (name, bytes) => room.takeFilmFile(name, bytes),
    subscribe: (send) => room.subscribe(send),
  });
  const newUrl = (): string => `http://127.0.0.1:${server.port}/#${access.newToken()}`;
  return {
    url: newUrl(),
    newUrl,
    close: async () => {
      await server.stop();
      await room.close();
    },
  };
}

/** The desk through being locked and unlocked. */
class DeskRoom {
  readonly #options: StartDeskOptions;
  readonly #random: Random;
  readonly #now: () => number;
  readonly #timer: Timer;
  readonly #idleMinutes: number;
  readonly #listeners = new Set<(change: Change) => void>();
  #phase: LockPhase = 'locked';
  #desk: OpenDesk | null = null;
  /** Unlocking and locking, one after the other. */
  #changing: Promise<unknown> = Promise.resolve();
  #isUnlocking = false;
  #lastPresence = 0;
  #idleCheck: { cancel(): void } | null = null;

  constructor(options: StartDeskOptions, random: Random) {
    this.#options = options;
    this.#random = random;
    this.#now = options.now ?? (() => Date.now() / 1000);
    this.#timer = options.timer ?? machineTimer;
    this.#idleMinutes = options.idleMinutes ?? idleMinutesDefault;
  }

  subscribe(send: (change: Change) => void): () => void {
    send(this.#phaseChange());
    if (this.#phase === 'open') for (const change of this.#desk?.whole() ?? []) send(change);
    this.#listeners.add(send);
    return () => void this.#listeners.delete(send);
  }

  async close(): Promise<void> {
    await this.#lock();
  }

  /** @throws CallRefused */
  readFile(place: FilePlace): Promise<Uint8Array | null> {
    return this.#use((desk) => desk.files.read(place, readBytesMax));
  }

  /** Nobody has to be there for that. @throws CallRefused */
  readForWords(kept: string): Promise<Uint8Array | null> {
    return this.#ask((desk) => desk.files.words.read(kept));
  }

  /** @throws CallRefused */
  takeWords(kept: string, body: Uint8Array): Promise<boolean> {
    return this.#ask((desk) => desk.files.words.take(kept, body));
  }

  /** @throws CallRefused */
  readPart(part: FilePart): Promise<Uint8Array | null> {
    return this.#ask((desk) => desk.files.readPart(part));
  }

  /** @throws CallRefused */
  readLanguage(language: string): Promise<Uint8Array | null> {
    return this.#use((desk) => desk.languages.read(language));
  }

  handlers(): CallHandlers {
    const nothing = async (): Promise<Record<never, never>> => ({});
    return {
      unlock: async ({ passphrase }) => ({ isOpen: await this.#unlock(passphrase) }),
      lock: () => this.#lock().then(nothing),
      present: () => this.#use(nothing),
      conversation: ({ id }) => this.#ask((desk) => desk.conversation(id)),
      room: ({ id, text }) => this.#use((desk) => desk.room(id, text)),
      reply: ({ id, text, attachments }) => this.#use((desk) => desk.reply(id, text, attachments)),
      'file-fetch': (place) => this.#use((desk) => desk.files.fetch(place).then(nothing)),
      'file-stop': ({ kept }) => this.#use(async (desk) => desk.files.stop(kept)).then(nothing),
      'file-save': (place) => this.#use((desk) => desk.saveOriginal(place)),
      'words-next': () => this.#ask(async (desk) => ({ file: await desk.files.words.next() })),
      'text-languages': () => this.#use(async (desk) => ({ languages: await desk.languages.list() })),
      'copy-begin': (order) => this.#use((desk) => desk.files.copies.begin(order)),
      'copy-end': ({ copy }) => this.#use((desk) => desk.files.copies.end(copy)),
      'copy-drop': ({ copy }) => this.#use(async (desk) => desk.files.copies.drop(copy)).then(nothing),
      'attach-wanted': (given) => this.#use((desk) => desk.attaching.want(given)),
      attach: (given) => this.#use((desk) => desk.attaching.begin(given)),
      'attach-again': ({ attachment }) => this.#use((desk) => desk.attaching.again(attachment).then(nothing)),
      detach: ({ attachment }) => this.#use((desk) => desk.attaching.drop(attachment).then(nothing)),
      draft: ({ id, text }) => this.#use((desk) => desk.setDraft(id, text).then(nothing)),
      'note-begun': async ({ id }) => ({ text: await this.#use((desk) => desk.note(id)) }),
      'note-keep': ({ id, text }) => this.#use((desk) => desk.setNote(id, text).then(nothing)),
      seen: ({ id, ...seen }) => this.#ask((desk) => desk.setSeen(id, seen).then(nothing)),
      search: ({ query }) => this.#ask(async (desk) => ({ found: desk.find(query) })),
      statistics: () => this.#use(async (desk) => desk.statistics()),
      export: (order) => this.#use((desk) => desk.export(order)),
      change: this.#case('change'),
      note: this.#case('note'),
      grade: this.#case('grade'),
      person: this.#case('person'),
      role: this.#case('role'),
      retention: this.#case('retention'),
      'saved-reply': this.#case('saved-reply'),
      'ask-erase': this.#case('ask-erase'),
      'ask-export': this.#case('ask-export'),
      answer: this.#case('answer'),
      calls: () => this.#use((desk) => desk.calls.list()),
      'call-begin': ({ language }) => this.#use((desk) => desk.calls.begin(language)),
      'call-read': ({ call }) => this.#use((desk) => desk.calls.read(call)),
      'call-write': ({ draft }) => this.#use((desk) => desk.calls.write(draft)),
      'call-drop': ({ call }) => this.#use((desk) => desk.calls.drop(call).then(nothing)),
      'call-check': ({ call }) => this.#use((desk) => desk.calls.check(call)),
      'call-preview': ({ call, ...view }) => this.#use((desk) => desk.calls.preview(call, view)),
      'film-view': ({ call }) => this.#use((desk) => desk.calls.film(call)),
      'film-write': ({ call, language, ...words }) =>
        this.#use((desk) => desk.calls.writeFilmWords(call, language, words)),
      'film-remove': ({ call }) => this.#use((desk) => desk.calls.removeFilm(call).then(nothing)),
      'call-sign': ({ call }) => this.#use((desk) => desk.calls.writeForSigning(call)),
      'call-publish': ({ call, roster }) => this.#use((desk) => desk.calls.publish(call, roster)),
      'call-kit': ({ call, films }) => this.#use((desk) => desk.calls.makeKit(call, films)),
      carried: ({ text }) => this.#use((desk) => desk.takeCarried(text)),
      dismiss: (alert) => this.#use((desk) => desk.dismiss(alert).then(nothing)),
      preferences: (preferences) => this.#use((desk) => desk.setPreferences(preferences).then(nothing)),
    };
  }

  addToAttachment(attachment: string, bytes: Uint8Array): Promise<boolean> {
    return this.#use((desk) => desk.attaching.add(attachment, bytes));
  }

  addToCopy(copy: string, page: Uint8Array): Promise<PageAnswer> {
    return this.#use(async (desk) => desk.files.copies.addPage(copy, page));
  }

  readFilm(call: string): Promise<Uint8Array | null> {
    return this.#use((desk) => desk.calls.video(call));
  }

  takeFilmFile(name: string, bytes: Uint8Array): Promise<FilmTaken | null> {
    const [call = '', given] = name.split(' ');
    const kind = filmFileKinds.find((one) => one === given);
    return this.#use(async (desk) => (kind === undefined ? null : desk.calls.takeFilmFile(call, kind, bytes)));
  }

  #case<Name extends CaseCallName>(name: Name): (given: CaseCalls[Name]) => Promise<CaseAnswer> {
    return (given) => this.#use((desk) => desk.work(name, given));
  }

  #use<Answer>(action: (desk: OpenDesk) => Promise<Answer>): Promise<Answer> {
    const answer = this.#ask(action);
    this.#lastPresence = this.#now();
    return answer;
  }

  /** What a page does by itself too, when something comes in, does not show that anybody is there. */
  #ask<Answer>(action: (desk: OpenDesk) => Promise<Answer>): Promise<Answer> {
    if (this.#desk === null || this.#phase !== 'open') throw new CallRefused('locked');
    return action(this.#desk);
  }

  async #unlock(passphrase: string): Promise<boolean> {
    if (this.#phase === 'open') return true;
    // Argon2id takes hundreds of megabytes: one at a time.
    if (this.#isUnlocking) throw new CallRefused('busy');
    this.#isUnlocking = true;
    const unlocking = this.#changing.then(() => this.#open(passphrase));
    this.#changing = unlocking.catch(() => undefined);
    return unlocking.finally(() => {
      this.#isUnlocking = false;
    });
  }

  async #open(passphrase: string): Promise<boolean> {
    let keystore: Keystore;
    try {
      keystore = await openKeystore(join(this.#options.folder, keystoreName), passphrase);
    } catch (error) {
      if (error instanceof KeystoreError && error.code === 'closed') return false;
      throw error;
    }
    const { enrolment } = keystore;
    if (enrolment === null) {
      eraseKeystore(keystore);
      this.#setPhase('unlisted');
      return true;
    }
    this.#setPhase('opening');
    try {
      this.#desk = await OpenDesk.open(this.#deskOptions(), { ...keystore, enrolment });
    } catch (error) {
      this.#setPhase('locked');
      throw error;
    }
    this.#lastPresence = this.#now();
    this.#setPhase('open');
    for (const change of this.#desk.whole()) this.#send(change);
    this.#watchIdle();
    return true;
  }

  async #lock(): Promise<void> {
    const locking = this.#changing.then(async () => {
      const desk = this.#desk;
      this.#desk = null;
      this.#idleCheck?.cancel();
      // The page forgets at once; that the engine ends its round takes a moment.
      this.#setPhase('locked');
      await desk?.close();
    });
    this.#changing = locking.catch(() => undefined);
    await locking;
  }

  #watchIdle(): void {
    if (this.#idleMinutes === 0) return;
    this.#idleCheck = this.#timer.after(idleCheckMs, () => {
      if (this.#now() - this.#lastPresence >= 60 * this.#idleMinutes) void this.#lock().catch(() => undefined);
      else this.#watchIdle();
    });
  }

  #deskOptions() {
    const { folder, openEngine = openDeskEngine, server = null, socks = null, workshop = null } = this.#options;
    const fileDelaySeconds = this.#options.fileDelaySeconds ?? null;
    const [now, random, timer] = [this.#now, this.#random, this.#timer];
    const send = (change: Change): void => {
      if (this.#phase === 'open') this.#send(change);
    };
    const onReading = (read: number, all: number): void => this.#send({ kind: 'opening', read, all });
    const own = { storeFile: join(folder, storeName), folder, fileDelaySeconds };
    return { ...own, workshop, socks, server, now, random, timer, openEngine, send, onReading };
  }

  #setPhase(phase: LockPhase): void {
    this.#phase = phase;
    this.#send(this.#phaseChange());
  }

  #phaseChange(): Change {
    return { kind: 'phase', phase: this.#phase, idleMinutes: this.#idleMinutes };
  }

  #send(change: Change): void {
    for (const listener of this.#listeners) listener(change);
  }
}
