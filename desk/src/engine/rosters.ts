/** The organisation's rosters as this device knows them, step by step and never back (spec/protocol.md, section 2.2). */

import { bytesToHex } from '@postern/protocol/bytes/encode';
import { compare, equal } from '@postern/protocol/bytes/equal';
import { WireError } from '@postern/protocol/bytes/wire-error';
import { DocumentError } from '@postern/protocol/keys/document-error';
import { decodeRoster, deskOf, deviceIdOf, deviceOf, type RosterDesk } from '@postern/protocol/keys/roster';
import { acceptRosters, type VerifiedRoster, verifyRoster } from '@postern/protocol/keys/roster-chain';
import { payloadOf } from '@postern/protocol/keys/signed';
import type { Day } from '@postern/protocol/time';
import { fetchFile, Refused } from './desk-server.ts';
import type { EngineParts } from './engine-parts.ts';
import type { StoreWrite } from './ports.ts';
import { names } from './store-schema.ts';

/** How many days before its end people are told. */
const expiringDays = 7;

export class Rosters {
  readonly #parts: EngineParts;
  /** All that have been accepted, those still to come included, without a hole. */
  #chain: VerifiedRoster[] = [];
  #inUse: VerifiedRoster;

  private constructor(parts: EngineParts, chain: VerifiedRoster[], inUse: VerifiedRoster) {
    this.#parts = parts;
    this.#chain = chain;
    this.#inUse = inUse;
  }

  /** @param pinned the signed roster of the set-up @throws WireError, DocumentError for one of another organisation */
  static async load(parts: EngineParts, pinned: Uint8Array, day: Day): Promise<Rosters> {
    const { store } = parts.ports;
    const { fingerprint } = parts.keys;
    const first = await verifyRoster(pinned, fingerprint, decodeRoster(payloadOf(pinned)).firstDay);
    const chain: VerifiedRoster[] = [];
    for (const name of await store.list(names.rosters)) {
      const bytes = await store.get(name);
      // Verified when it was stored; its days may be past.
      if (bytes !== null) chain.push(await verifyRoster(bytes, fingerprint, decodeRoster(payloadOf(bytes)).firstDay));
    }
    const newest = chain.at(-1);
    if (newest === undefined || newest.number < first.number) {
      await store.transaction([
        ...chain.map(({ number }) => ({ key: names.roster(number), bytes: null })),
        { key: names.roster(first.number), bytes: first.signed },
      ]);
      return new Rosters(parts, [first], first);
    }
    const begun = chain.filter(({ firstDay }) => firstDay <= day).at(-1) ?? (chain[0] as VerifiedRoster);
    return new Rosters(parts, chain, begun);
  }

  /** The newest that has begun; it may have expired. */
  get current(): VerifiedRoster {
    return this.#inUse;
  }

  /** Those that may still be in use today, the newest first. */
  ofDay(day: Day): VerifiedRoster[] {
    return this.#chain.filter(({ firstDay, lastDay }) => firstDay <= day && day <= lastDay).reverse();
  }

  /** Every roster that is known, the newest first. */
  get known(): VerifiedRoster[] {
    return [...this.#chain].reverse();
  }

  /** Whether there were rosters before those that are known: then a device that they listed is a stranger here. */
  get isPartial(): boolean {
    return (this.#chain[0] as VerifiedRoster).number > 1;
  }

  get desk(): RosterDesk | null {
    return deskOf(this.#inUse, this.#parts.keys.desk);
  }

  /** Whether the roster in use lists this device at its desk. */
  get isMember(): boolean {
    return deviceOf(this.#inUse, this.#parts.keys.desk, this.#parts.keys.device) !== null;
  }

  /** Ids of the desk's devices, ascending, this one among them. */
  get devices(): Uint8Array[] {
    return devicesOf(this.#inUse, this.#parts.keys.desk);
  }

  /** The others. */
  get peers(): Uint8Array[] {
    return this.devices.filter((id) => !equal(id, this.#parts.keys.device));
  }

  isDevice(device: Uint8Array): boolean {
    return this.devices.some((id) => equal(id, device));
  }

  /** Whether every device that the desk has had since this roster is still one of its devices (DAY-3, DAY-4). */
  keptAllSince(number: number): boolean {
    const since = this.#chain.filter((roster) => roster.number >= number && roster.number <= this.#inUse.number);
    if (since[0]?.number !== number) return false;
    return since.every((roster) => devicesOf(roster, this.#parts.keys.desk).every((id) => this.isDevice(id)));
  }

  /** Accepts a signed roster that somebody has brought, and gives it to the server. @returns the newest @throws DocumentError, WireError for one that is refused; Unreachable, Refused */
  async bring(signed: Uint8Array, day: Day): Promise<VerifiedRoster> {
    const newest = this.#chain.at(-1) as VerifiedRoster;
    const next = await acceptOnItsDay(newest, signed);
    await this.#parts.server.ask({ kind: 'publish-roster', roster: next.signed });
    if (next.number > newest.number) await this.#accept([next.signed], day);
    return next;
  }

  /** Fetches what is newer and accepts it (ROS-1 to ROS-3). @throws Unreachable, Refused */
  async refresh(day: Day): Promise<void> {
    const newest = this.#chain.at(-1) as VerifiedRoster;
    const fetched = await this.#fetch(newest.number, day);
    if (fetched.length > 0) await this.#accept(fetched, day);
    this.#choose(day);
  }

  /** What is due to the clock alone: a roster of the future begins, the one in use ends. */
  #choose(day: Day): void {
    const { alerts } = this.#parts;
    this.#inUse = this.#chain.filter(({ firstDay }) => firstDay <= day).at(-1) ?? this.#inUse;
    const left = this.#inUse.lastDay - day;
    const next = this.#chain.find(({ number }) => number === this.#inUse.number + 1);
    if (left < 0) alerts.raise('roster-expired', day);
    else alerts.clear('roster-expired');
    if (left >= 0 && left <= expiringDays && next === undefined) alerts.raise('roster-expiring', day);
    else alerts.clear('roster-expiring');
    if (this.isMember) alerts.clear('removed');
    else alerts.raise('removed', day);
  }

  async #fetch(from: number, day: Day): Promise<readonly Uint8Array[]> {
    const { server, alerts } = this.#parts;
    try {
      const { rosters } = await server.ask({ kind: 'rosters', from });
      if (rosters.length === 0) await this.#giveBack(day);
      else alerts.clear('roster-rolled-back');
      return rosters;
    } catch (error) {
      // A device of an expired roster is not known to the server; whoever it is may read the public files.
      if (!(error instanceof Refused) || error.code === 'clock') throw error;
      return this.#fetchPublic(from);
    }
  }

  async #fetchPublic(from: number): Promise<Uint8Array[]> {
    const { ports } = this.#parts;
    const circuit = 'device-rosters';
    const rosters: Uint8Array[] = [];
    for (let number = from; rosters.length < 16; number++) {
      const bytes = await fetchFile(ports, `/roster/${number}`, circuit);
      if (bytes === null) break;
      rosters.push(bytes);
    }
    return rosters;
  }

  /** The server does not know the newest roster any more: it was put back from a backup, or lies. It is given it again. */
  async #giveBack(day: Day): Promise<void> {
    const { server, alerts } = this.#parts;
    alerts.raise('roster-rolled-back', day);
    for (const { signed, lastDay } of this.#chain) {
      if (lastDay >= day) await server.ask({ kind: 'publish-roster', roster: signed });
    }
  }

  async #accept(signed: readonly Uint8Array[], day: Day): Promise<void> {
    const newest = this.#chain.at(-1) as VerifiedRoster;
    try {
      // Each for its own first day, so that one of the future or the past is linked and kept like the others.
      for (const bytes of signed) if (!equal(bytes, newest.signed)) await this.#acceptOne(bytes);
    } catch (error) {
      if (!(error instanceof DocumentError || error instanceof WireError)) throw error;
      const code = error.code === 'rolled-back' ? 'roster-rolled-back' : 'roster-invalid';
      this.#parts.alerts.raise(error.code === 'same-number' ? 'roster-conflict' : code, day);
    }
    const added = this.#chain.filter(({ number }) => number > newest.number);
    const writes = added.map(({ number, signed: bytes }): StoreWrite => ({ key: names.roster(number), bytes }));
    if (writes.length > 0) await this.#parts.ports.store.transaction(writes);
  }

  async #acceptOne(bytes: Uint8Array): Promise<void> {
    const newest = this.#chain.at(-1) as VerifiedRoster;
    // On this day every roster that follows has begun and has not ended, if it is well-formed at all.
    const next = await acceptOnItsDay(newest, bytes);
    if (next.number > newest.number) this.#chain.push(next);
  }
}

/** Ids, ascending. */
export function devicesOf(roster: VerifiedRoster, desk: Uint8Array): Uint8Array[] {
  const devices = deskOf(roster, desk)?.devices ?? [];
  return devices.map(({ keyHash }) => deviceIdOf(keyHash) as Uint8Array).sort(compare);
}

/** Hex of a device's id, as alerts and views name it. */
export function deviceName(device: Uint8Array): string {
  return bytesToHex(device);
}

async function acceptOnItsDay(known: VerifiedRoster, bytes: Uint8Array): Promise<VerifiedRoster> {
  // The signature is verified for the pinned root before anything of the payload counts.
  const verified = await verifyRoster(bytes, known.fingerprint, 0).catch((error: unknown) => error);
  if (verified instanceof DocumentError && verified.code === 'not-yet-valid') {
    return acceptRosters(known, [bytes], decodeRoster(payloadOf(bytes)).firstDay);
  }
  throw verified;
}
