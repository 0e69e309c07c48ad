/** Events that wait for an entry of this device in the log; they survive whatever happens to it (spec/protocol.md, section 7.2). */

import { bytesToHex } from '@postern/protocol/bytes/encode';
import { Reader } from '@postern/protocol/bytes/reader';
import { Writer } from '@postern/protocol/bytes/writer';
import type { Conversation } from '@postern/protocol/desk/state';
import { encodeEvent, type LogEvent, readEvent } from '@postern/protocol/messages/log-event';
import { inTurn } from './event-order.ts';
import type { LocalStore, StoreWrite } from './ports.ts';
import { names, numberIn } from './store-schema.ts';

interface Pending {
  readonly sequence: number;
  readonly event: LogEvent;
}

/** In the order in which they were made. The writes that a method returns belong into the transaction of its caller. */
export class PendingEvents {
  /** By what makes an event the same as another. */
  readonly #pending = new Map<string, Pending>();
  #nextSequence = 0;
  /** Those with a sequence below go before all else. */
  #firstBelow = 0;

  static async load(store: LocalStore): Promise<PendingEvents> {
    const queue = new PendingEvents();
    for (const name of await store.list(names.allPending)) {
      const bytes = await store.get(name);
      if (bytes === null) continue;
      const reader = new Reader(bytes);
      const event = readEvent(reader);
      reader.end();
      queue.#pending.set(keyOf(event), { sequence: numberIn(name), event });
      queue.#nextSequence = numberIn(name) + 1;
    }
    const first = await store.get(names.pendingFirst);
    if (first !== null) queue.#firstBelow = new Reader(first).u32();
    queue.#nextSequence = Math.max(queue.#nextSequence, queue.#firstBelow);
    return queue;
  }

  get events(): readonly LogEvent[] {
    return [...this.#pending.values()].map(({ event }) => event);
  }

  get count(): number {
    return this.#pending.size;
  }

  /** In the order in which they go into the log. @param conversations those that it has, by hex of the id */
  inTurn(conversations: ReadonlyMap<string, Conversation>): LogEvent[] {
    return inTurn(this.events, this.#first.length, conversations);
  }

  /** One that stands in the queue already is not added again. */
  add(events: readonly LogEvent[]): StoreWrite[] {
    const writes: StoreWrite[] = [];
    for (const event of events) {
      const key = keyOf(event);
      if (this.#pending.has(key)) continue;
      const sequence = this.#nextSequence++;
      this.#pending.set(key, { sequence, event });
      writes.push({ key: names.pending(sequence), bytes: encodeEvent(event) });
    }
    return writes;
  }

  /** Puts events before all others: what waits may build on them. */
  putFirst(events: readonly LogEvent[]): StoreWrite[] {
    if (events.length === 0) return [];
    const [before, waiting] = [this.#first, this.events];
    const writes = [...this.drop(() => true), ...this.add([...events, ...before])];
    this.#firstBelow = this.#nextSequence;
    const bytes = new Writer().u32(this.#firstBelow).done();
    return [...writes, { key: names.pendingFirst, bytes }, ...this.add(waiting)];
  }

  /** Drops those that have nothing to say any more. @param isDone told also what makes each the same as another */
  drop(isDone: (event: LogEvent, key: string) => boolean): StoreWrite[] {
    const writes: StoreWrite[] = [];
    for (const [key, { sequence, event }] of this.#pending) {
      if (!isDone(event, key)) continue;
      this.#pending.delete(key);
      writes.push({ key: names.pending(sequence), bytes: null });
    }
    return writes;
  }

  /** Drops what an own entry has carried. */
  dropSent(events: readonly LogEvent[]): StoreWrite[] {
    const sent = new Set(events.map(keyOf));
    return this.drop((_event, key) => sent.has(key));
  }

  get #first(): LogEvent[] {
    const first = [...this.#pending.values()].filter(({ sequence }) => sequence < this.#firstBelow);
    return first.map(({ event }) => event);
  }
}

/** An envelope says one thing only; of everything else the bytes count. */
function keyOf(event: LogEvent): string {
  return bytesToHex(event.kind === 'received' ? event.envelopeId : encodeEvent(event));
}
