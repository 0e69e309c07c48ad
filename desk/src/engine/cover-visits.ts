/** Collects this device's cover replies by visits like a source's (spec/protocol.md, section 5, RPL-6). */

import { REPLY_LIFE_DAYS } from '@postern/protocol/constants';
import { drawBelow } from '@postern/protocol/messages/draw';
import { sha256 } from '@postern/protocol/primitives/hash';
import { type Day, dayOf } from '@postern/protocol/time';
import { CoverVisit } from './cover-visit.ts';
import { Unreachable } from './desk-server.ts';
import type { EngineParts } from './engine-parts.ts';
import type { StoreWrite } from './ports.ts';
import { type CoverSecrets, decodePostedCover, encodePostedCover, type PostedCover } from './post-record.ts';
import type { Rosters } from './rosters.ts';
import { names } from './store-schema.ts';

/** Visits at the same time. */
const visitsMax = 8;

export class CoverVisits {
  readonly #parts: EngineParts;
  readonly #rosters: Rosters;
  readonly #covers = new Map<string, PostedCover>();
  /** Under way; lost with the process, as a page that is closed. */
  readonly #visits = new Map<string, CoverVisit>();

  private constructor(parts: EngineParts, rosters: Rosters) {
    this.#parts = parts;
    this.#rosters = rosters;
  }

  static async load(parts: EngineParts, rosters: Rosters): Promise<CoverVisits> {
    const visits = new CoverVisits(parts, rosters);
    const { store } = parts.ports;
    for (const name of await store.list(names.covers)) {
      const bytes = await store.get(name);
      if (bytes !== null) visits.#covers.set(name, decodePostedCover(bytes));
    }
    return visits;
  }

  /** Unix seconds of the next moment of a visit, or of the next visit; null if there is none. */
  get nextTime(): number | null {
    const canBegin = this.#visits.size < visitsMax;
    const begins = [...this.#covers].filter(([name]) => canBegin && !this.#visits.has(name));
    const times = [
      ...begins.map(([, { dueAt }]) => dueAt),
      ...[...this.#visits.values()].map(({ nextTime }) => nextTime),
    ];
    return times.length === 0 ? null : Math.min(...times);
  }

  /** The server has stored a cover reply; its visit is drawn now. The writes belong into the caller's transaction. */
  async add(secrets: CoverSecrets): Promise<StoreWrite[]> {
    const name = names.cover(await sha256(secrets.tagKey));
    const cover = { ...secrets, postedOn: dayOf(this.#parts.ports.now()), dueAt: this.#drawTime() };
    this.#covers.set(name, cover);
    return [{ key: name, bytes: encodePostedCover(cover) }];
  }

  /** Begins the visits that are due and does what the moments of those under way ask for. */
  async work(): Promise<void> {
    const now = this.#parts.ports.now();
    for (const [name, cover] of this.#covers) {
      if (cover.dueAt > now || this.#visits.has(name) || this.#visits.size >= visitsMax) continue;
      await this.#begin(name, cover);
    }
    for (const [name, visit] of this.#visits) {
      while (!visit.isOver && visit.nextTime <= this.#parts.ports.now()) await visit.step();
      if (visit.isOver) await this.#end(name, visit.isCollected);
    }
  }

  async erase(today: Day): Promise<void> {
    for (const [name, { postedOn }] of this.#covers) {
      if (today - postedOn <= REPLY_LIFE_DAYS) continue;
      await this.#parts.ports.store.delete(name);
      this.#covers.delete(name);
      this.#visits.delete(name);
    }
  }

  async #begin(name: string, cover: PostedCover): Promise<void> {
    try {
      const visit = await CoverVisit.begin(this.#parts, this.#rosters, cover);
      if (visit !== null) {
        this.#visits.set(name, visit);
        return;
      }
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
    }
    await this.#end(name, false);
  }

  /** A visit that collected nothing is made again, as by somebody who comes back. */
  async #end(name: string, isCollected: boolean): Promise<void> {
    this.#visits.delete(name);
    const cover = this.#covers.get(name);
    if (cover === undefined) return;
    if (isCollected) {
      await this.#parts.ports.store.delete(name);
      this.#covers.delete(name);
      return;
    }
    const later = { ...cover, dueAt: this.#drawTime() };
    await this.#parts.ports.store.set(name, encodePostedCover(later));
    this.#covers.set(name, later);
  }

  #drawTime(): number {
    const [least, most] = this.#parts.options.coverDelaySeconds;
    const delay = least + drawBelow(Math.max(1, Math.floor(most - least)), this.#parts.ports.random);
    return Math.ceil(this.#parts.ports.now()) + delay;
  }
}
