/** Events that wait for an entry of this device in the log; they survive whatever happens to it (spec/protocol.md, section 7.2). */

import { equal } from '@postern/protocol/bytes/equal';
import { Reader } from '@postern/protocol/bytes/reader';
import { encodeEvent, type LogEvent, readEvent } from '@postern/protocol/messages/log-event';
import type { LocalStore, StoreWrite } from './ports.ts';
import { names, numberIn } from './store-schema.ts';

interface Pending {
  readonly sequence: number;
  readonly event: LogEvent;
  readonly bytes: Uint8Array;
}

/** In the order in which they were made. The writes that a method returns belong into the transaction of its caller. */
export class PendingEvents {
  #pending: Pending[] = [];
  #nextSequence = 0;

  static async load(store: LocalStore): Promise<PendingEvents> {
    const queue = new PendingEvents();
    for (const name of await store.list(names.allPending)) {
      const bytes = await store.get(name);
      if (bytes === null) continue;
      const reader = new Reader(bytes);
      const event = readEvent(reader);
      reader.end();
      queue.#pending.push({ sequence: numberIn(name), event, bytes });
      queue.#nextSequence = numberIn(name) + 1;
    }
    return queue;
  }

  get events(): readonly LogEvent[] {
    return this.#pending.map(({ event }) => event);
  }

  get count(): number {
    return this.#pending.length;
  }

  /** One that stands in the queue already is not added again. */
  add(events: readonly LogEvent[]): StoreWrite[] {
    const writes: StoreWrite[] = [];
    for (const event of events) {
      const bytes = encodeEvent(event);
      if (this.#pending.some((other) => equal(other.bytes, bytes))) continue;
      const sequence = this.#nextSequence++;
      this.#pending.push({ sequence, event, bytes });
      writes.push({ key: names.pending(sequence), bytes });
    }
    return writes;
  }

  /** Puts events before all others: what waits may build on them. */
  putFirst(events: readonly LogEvent[]): StoreWrite[] {
    const waiting = this.events;
    return events.length === 0 ? [] : [...this.drop(() => true), ...this.add([...events, ...waiting])];
  }

  /** Drops those that have nothing to say any more. */
  drop(isDone: (event: LogEvent) => boolean): StoreWrite[] {
    const done = this.#pending.filter(({ event }) => isDone(event));
    if (done.length > 0) this.#pending = this.#pending.filter((pending) => !done.includes(pending));
    return done.map(({ sequence }) => ({ key: names.pending(sequence), bytes: null }));
  }

  /** Drops what an own entry has carried. */
  dropSent(events: readonly LogEvent[]): StoreWrite[] {
    const sent = events.map(encodeEvent);
    return this.drop((event) => {
      const bytes = encodeEvent(event);
      return sent.some((other) => equal(other, bytes));
    });
  }
}
