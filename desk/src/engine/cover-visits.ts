/** One visit like a source's after every post of this device, real or cover (spec/protocol.md, section 5, RPL-6). */

import { REPLY_LIFE_DAYS } from '@postern/protocol/constants';
import { drawBelow } from '@postern/protocol/messages/draw';
import type { Day } from '@postern/protocol/time';
import { CoverVisit } from './cover-visit.ts';
import { Unreachable } from './desk-server.ts';
import type { EngineParts } from './engine-parts.ts';
import type { StoreWrite } from './ports.ts';
import { type CoverSecrets, decodePlannedVisit, encodePlannedVisit, type PlannedVisit } from './post-record.ts';
import { freshCircuit } from './public-documents.ts';
import type { Rosters } from './rosters.ts';
import { names } from './store-schema.ts';
import { drawLater, isLate } from './tasks.ts';
import { visitPlan } from './visit-plan.ts';

/** Visits at the same time. */
const visitsMax = 8;
/** A page that did not load is tried again after so many seconds, at the least and the most. */
const againSeconds = [600, 3_600] as const;

export class CoverVisits {
  readonly #parts: EngineParts;
  readonly #rosters: Rosters;
  readonly #planned = new Map<string, PlannedVisit>();
  /** Under way, null while the page loads; begun anew after a restart. */
  readonly #visits = new Map<string, CoverVisit | null>();

  private constructor(parts: EngineParts, rosters: Rosters) {
    this.#parts = parts;
    this.#rosters = rosters;
  }

  static async load(parts: EngineParts, rosters: Rosters): Promise<CoverVisits> {
    const visits = new CoverVisits(parts, rosters);
    const { store } = parts.ports;
    for (const name of await store.list(names.visits)) {
      const bytes = await store.get(name);
      if (bytes !== null) visits.#planned.set(name, decodePlannedVisit(bytes));
    }
    return visits;
  }

  /** Unix seconds of the next moment of a visit, or of the next visit; null if there is none. */
  get nextTime(): number | null {
    const canBegin = this.#visits.size < visitsMax;
    const begins = [...this.#planned].filter(([name]) => canBegin && !this.#visits.has(name));
    const times = [
      ...begins.map(([, { dueAt }]) => dueAt),
      ...[...this.#visits.values()].flatMap((visit) => (visit === null ? [] : [visit.nextTime])),
    ];
    return times.length === 0 ? null : Math.min(...times);
  }

  /**
   * Plans the visit that follows a post. The writes belong into the transaction in which the post is kept, so that no
   * post is without its visit, whatever becomes of it.
   * @param cover null for a real reply: its visit only looks
   */
  async plan(day: Day, slot: number, cover: CoverSecrets | null): Promise<StoreWrite[]> {
    const { keys, options, ports } = this.#parts;
    const plan = await visitPlan(keys, day, slot, options.coverDelaySeconds);
    const visit = {
      plannedOn: day,
      dueAt: Math.ceil(ports.now()) + plan.delaySeconds,
      moments: plan.moments,
      lane: cover?.lane ?? plan.lane,
      cover: plan.collects ? cover : null,
    };
    const name = names.visit(day, slot);
    this.#planned.set(name, visit);
    return [{ key: name, bytes: encodePlannedVisit(visit) }];
  }

  /** Begins the visits that are due, and what the moments of those under way ask for. */
  async work(): Promise<void> {
    const now = this.#parts.ports.now();
    for (const [name, planned] of this.#planned) {
      if (planned.dueAt > now || this.#visits.has(name) || this.#visits.size >= visitsMax) continue;
      // Not when the device was started or woke.
      if (isLate(planned.dueAt, now)) this.#planned.set(name, { ...planned, dueAt: drawLater(this.#parts) });
      else this.#begin(name, planned);
    }
    for (const [name, visit] of this.#visits) {
      if (visit === null || visit.nextTime > now) continue;
      visit.step();
      if (visit.isOver) await this.#drop(name);
    }
  }

  async erase(today: Day): Promise<void> {
    for (const [name, { plannedOn }] of this.#planned) if (today - plannedOn > REPLY_LIFE_DAYS) await this.#drop(name);
  }

  #begin(name: string, planned: PlannedVisit): void {
    const { tasks, turns } = this.#parts;
    this.#visits.set(name, null);
    const circuit = freshCircuit(this.#parts, 'visit');
    tasks.begin(circuit, async () => {
      const visit = await this.#open(planned, circuit);
      // Not if it was erased meanwhile.
      await turns.run(async () => {
        if (!this.#visits.has(name)) return;
        if (visit !== null) this.#visits.set(name, visit);
        else await this.#putOff(name, planned);
      });
    });
  }

  async #open(planned: PlannedVisit, circuit: string): Promise<CoverVisit | null> {
    try {
      return await CoverVisit.begin(this.#parts, this.#rosters, planned, circuit);
    } catch (error) {
      if (error instanceof Unreachable) return null;
      throw error;
    }
  }

  async #putOff(name: string, planned: PlannedVisit): Promise<void> {
    const { options, ports } = this.#parts;
    const [least, most] = againSeconds;
    const dueAt =
      Math.ceil(ports.now()) + Math.min(least + drawBelow(most - least, ports.random), options.coverDelaySeconds[1]);
    const later = { ...planned, dueAt };
    await ports.store.set(name, encodePlannedVisit(later));
    this.#planned.set(name, later);
    this.#visits.delete(name);
  }

  /** What it did not collect stays, as what somebody does not come back for. */
  async #drop(name: string): Promise<void> {
    await this.#parts.ports.store.delete(name);
    this.#visits.delete(name);
    this.#planned.delete(name);
  }
}
