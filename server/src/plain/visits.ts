/** Which process serves which visit without scripts, how many there may be, and what became of those that have ended. */

import type { ChildProcess } from 'node:child_process';
import type { Past } from '@postern/plain/frames';
import { bytesToBase64url } from '@postern/protocol/bytes/encode';
import type { Random } from '@postern/protocol/primitives/random';
import { type Room, roomFor } from '../http/places.ts';
import type { Timer } from '../ports/clock.ts';
import { type Call, VisitProcess } from './visit-process.ts';

export interface VisitLimits {
  /** Visits at the same time. */
  readonly visitsMax: number;
  /** More, for those whose visit has ended while they were writing, one for each such visit. */
  readonly rescuesMax: number;
  readonly idleSeconds: number;
  /** Files that are received or handed out at the same time, over all visits; receiving takes some 60 MB more each. */
  readonly filesMax: number;
  /** Long forms without files that are read or worked on at the same time, each of up to 640 KiB in memory: of one visit, … */
  readonly formsPerVisitMax: number;
  /** … of all whose visit has ended, and as many of all whose visit nobody knows: who only floods is among these. */
  readonly formsMax: number;
}

/** More than a visit takes of a machine's memory: 53 MiB were measured, 45 of them its own. */
const visitBytes = 64 * 1024 ** 2;
/** The server's, tor's and the system's, beside which what moves with files has the other half. */
const baseBytes = 256 * 1024 ** 2;
const mostVisits = 64;

/**
 * @param machineBytes the machine's memory, of which visits may take half without what others need first (decision 0120);
 *   a place that is free takes none
 */
export function visitLimits(machineBytes: number): VisitLimits {
  const visitsMax = Math.min(mostVisits, Math.max(1, Math.floor((machineBytes - baseBytes) / 2 / visitBytes)));
  return {
    visitsMax,
    rescuesMax: Math.ceil(visitsMax / 4),
    idleSeconds: 30 * 60,
    filesMax: 4,
    formsPerVisitMax: 2,
    formsMax: 16,
  };
}

export interface VisitsParts {
  /** Null where the system gives no process, or no connection to one. */
  readonly launch: () => ChildProcess | null;
  readonly call: Call;
  readonly timer: Timer;
  readonly random: Random;
  readonly limits: VisitLimits;
}

/** A visit that has ended, and the key of the one in which whoever was writing went on. */
type Ended = { readonly past: Past; next: string | null };
type Found = { readonly key: string; readonly process: VisitProcess };
/** `told`: forms whose senders have the key from its answer, or wait for that. */
type Entry = { readonly process: VisitProcess; readonly forms: Room; idle: { cancel(): void }; told: number };

const keyBytes = 32;
const pastsMax = 1024;

export class Visits {
  readonly #parts: VisitsParts;
  readonly #visits = new Map<string, Entry>();
  readonly #pasts = new Map<string, Ended>();
  /** Visits that lived before the server started are known to nobody: for so long as one is remembered, anybody may have had one. */
  readonly #young: { cancel(): void };
  #isYoung = true;
  /** For moving files; and for long forms without files of those whose visit has ended, and of those whose visit nobody knows. */
  readonly #rooms: { readonly files: Room; readonly ended: Room; readonly unknown: Room };

  constructor(parts: VisitsParts) {
    const { filesMax, formsMax } = parts.limits;
    this.#parts = parts;
    this.#young = parts.timer.after(parts.limits.idleSeconds, () => {
      this.#isYoung = false;
    });
    this.#rooms = { files: roomFor(filesMax), ended: roomFor(formsMax), unknown: roomFor(formsMax) };
  }

  /** The process of a visit that lives; null for any other key, and without one. */
  find(key: string | undefined): VisitProcess | null {
    return this.#living(key)?.process ?? null;
  }

  #living(key: string | undefined): Entry | null {
    const entry = this.#visits.get(key ?? '');
    return entry === undefined || entry.process.isOver ? null : entry;
  }

  /** What became of a visit that does not live any more, as far as it is known. */
  past(key: string): Past {
    // Its connection may break before the system says that the process has ended.
    if (this.#visits.get(key)?.process.isOver) this.#over(key, 'crashed');
    return this.#pasts.get(key)?.past ?? { reason: 'unknown', parts: 0, stored: 0 };
  }

  get count(): number {
    return this.#visits.size;
  }

  /**
   * @param before the key of whoever begins, of a visit that has ended: there are more places for these, one for each
   * @returns null when there are too many, or the system has no more processes
   */
  start(before: string | undefined): Found | null {
    const { visitsMax, rescuesMax } = this.#parts.limits;
    const ended = this.#pasts.get(before ?? '');
    const isRescue = before !== undefined && (ended !== undefined || this.#isYoung);
    if (this.#visits.size >= visitsMax + (isRescue ? rescuesMax : 0)) return null;
    const child = this.#parts.launch();
    if (child === null) return null;
    const key = bytesToBase64url(this.#parts.random(keyBytes));
    const process = new VisitProcess(child, this.#parts.call);
    if (ended !== undefined) ended.next = key;
    const forms = roomFor(this.#parts.limits.formsPerVisitMax);
    this.#visits.set(key, { process, forms, idle: this.#idleTimer(key), told: 1 });
    void process.ended.then(() => this.#over(key, 'crashed'));
    return { key, process };
  }

  /** The visit that lives and in which one that has ended goes on: a form that comes twice leads to the same. */
  goesOnIn(key: string | undefined): Found | null {
    const next = this.#pasts.get(key ?? '')?.next ?? null;
    const entry = next === null ? null : this.#living(next);
    if (next === null || entry === null) return null;
    entry.told += 1;
    return { key: next, process: entry.process };
  }

  /** The person has done something: the idle time begins anew. */
  touch(key: string): void {
    const entry = this.#visits.get(key);
    if (entry === undefined) return;
    entry.idle.cancel();
    entry.idle = this.#idleTimer(key);
  }

  /** A place for moving files; null when all are taken. @returns what gives it back, once */
  takeFilePlace(): (() => void) | null {
    return this.#rooms.files();
  }

  /** The same for a long form without files, apart for those of each visit. */
  takeFormPlace(key: string | undefined): (() => void) | null {
    const { ended, unknown } = this.#rooms;
    const room = this.#living(key)?.forms ?? (this.#pasts.has(key ?? '') ? ended : unknown);
    return room();
  }

  /** The person leaves: nothing is kept, not even that there was a visit. */
  leave(key: string): void {
    const next = this.goesOnIn(key);
    if (next !== null) this.leave(next.key);
    this.#pasts.delete(key);
    for (const ended of this.#pasts.values()) if (ended.next === key) ended.next = null;
    const entry = this.#visits.get(key);
    entry?.idle.cancel();
    this.#visits.delete(key);
    entry?.process.end();
  }

  /** A form that began the visit, or went on in it, has not come whole: with the last of them it ends. */
  breakOff(key: string): void {
    const entry = this.#visits.get(key);
    if (entry === undefined) return;
    entry.told -= 1;
    if (entry.told === 0) this.leave(key);
  }

  stop(): void {
    this.#young.cancel();
    for (const key of [...this.#visits.keys()]) this.leave(key);
  }

  #idleTimer(key: string): { cancel(): void } {
    return this.#parts.timer.after(this.#parts.limits.idleSeconds, () => {
      this.#over(key, 'idle');
    });
  }

  #over(key: string, reason: Past['reason']): void {
    const entry = this.#visits.get(key);
    if (entry === undefined) return;
    entry.idle.cancel();
    this.#visits.delete(key);
    entry.process.end();
    if (this.#pasts.size >= pastsMax) this.#pasts.delete(this.#pasts.keys().next().value ?? '');
    this.#pasts.set(key, { past: { reason, ...entry.process.progress }, next: null });
    this.#parts.timer.after(this.#parts.limits.idleSeconds, () => void this.#pasts.delete(key));
  }
}
