/** Finds the desk's submissions among all envelopes, and passes days that are done (spec/protocol.md, section 4, ENV-3, ENV-4, ENV-6). */

import { bytesToHex } from '@postern/protocol/bytes/encode';
import { WireError } from '@postern/protocol/bytes/wire-error';
import {
  CLOCK_DAYS,
  DAY_KEY_GRACE_DAYS,
  ENVELOPE_BYTES,
  HASH_BYTES,
  PASS_AFTER_DAYS,
} from '@postern/protocol/constants';
import { ENVELOPES_MAX } from '@postern/protocol/http/device-kinds';
import { type EnvelopeKey, type OpenedEnvelope, openEnvelope } from '@postern/protocol/messages/envelope';
import type { LogEvent } from '@postern/protocol/messages/log-event';
import { MessageError } from '@postern/protocol/messages/message-error';
import { sha256 } from '@postern/protocol/primitives/hash';
import type { Day } from '@postern/protocol/time';
import type { DayKeys } from './day-keys.ts';
import type { EngineParts } from './engine-parts.ts';
import type { LogStore } from './log-store.ts';
import type { PendingEvents } from './pending-events.ts';
import type { LocalStore, StoreWrite } from './ports.ts';
import { names, numberIn } from './store-schema.ts';

export interface EnvelopeParts {
  readonly log: LogStore;
  readonly pending: PendingEvents;
  readonly dayKeys: DayKeys;
}

export interface EnvelopeCounts {
  readonly tried: number;
  readonly waiting: number;
  readonly malformed: number;
}

/** What is known of one day. */
interface Tried {
  readonly ids: Set<string>;
  chunks: number;
  waiting: number;
  /** Chunks of envelopes with which the older keys are still to be tried. */
  readonly unopened: Set<number>;
}

/** Envelopes that are opened at once; each takes about a millisecond of one core. */
const atOnce = 8;
/** Batches of one tick at the most, so that nothing else waits for long. */
const batchesMax = 64;
/** Chunks of a tick's second pass at the most: each costs several times a batch of the first. */
const unopenedMax = 8;

/** The keys that may open a day's envelopes: of the day and the two beside it, and those that only carried ones need. */
interface KeysOfDay {
  readonly near: readonly EnvelopeKey[];
  readonly older: readonly EnvelopeKey[];
}

/** How many of carried envelopes are new here, are here already, cannot be opened by this desk, or are no messages. */
export interface TakenEnvelopes {
  readonly opened: number;
  readonly known: number;
  readonly notForThisDesk: number;
  readonly malformed: number;
}

interface Outcome {
  readonly id: Uint8Array;
  readonly envelope: Uint8Array;
  readonly event: Extract<LogEvent, { kind: 'received' }> | null;
  /** None of the keys that were tried opens it. */
  readonly isUnopened: boolean;
  readonly result: keyof TakenEnvelopes;
}

export class Envelopes {
  readonly #parts: EngineParts;
  readonly #with: EnvelopeParts;
  readonly #tried = new Map<Day, Tried>();
  readonly #passed = new Set<Day>();
  #malformed = 0;
  /** Whether the first pass stopped before its end. A server that withholds an envelope does not make it so. */
  #isBehind = false;

  private constructor(parts: EngineParts, others: EnvelopeParts) {
    this.#parts = parts;
    this.#with = others;
  }

  static async load(parts: EngineParts, others: EnvelopeParts): Promise<Envelopes> {
    const envelopes = new Envelopes(parts, others);
    const { store } = parts.ports;
    for (const name of await store.list(names.allTried)) await envelopes.#loadChunk(store, name);
    for (const name of await store.list(names.allUnopened)) {
      envelopes.#triedOf(numberIn(name)).unopened.add(numberIn(name, 2));
    }
    for (const name of await store.list(names.allPassed)) envelopes.#passed.add(numberIn(name));
    return envelopes;
  }

  get counts(): EnvelopeCounts {
    const days = [...this.#tried.values()];
    const sum = (count: (tried: Tried) => number): number => days.reduce((total, day) => total + count(day), 0);
    return { tried: sum(({ ids }) => ids.size), waiting: sum(({ waiting }) => waiting), malformed: this.#malformed };
  }

  /**
   * The first pass: tries what is new of every day that is not done with the keys of that day and the two beside it,
   * then passes what may be passed. @throws Unreachable, Refused
   */
  async work(today: Day): Promise<void> {
    await this.#tryAgain();
    let batches = 0;
    for (let day = today - DAY_KEY_GRACE_DAYS + 1; day <= today; day++) {
      if (batches >= batchesMax || this.#isDone(day)) continue;
      batches += await this.#workOn(day, today, batchesMax - batches);
    }
    this.#isBehind = batches >= batchesMax;
    await this.#passDays(today);
  }

  /**
   * The second pass, when nothing waits for the first: tries the older keys with some of the envelopes that are left,
   * since one may have been carried. They were kept, for to fetch these and not the others would show which were opened.
   */
  async workOnUnopened(today: Day): Promise<void> {
    if (this.#isBehind) return;
    let left = unopenedMax;
    for (const [day, { unopened }] of [...this.#tried].sort(([a], [b]) => b - a)) {
      if (this.#isDone(day)) continue;
      for (const chunk of [...unopened].slice(0, left)) {
        await this.#tryUnopened(day, chunk, today);
        left -= 1;
      }
    }
  }

  /** Takes envelopes that somebody has carried here, as if they had been fetched (CAR-3). */
  async take(envelopes: readonly Uint8Array[], today: Day): Promise<TakenEnvelopes> {
    const keys = await this.#with.dayKeys.envelopeKeys(today);
    const taken = { opened: 0, known: 0, notForThisDesk: 0, malformed: 0 };
    const outcomes: Outcome[] = [];
    for (const envelope of envelopes) {
      const outcome = await this.#try(envelope, today, keys);
      outcomes.push(outcome);
      taken[outcome.result] += 1;
    }
    await this.#parts.ports.store.transaction(this.#found(outcomes));
    return taken;
  }

  /** What an envelope says that was opened here before; null if its key is gone. @param day the key's */
  async openAgain(id: Uint8Array, day: Day): Promise<LogEvent | null> {
    const envelope = await this.#parts.ports.store.get(names.keptEnvelope(day, id));
    if (envelope === null) return null;
    return (await this.#try(envelope, day, await this.#with.dayKeys.envelopeKeys(day))).event;
  }

  /** Forgets what no envelope can need any more. */
  async erase(today: Day): Promise<void> {
    const before = today - DAY_KEY_GRACE_DAYS;
    const { store } = this.#parts.ports;
    for (const [day, { ids, waiting }] of [...this.#tried].filter(([of]) => of <= before)) {
      if (!this.#isDone(day) && ids.size + waiting > 0) this.#parts.alerts.add('days-unfinished', today);
      await store.transaction(await this.#forget(day));
    }
    for (const day of [...this.#passed].filter((of) => of <= before)) {
      await store.delete(names.passed(day));
      this.#passed.delete(day);
    }
  }

  /** Whether a device of the desk says in the log that it has tried all of the day with all keys. */
  #isDone(day: Day): boolean {
    if (this.#passed.has(day)) return true;
    return [...this.#with.log.state.finished.values()].some((days) => days.has(day));
  }

  /** A key that came late may open what could not be opened before. */
  async #tryAgain(): Promise<void> {
    for (const day of this.#with.dayKeys.takeNewDays()) {
      for (const later of [...this.#tried.keys()].filter((of) => of >= day - CLOCK_DAYS)) {
        await this.#parts.ports.store.transaction(await this.#forget(later));
      }
    }
  }

  /** @returns how many batches it took */
  async #workOn(day: Day, today: Day, batches: number): Promise<number> {
    const { ids } = await this.#parts.server.ask({ kind: 'envelope-ids', day });
    const tried = this.#triedOf(day);
    const fresh = ids.filter((id) => !tried.ids.has(bytesToHex(id)));
    tried.waiting = fresh.length;
    const keys = await this.#keysOf(day);
    let used = 0;
    for (let at = 0; at < fresh.length && used < batches; at += ENVELOPES_MAX, used++) {
      await this.#tryBatch(day, fresh.slice(at, at + ENVELOPES_MAX), keys, today);
    }
    // After its end no envelope is added to a day.
    const isTried = tried.waiting === 0 && tried.unopened.size === 0;
    if (isTried && day < today && this.#with.dayKeys.holdsAll(day)) await this.#finish(day);
    return used;
  }

  async #tryBatch(day: Day, ids: readonly Uint8Array[], keys: KeysOfDay, today: Day): Promise<void> {
    const { envelopes } = await this.#parts.server.ask({ kind: 'envelopes', ids });
    const outcomes = await this.#tryAll(envelopes, day, keys.near, today);
    // Only what was really given and is what was asked for counts as tried.
    const asked = new Set(ids.map(bytesToHex));
    const given = outcomes.filter(({ id }) => asked.has(bytesToHex(id)));
    const tried = this.#triedOf(day);
    const number = tried.chunks++;
    const writes = this.#found(outcomes);
    writes.push({ key: names.tried(day, number), bytes: joined(given.map(({ id }) => id)) });
    const unopened = keys.older.length === 0 ? [] : given.filter(({ isUnopened }) => isUnopened);
    if (unopened.length > 0) {
      writes.push({ key: names.unopened(day, number), bytes: joined(unopened.map(({ envelope }) => envelope)) });
    }
    await this.#parts.ports.store.transaction(writes);
    for (const { id } of given) tried.ids.add(bytesToHex(id));
    if (unopened.length > 0) tried.unopened.add(number);
    tried.waiting = Math.max(0, tried.waiting - given.length);
  }

  async #tryUnopened(day: Day, chunk: number, today: Day): Promise<void> {
    const { store } = this.#parts.ports;
    const key = names.unopened(day, chunk);
    const envelopes = parted((await store.get(key)) ?? new Uint8Array(0), ENVELOPE_BYTES);
    const { older } = await this.#keysOf(day);
    const outcomes = await this.#tryAll(envelopes, day, older, today);
    await store.transaction([...this.#found(outcomes), { key, bytes: null }]);
    this.#triedOf(day).unopened.delete(chunk);
  }

  /** What was opened waits for the log; its envelope stays until the others have read it there (LOG-10). */
  #found(outcomes: readonly Outcome[]): StoreWrite[] {
    const found = outcomes.flatMap(({ event, envelope }) => (event === null ? [] : [{ event, envelope }]));
    const envelopes = found.map(({ event, envelope }): StoreWrite => {
      return { key: names.keptEnvelope(event.day, event.envelopeId), bytes: envelope };
    });
    return [...this.#with.pending.add(found.map(({ event }) => event)), ...envelopes];
  }

  async #tryAll(
    envelopes: readonly Uint8Array[],
    day: Day,
    keys: readonly EnvelopeKey[],
    today: Day,
  ): Promise<Outcome[]> {
    const outcomes: Outcome[] = [];
    for (let at = 0; at < envelopes.length; at += atOnce) {
      const some = envelopes.slice(at, at + atOnce);
      outcomes.push(...(await Promise.all(some.map((envelope) => this.#try(envelope, day, keys)))));
    }
    const malformed = outcomes.filter(({ result }) => result === 'malformed').length;
    this.#malformed += malformed;
    this.#parts.alerts.add('envelopes-malformed', today, {}, malformed);
    return outcomes;
  }

  async #keysOf(day: Day): Promise<KeysOfDay> {
    const keys = await this.#with.dayKeys.envelopeKeys(day);
    const isNear = (key: EnvelopeKey): boolean => Math.abs(key.day - day) <= CLOCK_DAYS;
    return { near: keys.filter(isNear), older: keys.filter((key) => !isNear(key)) };
  }

  async #try(envelope: Uint8Array, day: Day, keys: readonly EnvelopeKey[]): Promise<Outcome> {
    const { ports, keys: own } = this.#parts;
    const none = { id: await sha256(envelope), envelope, event: null, isUnopened: false } as const;
    let opened: OpenedEnvelope;
    try {
      opened = await openEnvelope(ports.recipient, own.fingerprint, envelope, day, keys);
    } catch (error) {
      if (error instanceof MessageError || error instanceof WireError) return { ...none, result: 'malformed' };
      throw error;
    }
    if (opened.kind === 'not-for-me') return { ...none, isUnopened: true, result: 'notForThisDesk' };
    if (opened.kind === 'cover') return { ...none, result: 'notForThisDesk' };
    const { id } = none;
    if (this.#with.log.state.envelopes.has(bytesToHex(id))) return { ...none, result: 'known' };
    const event = { kind: 'received', envelopeId: id, day: opened.keyDay, inside: opened.fields } as const;
    return { ...none, event, result: 'opened' };
  }

  /** Behind the events of the day, so that whoever reads this in the log has them. */
  async #finish(day: Day): Promise<void> {
    if (this.#with.pending.events.some((event) => event.kind === 'day-finished' && event.day === day)) return;
    await this.#parts.ports.store.transaction(this.#with.pending.add([{ kind: 'day-finished', day }]));
  }

  /** Whole days only, and only those of which the log says that they are finished (ENV-6). */
  async #passDays(today: Day): Promise<void> {
    for (let day = today - DAY_KEY_GRACE_DAYS + 1; day <= today - PASS_AFTER_DAYS; day++) {
      if (this.#passed.has(day) || !this.#isDone(day)) continue;
      await this.#parts.server.ask({ kind: 'pass-day', day });
      this.#passed.add(day);
      const passed = { key: names.passed(day), bytes: new Uint8Array(0) };
      await this.#parts.ports.store.transaction([...(await this.#forget(day)), passed]);
    }
  }

  #triedOf(day: Day): Tried {
    const tried = this.#tried.get(day) ?? {
      ids: new Set<string>(),
      chunks: 0,
      waiting: 0,
      unopened: new Set<number>(),
    };
    this.#tried.set(day, tried);
    return tried;
  }

  async #forget(day: Day): Promise<StoreWrite[]> {
    this.#tried.delete(day);
    const { store } = this.#parts.ports;
    const chunks = [...(await store.list(names.triedOf(day))), ...(await store.list(names.unopenedOf(day)))];
    return chunks.map((key) => ({ key, bytes: null }));
  }

  async #loadChunk(store: LocalStore, name: string): Promise<void> {
    const bytes = (await store.get(name)) ?? new Uint8Array(0);
    const tried = this.#triedOf(numberIn(name));
    tried.chunks = numberIn(name, 2) + 1;
    for (const id of parted(bytes, HASH_BYTES)) tried.ids.add(bytesToHex(id));
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((total, { length }) => total + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function parted(bytes: Uint8Array, length: number): Uint8Array[] {
  return Array.from({ length: bytes.length / length }, (_, at) => bytes.slice(at * length, (at + 1) * length));
}
