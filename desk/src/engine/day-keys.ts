/** The desk's day keys: made ahead, shared before they are published, signed again or replaced, erased (spec/protocol.md, section 2.4). */

import { bytesToHex } from '@postern/protocol/bytes/encode';
import { equal } from '@postern/protocol/bytes/equal';
import { WireError } from '@postern/protocol/bytes/wire-error';
import { CLOCK_DAYS, DAY_KEY_GRACE_DAYS, DAY_KEYS_AHEAD_DAYS, XWING_SEED_BYTES } from '@postern/protocol/constants';
import { signDayKey, verifyDayKey } from '@postern/protocol/keys/day-key';
import { DocumentError } from '@postern/protocol/keys/document-error';
import { type EnvelopeKey, prepareEnvelopeKey } from '@postern/protocol/messages/envelope';
import { type ParcelContent, sealParcel } from '@postern/protocol/messages/parcel';
import { sha256 } from '@postern/protocol/primitives/hash';
import { hpkeKeyPair } from '@postern/protocol/primitives/hpke';
import type { Day } from '@postern/protocol/time';
import {
  decodeHashes,
  decodeHeldDayKey,
  encodeHashes,
  encodeHeldDayKey,
  type HeldDayKey,
  type PublishedHashes,
} from './day-key-record.ts';
import type { EngineParts } from './engine-parts.ts';
import type { StoreWrite } from './ports.ts';
import type { Rosters } from './rosters.ts';
import { names, numberIn } from './store-schema.ts';
import type { Peer, TransportKeys } from './transport-keys.ts';

/** A day key that the server lists and that verifies. */
interface Listed {
  readonly day: Day;
  readonly hash: Uint8Array;
  readonly rosterNumber: number;
}

export class DayKeys {
  readonly #parts: EngineParts;
  readonly #rosters: Rosters;
  readonly #transportKeys: TransportKeys;
  readonly #held = new Map<string, HeldDayKey>();
  readonly #prepared = new Map<string, Promise<EnvelopeKey>>();
  /** What the server lists, by the hash of the document: each is verified once. */
  #listed = new Map<string, Listed>();
  #published: PublishedHashes = new Map();
  /** Since when a day lacks a key, in unix seconds. */
  readonly #lackingSince = new Map<Day, number>();
  /** Days of which a key has come or was made since the last look. */
  #newDays: Day[] = [];

  private constructor(parts: EngineParts, rosters: Rosters, transportKeys: TransportKeys) {
    this.#parts = parts;
    this.#rosters = rosters;
    this.#transportKeys = transportKeys;
  }

  static async load(parts: EngineParts, rosters: Rosters, transportKeys: TransportKeys): Promise<DayKeys> {
    const keys = new DayKeys(parts, rosters, transportKeys);
    const { store } = parts.ports;
    for (const name of await store.list(names.dayKeys)) {
      const bytes = await store.get(name);
      if (bytes !== null) keys.#hold(decodeHeldDayKey(bytes));
    }
    for (const name of await store.list(names.allPublished)) {
      const bytes = await store.get(name);
      if (bytes !== null) keys.#published.set(numberIn(name), decodeHashes(bytes));
    }
    keys.#newDays = [];
    return keys;
  }

  get published(): PublishedHashes {
    return this.#published;
  }

  /** The last day from today on without a gap for which a key is published under the roster in use, or null. */
  publishedThrough(today: Day): Day | null {
    let through: Day | null = null;
    for (let day = today; this.#isListed(day); day++) through = day;
    return through;
  }

  /** All private halves that may open an envelope of a day, ready to try: the likeliest first, then those of older days. */
  envelopeKeys(day: Day): Promise<EnvelopeKey[]> {
    const { keys, ports } = this.#parts;
    const distance = (held: HeldDayKey): number => Math.abs(held.day - day);
    const fitting = [...this.#held.values()].filter((held) => held.day <= day + CLOCK_DAYS);
    const prepared = fitting
      .sort((a, b) => distance(a) - distance(b))
      .map((held) => {
        const name = bytesToHex(held.hash);
        const known = this.#prepared.get(name);
        if (known) return known;
        const made = prepareEnvelopeKey(ports.recipient, keys.fingerprint, keys.desk, held.day, held.seed);
        this.#prepared.set(name, made);
        return made;
      });
    return Promise.all(prepared);
  }

  /**
   * Whether this device holds every key to which the desk's envelopes of a day can be sealed. Keys of older days, for
   * carried envelopes, count while there is another device that may hold them.
   */
  holdsAll(day: Day): boolean {
    const firstDay = day - (this.#rosters.devices.length > 1 ? DAY_KEY_GRACE_DAYS - 1 : CLOCK_DAYS);
    return [...this.#published]
      .filter(([of]) => of >= firstDay && of <= day + CLOCK_DAYS)
      .every(([, hashes]) => [...hashes].every((hash) => this.#held.has(hash)));
  }

  get hasNewDays(): boolean {
    return this.#newDays.length > 0;
  }

  /** Days whose keys came since this was last asked: their envelopes are to be tried again. */
  takeNewDays(): Day[] {
    const days = this.#newDays;
    this.#newDays = [];
    return days;
  }

  /** Reads what the server lists. @throws Unreachable, Refused */
  async refresh(day: Day): Promise<void> {
    const { dayKeys } = await this.#parts.server.ask({ kind: 'day-keys' });
    const listed = new Map<string, Listed>();
    const writes: StoreWrite[] = [];
    for (const signed of dayKeys) {
      const name = bytesToHex(await sha256(signed));
      const known = this.#listed.get(name) ?? (await this.#verify(signed, day));
      if (known === null) continue;
      listed.set(name, known);
      writes.push(...this.#vouch(known), ...this.notePublished(known.day, [bytesToHex(known.hash)]));
    }
    this.#listed = listed;
    if (writes.length > 0) await this.#parts.ports.store.transaction(writes);
  }

  /** Remembers that the desk has published keys for a day. */
  notePublished(day: Day, hashes: Iterable<string>): StoreWrite[] {
    const known = this.#published.get(day) ?? new Set<string>();
    const all = new Set([...known, ...hashes]);
    this.#published.set(day, all);
    return all.size === known.size ? [] : [{ key: names.published(day), bytes: encodeHashes(all) }];
  }

  /** Brings the coming days' keys into being, one step each: share, publish, sign again or make. @throws Unreachable, Refused */
  async work(today: Day): Promise<void> {
    await this.#sendReceipts();
    for (let day = today; day <= today + DAY_KEYS_AHEAD_DAYS; day++) await this.#workOn(day, today);
    await this.#share(today);
    this.#raiseAlerts(today);
  }

  /** Takes a private half from a peer; the receipt goes out when it is stored. */
  async receive(from: Uint8Array, content: Extract<ParcelContent, { kind: 'day-key' }>, today: Day): Promise<void> {
    const { publicKey } = await hpkeKeyPair(content.seed);
    const age = today - content.day;
    if (!equal(publicKey, content.publicKey)) {
      this.#parts.alerts.add('parcel-invalid', today, { device: bytesToHex(from) });
      return;
    }
    if (age >= DAY_KEY_GRACE_DAYS || age < -DAY_KEYS_AHEAD_DAYS - 1) return;
    const hash = await sha256(publicKey);
    const held = this.#held.get(bytesToHex(hash)) ?? {
      day: content.day,
      seed: content.seed,
      publicKey,
      hash,
      from,
      madeOn: today,
      vouched: 0,
      shares: [],
      owesReceipts: [],
    };
    if (!held.owesReceipts.some((device) => equal(device, from))) held.owesReceipts.push(from);
    if (!this.#held.has(bytesToHex(hash))) this.#hold(held);
    await this.#keep(held);
  }

  /** A peer says that it has a key. */
  async confirm(from: Uint8Array, content: Extract<ParcelContent, { kind: 'receipt' }>): Promise<void> {
    const held = this.#held.get(bytesToHex(content.keyHash));
    if (held === undefined || held.day !== content.day) return;
    const shared = held.shares.find(({ device }) => equal(device, from));
    if (shared === undefined || shared.isConfirmed) return;
    held.shares = held.shares.map((share) => (share === shared ? { ...share, isConfirmed: true } : share));
    await this.#keep(held);
  }

  /** Erases the private halves of days that are 14 days past (DAY-2). */
  async erase(today: Day): Promise<void> {
    for (const [name, held] of this.#held) {
      if (today - held.day < DAY_KEY_GRACE_DAYS) continue;
      await this.#parts.ports.store.delete(names.dayKey(held.day, held.hash));
      held.seed.fill(0);
      this.#held.delete(name);
      this.#prepared.delete(name);
    }
    for (const day of this.#published.keys()) {
      if (today - day < DAY_KEY_GRACE_DAYS + 2) continue;
      await this.#parts.ports.store.delete(names.published(day));
      this.#published.delete(day);
    }
  }

  async #workOn(day: Day, today: Day): Promise<void> {
    if (this.#isListed(day)) {
      this.#lackingSince.delete(day);
      return;
    }
    const kept = this.#heldOf(day).filter(({ vouched }) => vouched > 0 && this.#rosters.keptAllSince(vouched));
    const own = kept.find((held) => this.#isOwn(held) && this.#isPublishable(held));
    if (own) return this.#publish(own);
    if (!this.#isMyTurn(day)) return;
    const signedBefore = kept.find((held) => this.#isPublishable(held));
    if (signedBefore) return this.#publish(signedBefore);
    // One that waits for a receipt is as good as made.
    if (kept.some((held) => this.#isOwn(held))) return;
    const made = await this.#make(day, today);
    if (this.#isPublishable(made)) await this.#publish(made);
  }

  /** DAY-1 was kept when it was first published; or it is kept now. */
  #isPublishable(held: HeldDayKey): boolean {
    const wasPublished = this.#published.get(held.day)?.has(bytesToHex(held.hash)) ?? false;
    const isConfirmed = held.shares.some((share) => share.isConfirmed && this.#rosters.isDevice(share.device));
    return wasPublished || isConfirmed || this.#rosters.devices.length === 1;
  }

  /** The first device that is online acts at once, each other one gives those before it time. */
  #isMyTurn(day: Day): boolean {
    const now = this.#parts.ports.now();
    const since = this.#lackingSince.get(day) ?? now;
    this.#lackingSince.set(day, since);
    return now - since >= this.#transportKeys.turn * this.#parts.options.turnSeconds;
  }

  async #make(day: Day, today: Day): Promise<HeldDayKey> {
    const { ports, keys } = this.#parts;
    const { publicKey, seed } = await hpkeKeyPair(ports.random(XWING_SEED_BYTES));
    const vouched = this.#rosters.current.number;
    const hash = await sha256(publicKey);
    const made = {
      day,
      seed,
      publicKey,
      hash,
      from: keys.device,
      madeOn: today,
      vouched,
      shares: [],
      owesReceipts: [],
    };
    this.#hold(made);
    await this.#keep(made);
    return made;
  }

  async #publish(held: HeldDayKey): Promise<void> {
    const { keys, ports, server } = this.#parts;
    const { hash: rosterHash, number } = this.#rosters.current;
    const fields = { rosterHash, desk: keys.desk, day: held.day, publicKey: held.publicKey };
    const dayKey = await signDayKey({ fingerprint: keys.fingerprint, ...fields }, keys.hybrid, ports.random);
    await server.ask({ kind: 'publish-day-key', dayKey });
    const name = bytesToHex(await sha256(dayKey));
    const listed = { day: held.day, hash: held.hash, rosterNumber: number };
    this.#listed.set(name, listed);
    await ports.store.transaction([
      ...this.#vouch(listed),
      ...this.notePublished(held.day, [bytesToHex(held.hash)]),
      this.#write(held),
    ]);
  }

  /** Gives every peer each key that it may have and has not confirmed, again whenever it has a new transport key. */
  async #share(today: Day): Promise<void> {
    for (const held of this.#held.values()) {
      const isMine = this.#isOwn(held) || (!this.#transportKeys.peer(held.from) && this.#transportKeys.turn === 0);
      if (held.day < today || !isMine || held.vouched === 0 || !this.#rosters.keptAllSince(held.vouched)) continue;
      for (const peer of this.#transportKeys.peers) {
        const shared = held.shares.find(({ device }) => equal(device, peer.id));
        const isDone = shared !== undefined && (shared.isConfirmed || equal(shared.sentTo, peer.publicKeyHash));
        if (isDone || equal(peer.id, held.from)) continue;
        const { day, seed, publicKey } = held;
        await this.#send(peer, { kind: 'day-key', day, seed, publicKey });
        const share = { device: peer.id, sentTo: peer.publicKeyHash, isConfirmed: false };
        held.shares = [...held.shares.filter((other) => other !== shared), share];
        await this.#keep(held);
      }
    }
  }

  async #sendReceipts(): Promise<void> {
    for (const held of this.#held.values()) {
      for (const device of [...held.owesReceipts]) {
        const peer = this.#transportKeys.peer(device);
        if (peer === undefined) continue;
        await this.#send(peer, { kind: 'receipt', day: held.day, keyHash: held.hash });
        held.owesReceipts = held.owesReceipts.filter((other) => other !== device);
        await this.#keep(held);
      }
    }
  }

  async #send(peer: Peer, content: ParcelContent): Promise<void> {
    const { keys, ports, server } = this.#parts;
    const route = { fingerprint: keys.fingerprint, desk: keys.desk, from: keys.device, to: peer.id };
    const parcel = await sealParcel(route, peer.publicKey, keys.hybrid, content, ports.random);
    await server.ask({ kind: 'send-parcel', to: peer.id, parcel });
  }

  async #verify(signed: Uint8Array, today: Day): Promise<Listed | null> {
    let isForeign = false;
    for (const roster of this.#rosters.known) {
      try {
        const dayKey = await verifyDayKey(signed, roster, today - 1, today + DAY_KEYS_AHEAD_DAYS + 1);
        if (!equal(dayKey.desk, this.#parts.keys.desk)) break;
        await this.#transportKeys.learn(dayKey.devicePublicKey);
        return { day: dayKey.day, hash: dayKey.publicKeyHash, rosterNumber: roster.number };
      } catch (error) {
        if (!(error instanceof DocumentError || error instanceof WireError)) throw error;
        isForeign = error.code === 'wrong-roster' || error.code === 'unknown-signer';
        if (!isForeign) break;
      }
    }
    if (isForeign && this.#rosters.isPartial) return null;
    this.#parts.alerts.raise('key-invalid', today);
    return null;
  }

  /** Whoever signs a key under a roster vouches that nobody outside of it was given the key. */
  #vouch({ hash, rosterNumber }: Listed): StoreWrite[] {
    const held = this.#held.get(bytesToHex(hash));
    if (held === undefined || held.vouched >= rosterNumber) return [];
    held.vouched = rosterNumber;
    return [this.#write(held)];
  }

  #raiseAlerts(today: Day): void {
    const { alerts } = this.#parts;
    const through = this.publishedThrough(today);
    if (through === null || through < today + 1) alerts.raise('day-keys-short', today);
    else alerts.clear('day-keys-short');
    const waits = [...this.#held.values()].filter(
      (held) => held.day >= today && this.#isOwn(held) && held.madeOn < today && !this.#isPublishable(held),
    );
    if (waits.length > 0) alerts.raise('no-receipt', today, {}, waits.length);
    else alerts.clear('no-receipt');
  }

  #isListed(day: Day): boolean {
    const { number } = this.#rosters.current;
    return [...this.#listed.values()].some((listed) => listed.day === day && listed.rosterNumber === number);
  }

  #isOwn(held: HeldDayKey): boolean {
    return equal(held.from, this.#parts.keys.device);
  }

  #heldOf(day: Day): HeldDayKey[] {
    return [...this.#held.values()].filter((held) => held.day === day);
  }

  #hold(held: HeldDayKey): void {
    this.#held.set(bytesToHex(held.hash), held);
    this.#newDays.push(held.day);
  }

  #write(held: HeldDayKey): StoreWrite {
    return { key: names.dayKey(held.day, held.hash), bytes: encodeHeldDayKey(held) };
  }

  #keep(held: HeldDayKey): Promise<void> {
    return this.#parts.ports.store.transaction([this.#write(held)]);
  }
}
