/**
 * What this device itself has written into the log: the entry that is on its way, and what has got there and may be lost
 * with a server's memory, because not every other device is known to have read it (spec/protocol.md, section 7.2).
 */

import { bytesToHex, hexToBytes } from '@postern/protocol/bytes/encode';
import { equal } from '@postern/protocol/bytes/equal';
import { Reader } from '@postern/protocol/bytes/reader';
import { Writer } from '@postern/protocol/bytes/writer';
import {
  CONVERSATION_ID_BYTES,
  DAY_KEY_GRACE_DAYS,
  DEVICE_ID_BYTES,
  HASH_BYTES,
  LOG_LIFE_DAYS,
} from '@postern/protocol/constants';
import { decodeInside } from '@postern/protocol/messages/inside';
import type { LogPosition } from '@postern/protocol/messages/log-entry';
import { encodeEvent, type LogEvent, readEvent } from '@postern/protocol/messages/log-event';
import type { Day } from '@postern/protocol/time';
import type { LocalStore, StoreWrite } from './ports.ts';
import { deviceName } from './rosters.ts';
import { names, numberIn } from './store-schema.ts';

/** An entry of events that was given to the server, which may have taken it or not. */
export interface SentEntry {
  readonly number: number;
  /** The head that it continues. */
  readonly previous: Uint8Array;
  readonly entry: Uint8Array;
  readonly events: readonly LogEvent[];
}

/** What an entry said that is in the log. */
export interface KeptEntry extends Kept {
  readonly number: number;
  /** H(entry). */
  readonly hash: Uint8Array;
  readonly day: Day;
}

interface Kept {
  /** Submissions and receipts, which stand before the other events. */
  readonly envelopes: readonly KeptEnvelope[];
  readonly events: readonly LogEvent[];
}

/** A message of which this device keeps the envelope, as it came: its root must lie nowhere in the clear (CHN-1). */
export interface KeptEnvelope {
  readonly id: Uint8Array;
  /** Of the day key. */
  readonly day: Day;
  readonly conversationId: Uint8Array;
}

const version = 1;

export class OwnEntries {
  #sent: SentEntry | null = null;
  /** By number, ascending. */
  readonly #kept = new Map<number, KeptEntry>();
  /** How many entries each other device has signed that it has read. */
  readonly #read = new Map<string, number>();

  static async load(store: LocalStore): Promise<OwnEntries> {
    const own = new OwnEntries();
    const sent = await store.get(names.sentEntry);
    if (sent !== null) own.#sent = decodeSent(sent);
    for (const name of await store.list(names.keptEntries)) {
      const bytes = await store.get(name);
      if (bytes === null) continue;
      const kept = decodeKept(bytes);
      own.#kept.set(kept.number, kept);
    }
    const read = await store.get(names.readByOthers);
    if (read !== null) for (const [device, length] of decodeRead(read)) own.#read.set(device, length);
    return own;
  }

  /** The entry that this device has given to the server as the next one at this position, or null. */
  sentAt({ length, head }: LogPosition): SentEntry | null {
    const sent = this.#sent;
    return sent !== null && sent.number === length && equal(sent.previous, head) ? sent : null;
  }

  /** To be kept before the entry is sent: whatever becomes of the answer, the device knows its own bytes again. */
  send(sent: SentEntry): StoreWrite {
    this.#sent = sent;
    return { key: names.sentEntry, bytes: encodeSent(sent) };
  }

  /** The log has gone on: what was sent for an earlier place is decided. */
  passed({ length }: LogPosition): StoreWrite[] {
    if (this.#sent === null || this.#sent.number >= length) return [];
    this.#sent = null;
    return [{ key: names.sentEntry, bytes: null }];
  }

  /** Keeps what an own entry said. The envelopes lie there since they were opened. */
  keep(entry: KeptEntry): StoreWrite[] {
    return entry.events.length + entry.envelopes.length === 0 ? [] : [this.#put(entry)];
  }

  /** Another device has written what these envelopes say. */
  forgetEnvelopes(events: readonly LogEvent[]): StoreWrite[] {
    return deletionsOf(toKeep(events).envelopes.filter(({ id }) => !this.#keeps(id)));
  }

  /** Forgets envelopes whose keys are gone. */
  async erase(store: LocalStore, today: Day): Promise<void> {
    for (const name of await store.list(names.keptEnvelopes)) {
      if (today - numberIn(name) >= DAY_KEY_GRACE_DAYS) await store.delete(name);
    }
  }

  get kept(): readonly KeptEntry[] {
    return [...this.#kept.values()];
  }

  /** A device has signed that it has read so many entries, and they are those that are read here. */
  noteRead(device: Uint8Array, length: number): StoreWrite[] {
    const name = deviceName(device);
    if ((this.#read.get(name) ?? 0) >= length) return [];
    this.#read.set(name, length);
    return [{ key: names.readByOthers, bytes: encodeRead(this.#read) }];
  }

  /** Forgets what each of these devices has read, and what is too old. */
  forgetRead(others: readonly Uint8Array[], today: Day): StoreWrite[] {
    const read = Math.min(...others.map((device) => this.#read.get(deviceName(device)) ?? 0));
    return this.#forget(({ number, day }) => number < read || today - day >= LOG_LIFE_DAYS);
  }

  /** The texts of these conversations are erased: no word of them stays here (CAS-6). @param ids hex */
  forgetCases(ids: ReadonlySet<string>): StoreWrite[] {
    if (ids.size === 0) return [];
    const writes: StoreWrite[] = [];
    const isErased = (id: Uint8Array): boolean => ids.has(bytesToHex(id));
    for (const kept of this.kept) {
      const events = kept.events.filter((event) => !conversationsOf(event).some(isErased));
      const envelopes = kept.envelopes.filter(({ conversationId }) => !isErased(conversationId));
      if (events.length + envelopes.length === kept.events.length + kept.envelopes.length) continue;
      writes.push(...deletionsOf(kept.envelopes.filter((envelope) => !envelopes.includes(envelope))));
      if (events.length + envelopes.length > 0) writes.push(this.#put({ ...kept, events, envelopes }));
      else writes.push(...this.#forget((other) => other === kept));
    }
    return writes;
  }

  /** The log goes on from elsewhere: nothing that was kept is in its place any more. @param waiting to be written again */
  forgetAll(waiting: readonly LogEvent[]): StoreWrite[] {
    this.#read.clear();
    const again = new Set(toKeep(waiting).envelopes.map(({ id }) => bytesToHex(id)));
    const writes = this.#forget(
      () => true,
      ({ id }) => !again.has(bytesToHex(id)),
    );
    return [{ key: names.readByOthers, bytes: null }, ...writes];
  }

  #keeps(id: Uint8Array): boolean {
    return [...this.#kept.values()].some(({ envelopes }) => envelopes.some((envelope) => equal(envelope.id, id)));
  }

  #put(kept: KeptEntry): StoreWrite {
    this.#kept.set(kept.number, kept);
    return { key: names.keptEntry(kept.number), bytes: encodeKept(kept) };
  }

  #forget(
    isDone: (kept: KeptEntry) => boolean,
    isGone: (envelope: KeptEnvelope) => boolean = () => true,
  ): StoreWrite[] {
    const done = this.kept.filter(isDone);
    for (const { number } of done) this.#kept.delete(number);
    const entries = done.map(({ number }): StoreWrite => ({ key: names.keptEntry(number), bytes: null }));
    return [...entries, ...deletionsOf(done.flatMap(({ envelopes }) => envelopes.filter(isGone)))];
  }
}

/** Of an entry's events, without those that follow from the rest or are about numbers of this one history. */
export function toKeep(events: readonly LogEvent[]): Kept {
  const envelopes = events.flatMap((event): KeptEnvelope[] => {
    if (event.kind !== 'received') return [];
    const { conversationId } = decodeInside(event.inside);
    return [{ id: event.envelopeId, day: event.day, conversationId }];
  });
  const kinds = ['received', 'posted', 'collected', 'day-finished'];
  return { envelopes, events: events.filter(({ kind }) => !kinds.includes(kind)) };
}

function deletionsOf(envelopes: readonly KeptEnvelope[]): StoreWrite[] {
  return envelopes.map(({ day, id }) => ({ key: names.keptEnvelope(day, id), bytes: null }));
}

/** Ids of the conversations that an event is about. */
export function conversationsOf(event: LogEvent): readonly Uint8Array[] {
  if ('conversationId' in event) return [event.conversationId];
  return 'cases' in event ? event.cases : [];
}

function writeEvents(writer: Writer, events: readonly LogEvent[]): Writer {
  return writer.list16(events, (event, w) => w.var16(encodeEvent(event)));
}

function readEvents(reader: Reader): LogEvent[] {
  return reader.list16(0xffff, () => {
    const inner = new Reader(reader.var16());
    const event = readEvent(inner);
    inner.end();
    return event;
  });
}

function encodeSent({ number, previous, entry, events }: SentEntry): Uint8Array {
  const writer = new Writer().u8(version).u32(number).bytes(previous, HASH_BYTES).var16(entry);
  return writeEvents(writer, events).done();
}

function decodeSent(bytes: Uint8Array): SentEntry {
  const reader = new Reader(bytes);
  reader.version(version);
  const head = { number: reader.u32(), previous: reader.bytes(HASH_BYTES), entry: reader.var16() };
  const events = readEvents(reader);
  reader.end();
  return { ...head, events };
}

function encodeKept({ number, hash, day, envelopes, events }: KeptEntry): Uint8Array {
  const writer = new Writer().u8(version).u32(number).bytes(hash, HASH_BYTES).u32(day);
  writer.list16(envelopes, (envelope, w) => {
    w.bytes(envelope.id, HASH_BYTES).u32(envelope.day).bytes(envelope.conversationId, CONVERSATION_ID_BYTES);
  });
  return writeEvents(writer, events).done();
}

function decodeKept(bytes: Uint8Array): KeptEntry {
  const reader = new Reader(bytes);
  reader.version(version);
  const head = { number: reader.u32(), hash: reader.bytes(HASH_BYTES), day: reader.u32() };
  const envelopes = reader.list16(
    0xffff,
    (r): KeptEnvelope => ({
      id: r.bytes(HASH_BYTES),
      day: r.u32(),
      conversationId: r.bytes(CONVERSATION_ID_BYTES),
    }),
  );
  const events = readEvents(reader);
  reader.end();
  return { ...head, envelopes, events };
}

function encodeRead(read: ReadonlyMap<string, number>): Uint8Array {
  const writer = new Writer().u8(version);
  return writer
    .list8([...read], ([device, length], w) => w.bytes(hexToBytes(device), DEVICE_ID_BYTES).u32(length))
    .done();
}

function decodeRead(bytes: Uint8Array): [string, number][] {
  const reader = new Reader(bytes);
  reader.version(version);
  const read = reader.list8(0xff, (r): [string, number] => [bytesToHex(r.bytes(DEVICE_ID_BYTES)), r.u32()]);
  reader.end();
  return read;
}
