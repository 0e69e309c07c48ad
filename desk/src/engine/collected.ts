/** What becomes of posted replies, seen in the index that everybody gets (spec/protocol.md, sections 5, 5.1, 7.2). */

import { bytesToHex } from '@postern/protocol/bytes/encode';
import { equal } from '@postern/protocol/bytes/equal';
import { Reader } from '@postern/protocol/bytes/reader';
import { Writer } from '@postern/protocol/bytes/writer';
import {
  CLOCK_DAYS,
  DAY_KEY_GRACE_DAYS,
  REPLY_LIFE_DAYS,
  ROOT_USE_DAYS,
  ROOT_WINDOW_DAYS,
} from '@postern/protocol/constants';
import type { Conversation, DeskReply } from '@postern/protocol/desk/state';
import type { BundleIssuer } from '@postern/protocol/keys/bundle';
import { drawBelow } from '@postern/protocol/messages/draw';
import type { LogEvent } from '@postern/protocol/messages/log-event';
import { lanePrefix, type ReplyIndex, tagLookup, tagOf } from '@postern/protocol/messages/reply-index';
import { type Day, dayOf } from '@postern/protocol/time';
import type { EngineParts } from './engine-parts.ts';
import type { LogStore } from './log-store.ts';
import type { PendingEvents } from './pending-events.ts';
import type { StoreWrite } from './ports.ts';
import { type Documents, fetchDocuments, fetchIndex, freshCircuit, type Loaded } from './public-documents.ts';
import type { Rosters } from './rosters.ts';
import { names } from './store-schema.ts';
import { isLate } from './tasks.ts';

export interface CollectedParts {
  readonly log: LogStore;
  readonly pending: PendingEvents;
  readonly rosters: Rosters;
}

/** What this device has seen of a posted reply. */
interface Watched {
  /** The day on which it was first seen in the index; of one that is not yet, the day on which the log, or a look of this device, first told of it. */
  readonly seenOn: Day;
  /** It has not been seen in the index yet. */
  readonly isUnseen: boolean;
  /** Another device than the one that wrote it has signed and posted it. */
  readonly isTakenOver: boolean;
  /** The day on which the log said that it was collected; 0 before. */
  readonly collectedOn: Day;
  /** Somebody has been told that it may be lost, or that nobody can open it. */
  readonly isReported: boolean;
}

/** Why nobody will read a posted reply: the source refuses who signed it (RPL-1), or the server has deleted it. */
export type ReplyFate = 'unreadable' | 'expired';

export class Collected {
  readonly #parts: EngineParts;
  readonly #with: CollectedParts;
  readonly #watched = new Map<string, Watched>();
  #documents: Documents | null = null;
  #issuers: readonly BundleIssuer[] = [];
  /** When the look began that was taken last, in unix seconds. */
  #takenAt = Number.NEGATIVE_INFINITY;
  #nextTime: number;
  /** Looks that were begun, and the last of them that was taken. */
  #begun = 0;
  #taken = 0;
  /** Looks in a row at which the index named another bundle than the one fetched just before. */
  #mismatches = 0;

  private constructor(parts: EngineParts, others: CollectedParts) {
    this.#parts = parts;
    this.#with = others;
    const { options, ports } = parts;
    this.#nextTime = ports.now() + drawBelow(Math.ceil(options.documentSeconds / 2), ports.random);
  }

  static async load(parts: EngineParts, others: CollectedParts): Promise<Collected> {
    const collected = new Collected(parts, others);
    const { store } = parts.ports;
    for (const name of await store.list(names.allWatched)) {
      const bytes = await store.get(name);
      if (bytes !== null) collected.#watched.set(name, decodeWatched(bytes));
    }
    return collected;
  }

  /** Roster and bundle of the last look, with which to post; null if it is too long ago. */
  get documents(): Documents | null {
    const { options, ports } = this.#parts;
    return ports.now() < this.#takenAt + 2 * options.documentSeconds ? this.#documents : null;
  }

  /** Those under whose keys tokens may be asked for (TOK-3). */
  get issuers(): readonly BundleIssuer[] {
    return this.#issuers;
  }

  /** Unix seconds of the next look, whatever has become of the one before. */
  get nextTime(): number {
    return this.#nextTime;
  }

  /** Begins a look at the bundle and every lane's index, always all of them, whatever is waited for. */
  look(): void {
    const { options, ports, tasks } = this.#parts;
    const began = ports.now();
    // At the most so far apart, so that each epoch is looked at twice.
    const least = Math.ceil(options.documentSeconds / 2);
    const drawn = began + drawBelow(least, ports.random);
    if (isLate(this.#nextTime, began)) {
      this.#nextTime = drawn;
      return;
    }
    this.#nextTime = drawn + least;
    const circuit = freshCircuit(this.#parts, 'documents');
    const place = ++this.#begun;
    tasks.begin(circuit, async () => {
      const loaded = await fetchDocuments(this.#parts, this.#with.rosters, circuit);
      await this.#take(place, () => this.#takeDocuments(loaded, began));
      if (loaded === null || loaded === 'bundle-changed') return;
      for (let lane = 1; lane < 2 ** loaded.documents.bundle.laneDepth; lane++) {
        const index = await fetchIndex(this.#parts, loaded.documents, lane, circuit);
        await this.#take(place, async () => {
          if (index === 'bundle-changed') this.#noteMismatch(dayOf(began));
          else if (index !== null) await this.#compare(index, dayOf(began));
        });
        if (index === 'bundle-changed') return;
      }
    });
  }

  /** What a look brings after one that began later has been taken is old: a reply that stands by now may be missing in it. */
  #take(place: number, work: () => Promise<void>): Promise<void> {
    return this.#parts.turns.run(async () => {
      if (place < this.#taken) return;
      this.#taken = place;
      await work();
    });
  }

  async #takeDocuments(loaded: Loaded | 'bundle-changed' | null, began: number): Promise<void> {
    const today = dayOf(began);
    this.#documents = null;
    if (loaded === 'bundle-changed') return this.#noteMismatch(today);
    if (loaded === null) return;
    this.#documents = loaded.documents;
    this.#takenAt = began;
    // Whoever held the answer until after a tick may have seen there whose look it was, and have an answer made for it.
    if (this.#tickOf(began) === this.#tickOf(this.#parts.ports.now())) this.#issuers = loaded.documents.bundle.issuers;
    this.#mismatches = 0;
    await this.#compare(loaded.index, today);
    await this.#reportUnreadable(today);
  }

  #tickOf(time: number): number {
    return Math.floor(time / this.#parts.options.tickSeconds);
  }

  /** Once, a new bundle may have come in between; twice, the server gives an index that belongs to another (BUN-3). */
  #noteMismatch(today: Day): void {
    this.#mismatches += 1;
    if (this.#mismatches > 1) this.#parts.alerts.raise('index-invalid', today);
  }

  /** What has become of a posted reply that the source has not confirmed; null while it may still be read. @param id hex of its conversation */
  fateOf(id: string, reply: DeskReply, today: Day): ReplyFate | null {
    if (reply.progress !== 'posted' || reply.isConfirmed) return null;
    const watched = this.#watched.get(names.watched(id, reply.number));
    // Of one that this device has never seen, only the last day on which it can have been posted is known.
    const postedOn = watched?.seenOn ?? reply.rootDay + ROOT_USE_DAYS;
    if (today > postedOn + REPLY_LIFE_DAYS) return 'expired';
    const isSignerHere = watched?.isTakenOver === true || this.#with.rosters.isDevice(reply.author);
    return isSignerHere ? null : 'unreadable';
  }

  /** Notes who has posted replies and when they were collected, and reports those of which no receipt came. @param device that says so */
  onApplied(device: Uint8Array, events: readonly LogEvent[], changed: ReadonlySet<string>, day: Day): StoreWrite[] {
    const writes: StoreWrite[] = [];
    for (const event of events) {
      if (event.kind !== 'collected' && event.kind !== 'posted') continue;
      const id = bytesToHex(event.conversationId);
      const name = names.watched(id, event.number);
      const watched = this.#watched.get(name) ?? unseen(day);
      if (event.kind === 'collected') writes.push(this.#watch(name, { ...watched, collectedOn: day }));
      else if (this.#isOfOther(id, event.number, device))
        writes.push(this.#watch(name, { ...watched, isTakenOver: true }));
    }
    const { conversations } = this.#with.log.state;
    const isDayDone = events.some(({ kind }) => kind === 'day-finished');
    for (const id of isDayDone ? conversations.keys() : changed) {
      const conversation = conversations.get(id);
      if (conversation) writes.push(...this.#reportLosses(id, conversation, day));
    }
    return writes;
  }

  /** The log goes on from another history, whose numbers are other replies'. */
  leaveHistory(): StoreWrite[] {
    const watched = [...this.#watched.keys()];
    this.#watched.clear();
    return watched.map((key) => ({ key, bytes: null }));
  }

  async erase(today: Day): Promise<void> {
    for (const [name, { seenOn }] of this.#watched) {
      if (today - seenOn <= ROOT_WINDOW_DAYS + REPLY_LIFE_DAYS) continue;
      await this.#parts.ports.store.delete(name);
      this.#watched.delete(name);
    }
  }

  async #compare(index: ReplyIndex, today: Day): Promise<void> {
    const has = tagLookup(index.tags);
    const events: LogEvent[] = [];
    const writes: StoreWrite[] = [];
    for (const [id, conversation] of this.#with.log.state.conversations) {
      if (lanePrefix(conversation.lane, index.laneDepth) !== index.lane) continue;
      for (const reply of conversation.replies) {
        if (reply.progress !== 'posted' || reply.tagKey === null) continue;
        const name = names.watched(id, reply.number);
        const stands = has(await tagOf(reply.tagKey, index.epoch));
        const known = this.#watched.get(name);
        const isSeen = known !== undefined && !known.isUnseen;
        if (stands && !isSeen)
          writes.push(this.#watch(name, { ...(known ?? unseen(today)), seenOn: today, isUnseen: false }));
        // It was posted on its own day or later, so until then nothing but an acknowledgement, or a loss, removes it.
        const isInTime = today < reply.day + REPLY_LIFE_DAYS;
        if (!stands && isSeen && isInTime) events.push({ kind: 'collected', ...place(conversation, reply) });
      }
    }
    writes.push(...this.#with.pending.add(events));
    if (writes.length > 0) await this.#parts.ports.store.transaction(writes);
  }

  #isOfOther(id: string, number: number, device: Uint8Array): boolean {
    const reply = this.#with.log.state.conversations.get(id)?.replies.find((other) => other.number === number);
    return reply !== undefined && !equal(reply.author, device);
  }

  /** Sources open only what a current device of the desk has signed: once for each reply, so that it can be dismissed. */
  async #reportUnreadable(today: Day): Promise<void> {
    const { alerts, ports } = this.#parts;
    const writes: StoreWrite[] = [];
    for (const [id, conversation] of this.#with.log.state.conversations) {
      const subject = { conversation: id };
      const unreadable = conversation.replies.filter((reply) => this.fateOf(id, reply, today) === 'unreadable');
      if (unreadable.length === 0) alerts.clear('reply-unreadable', subject);
      for (const { number } of unreadable) {
        const name = names.watched(id, number);
        const watched = this.#watched.get(name) ?? unseen(today);
        if (watched.isReported) continue;
        alerts.raise('reply-unreadable', today, subject);
        writes.push(this.#watch(name, { ...watched, isReported: true }));
      }
    }
    if (writes.length > 0) await ports.store.transaction(writes);
  }

  /**
   * A source sends its receipt before it lets the server delete a reply. So one that left the index early, while all
   * that came until then has been tried and no receipt was among it, was deleted by somebody else (RCP-4).
   */
  #reportLosses(id: string, conversation: Conversation, day: Day): StoreWrite[] {
    const subject = { conversation: id };
    const lost = conversation.replies.filter((reply) => this.#isLost(id, reply, day));
    if (lost.length === 0) this.#parts.alerts.clear('loss-suspected', subject);
    return lost.flatMap(({ number }) => {
      const name = names.watched(id, number);
      const watched = this.#watched.get(name);
      if (watched === undefined || watched.isReported) return [];
      this.#parts.alerts.raise('loss-suspected', day, subject);
      return [this.#watch(name, { ...watched, isReported: true })];
    });
  }

  #isLost(id: string, reply: DeskReply, today: Day): boolean {
    const { collectedOn = 0 } = this.#watched.get(names.watched(id, reply.number)) ?? {};
    if (reply.progress !== 'collected' || reply.isConfirmed || collectedOn === 0) return false;
    const finished = [...this.#with.log.state.finished.values()];
    // Of days before that nothing can be tried any more. A server's clock may be ahead by one.
    for (let day = Math.max(reply.day, today - DAY_KEY_GRACE_DAYS + 1); day <= collectedOn + CLOCK_DAYS; day++) {
      if (!finished.some((days) => days.has(day))) return false;
    }
    return true;
  }

  #watch(name: string, watched: Watched): StoreWrite {
    this.#watched.set(name, watched);
    return { key: name, bytes: encodeWatched(watched) };
  }
}

function place(conversation: Conversation, reply: DeskReply): { conversationId: Uint8Array; number: number } {
  return { conversationId: conversation.id, number: reply.number };
}

function unseen(day: Day): Watched {
  return { seenOn: day, isUnseen: true, isTakenOver: false, collectedOn: 0, isReported: false };
}

/** Bits of the last byte; stores of before have the first alone. */
const flags = { isReported: 1, isUnseen: 2, isTakenOver: 4 } as const;

function encodeWatched({ seenOn, collectedOn, isReported, isUnseen, isTakenOver }: Watched): Uint8Array {
  const bits =
    (isReported ? flags.isReported : 0) | (isUnseen ? flags.isUnseen : 0) | (isTakenOver ? flags.isTakenOver : 0);
  return new Writer().u32(seenOn).u32(collectedOn).u8(bits).done();
}

function decodeWatched(bytes: Uint8Array): Watched {
  const reader = new Reader(bytes);
  const [seenOn, collectedOn, bits] = [reader.u32(), reader.u32(), reader.u8()];
  reader.end();
  const has = (bit: number): boolean => (bits & bit) !== 0;
  return {
    seenOn,
    collectedOn,
    isReported: has(flags.isReported),
    isUnseen: has(flags.isUnseen),
    isTakenOver: has(flags.isTakenOver),
  };
}
