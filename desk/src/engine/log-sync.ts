/** Follows the desk's log and writes to it: entry by entry, each verified, applied and kept before the next (spec/protocol.md, section 7.2). */

import { equal } from '@postern/protocol/bytes/equal';
import { WireError } from '@postern/protocol/bytes/wire-error';
import { GROUP_KEY_BYTES } from '@postern/protocol/constants';
import { applyEntry } from '@postern/protocol/desk/apply';
import { cannotReadOn } from '@postern/protocol/keys/transport-key';
import {
  type LogPosition,
  type OpenedEntry,
  openGroupKey,
  openLogEntry,
  sealEventsEntry,
  sealRekeyEntry,
  type WrappedGroupKey,
} from '@postern/protocol/messages/log-entry';
import { type LogEvent, packEvents } from '@postern/protocol/messages/log-event';
import { MessageError } from '@postern/protocol/messages/message-error';
import { sha256 } from '@postern/protocol/primitives/hash';
import type { Day } from '@postern/protocol/time';
import type { EngineParts } from './engine-parts.ts';
import { findFork, goOn, hasOtherEntry, type RecoveryParts } from './log-recovery.ts';
import { toKeep } from './own-entries.ts';
import type { StoreWrite } from './ports.ts';
import { deviceName } from './rosters.ts';
import type { AlertCode } from './view.ts';

/** What other parts do with an entry that has been applied; their writes go into the same transaction. */
export type AppliedListener = (
  device: Uint8Array,
  events: readonly LogEvent[],
  changed: ReadonlySet<string>,
  day: Day,
) => StoreWrite[];

export interface LogSyncParts extends RecoveryParts {
  readonly onApplied: AppliedListener;
}

type Refusal = { readonly refused: 'stuck' | 'log-invalid' | 'log-fork' };

/** Requests for entries in one tick at the most; what is left is read at the next. */
const readsMax = 64;
const appendsMax = 4;

export class LogSync {
  readonly #parts: EngineParts;
  readonly #with: LogSyncParts;
  /** Whether the server gave the entry that this device read last, since the engine was opened. */
  #isCompared = false;
  #isRefused = false;
  #isCaughtUp = false;
  #triedReadingAt = Number.NEGATIVE_INFINITY;
  /** After giving entries back: until when other devices are left to do the same, in unix seconds. */
  #quietUntil = 0;
  /** Since when a rekey that is nobody's in particular is due, in unix seconds. */
  #rekeyDueSince: number | null = null;

  constructor(parts: EngineParts, others: LogSyncParts) {
    this.#parts = parts;
    this.#with = others;
  }

  /** Whether an entry was refused at the last attempt; nothing behind it is read (LOG-1). */
  get isRefused(): boolean {
    return this.#isRefused;
  }

  /** Whether everything that the server has, and whatever peers say they have seen, is read. */
  get isCaughtUp(): boolean {
    return this.#isCaughtUp;
  }

  /** The log continues from elsewhere: what the server gives is compared again. */
  restart(): void {
    this.#isCompared = false;
    this.#isCaughtUp = false;
    this.#isRefused = false;
  }

  /** Reads what is new. @throws Unreachable, Refused */
  async sync(day: Day): Promise<void> {
    this.#isCaughtUp = false;
    if (this.#with.log.progress.needsSnapshot && !(await this.#canReadOn(day))) return;
    for (let reads = 0; reads < readsMax; reads++) {
      const { position } = this.#with.log;
      const from = this.#isCompared ? position.length : Math.max(0, position.length - 1);
      const { length, entries } = await this.#parts.server.ask({ kind: 'log', from });
      if (length < position.length) {
        if (!(await this.#giveBack(length, day))) return;
        continue;
      }
      const last = entries.find(({ number }) => number === position.length - 1);
      if (last !== undefined && !equal(await sha256(last.entry), position.head)) return this.#leaveFork(day);
      this.#isCompared = true;
      const fresh = entries.filter(({ number }) => number >= position.length);
      if (length === position.length) {
        this.#isCaughtUp = true;
        this.#isRefused = false;
        this.#parts.alerts.clear('log-withheld');
        return;
      }
      if (fresh[0]?.number !== position.length) return this.#becomeStuck('log-gap', day);
      if (
        !(await this.#takeAll(
          fresh.map(({ entry }) => entry),
          day,
        ))
      )
        return;
    }
  }

  /** Whether a device that could not read on can do so now: the server, not the log, was the reason. Asked now and then. */
  async #canReadOn(day: Day): Promise<boolean> {
    const { log } = this.#with;
    const now = this.#parts.ports.now();
    if (now < this.#triedReadingAt + this.#parts.options.turnSeconds) return false;
    this.#triedReadingAt = now;
    const { length, entries } = await this.#parts.server.ask({ kind: 'log', from: log.position.length });
    const next = entries.find(({ number }) => number === log.position.length);
    if (length < log.position.length && log.progress.forkedAt === null) {
      // The others go on in a log that is shorter than what was read here: another history.
      await this.#becomeStuck('log-withheld', day, length);
    }
    const isReadable = next !== undefined && typeof (await this.#openOnce(next.entry)) !== 'string';
    if (isReadable || length === log.position.length) {
      log.progress = { ...log.progress, needsSnapshot: false, forkedAt: null };
    } else if (!(await goOn(this.#parts, this.#with, day))) return false;
    // What the server has is compared again, also where it is as long as what was read here.
    this.restart();
    return true;
  }

  /** Compares what the peers' transport keys say with the own log (TRK-3). */
  async compareHeads(day: Day): Promise<void> {
    const { log, own, rosters, transportKeys } = this.#with;
    if (log.progress.needsSnapshot) return;
    const writes: StoreWrite[] = [];
    for (const peer of transportKeys.peers) {
      const subject = { device: deviceName(peer.id) };
      if (!cannotReadOn(peer) && peer.logLength > log.position.length) {
        this.#parts.alerts.raise('log-withheld', day, subject);
        continue;
      }
      this.#parts.alerts.clear('log-withheld', subject);
      if (cannotReadOn(peer)) continue;
      const head = await log.headAt(peer.logLength);
      if (head === null) continue;
      if (equal(head, peer.head)) writes.push(...own.noteRead(peer.id, peer.logLength));
      else this.#parts.alerts.raise('log-fork', day, subject);
    }
    writes.push(...own.forgetRead(rosters.peers, day));
    if (writes.length > 0) await this.#parts.ports.store.transaction(writes);
  }

  /**
   * Writes one entry: a new group key if one is due, otherwise what waits, or nothing (LOG-4). When another device was
   * faster, reads what it wrote and tries again with what still waits. @throws Unreachable, Refused
   */
  async append(day: Day): Promise<void> {
    for (let tries = 0; tries < appendsMax; tries++) {
      if (!this.#isCaughtUp || !this.#mayWrite() || this.#parts.ports.now() < this.#quietUntil) return;
      const entry = (await this.#sealRekey(day)) ?? (await this.#sealEvents());
      if (entry === null) return;
      const { outcome } = await this.#parts.server.ask({ kind: 'append', entry });
      if (outcome === 'appended') {
        await this.#takeAll([entry], day);
        return;
      }
      await this.sync(day);
    }
  }

  /** An empty log may be begun only if no peer has seen another, or by who goes on in it (LOG-11). */
  #mayWrite(): boolean {
    const { log, transportKeys } = this.#with;
    if (log.progress.needsSnapshot || this.#isRefused) return false;
    return log.position.groupEpoch > 0 || transportKeys.peers.every(({ logLength }) => logLength === 0);
  }

  async #sealEvents(): Promise<Uint8Array | null> {
    const { log, own, pending } = this.#with;
    const { keys, ports } = this.#parts;
    const { position, currentKey } = log;
    if (currentKey === null) return null;
    // What this device has given the server for this place may be there already: it writes nothing else for it.
    const sent = own.sentAt(position);
    if (sent !== null) return sent.entry;
    const { entry: events } = packEvents(pending.inTurn(log.state.conversations));
    const author = { device: keys.device, key: keys.hybrid };
    const entry = await sealEventsEntry(keys, position, author, currentKey, events, ports.random);
    const { length: number, head: previous } = position;
    await ports.store.transaction([own.send({ number, previous, entry, events })]);
    return entry;
  }

  /** The next entry if a new group key is due (LOG-3), or null. */
  async #sealRekey(day: Day): Promise<Uint8Array | null> {
    const { log, rosters, transportKeys } = this.#with;
    const { keys, ports } = this.#parts;
    const own = transportKeys.ownPublicKey;
    if (own === null || !this.#isRekeyDue(day)) return null;
    const peers = transportKeys.peers.map(({ id, publicKey }) => ({ device: id, transportKey: publicKey }));
    const to = [{ device: keys.device, transportKey: own }, ...peers.filter(({ device }) => rosters.isDevice(device))];
    const groupKey = ports.random(GROUP_KEY_BYTES);
    const author = { device: keys.device, key: keys.hybrid };
    const entry = await sealRekeyEntry(keys, log.position, author, groupKey, to, ports.random);
    groupKey.fill(0);
    return entry;
  }

  #isRekeyDue(day: Day): boolean {
    const { log, rosters, transportKeys } = this.#with;
    const { members, groupEpoch } = log.position;
    const isMember = (device: Uint8Array): boolean => members.some((member) => equal(member, device));
    // Who has left must not read the very next entry; without a key nothing else can be written.
    const hasLeft = members.some((member) => !rosters.isDevice(member));
    if (groupEpoch === 0 || log.currentKey === null || hasLeft) return true;
    const hasJoined = transportKeys.peers.some(({ id }) => !isMember(id));
    if (!hasJoined && log.progress.rekeyDay >= day) {
      this.#rekeyDueSince = null;
      return false;
    }
    const now = this.#parts.ports.now();
    this.#rekeyDueSince ??= now;
    return now - this.#rekeyDueSince >= transportKeys.turn * this.#parts.options.turnSeconds;
  }

  /** @returns whether all were taken */
  async #takeAll(entries: readonly Uint8Array[], day: Day): Promise<boolean> {
    const { log, own } = this.#with;
    const changed = new Set<string>();
    const writes: StoreWrite[] = [];
    let hasProgress = false;
    let problem: (() => Promise<void> | void) | null = null;
    for (const bytes of entries) {
      const opened = await this.#open(bytes, day);
      if ('refused' in opened) {
        problem = () => this.#stop(opened.refused, day);
        break;
      }
      writes.push(log.entryWrite(log.position.length, bytes, day));
      if (opened.kind === 'rekey') await this.#rekey(opened.keys, opened.next, day);
      else {
        if (log.groupKey) log.groupKey = { ...log.groupKey, lastDay: day };
        const applied = await this.#parts.turns.run(async () => {
          const done = await this.#apply(opened, day);
          // Only now: whoever looks meanwhile would keep what was before under the new length.
          log.progress = { ...log.progress, position: opened.next, readBefore: null };
          return done;
        });
        for (const id of applied.changed) changed.add(id);
        writes.push(...applied.writes);
        hasProgress ||= opened.events.some(({ kind }) => kind === 'received' || kind === 'day-finished');
      }
    }
    writes.push(...own.passed(log.position), ...own.forgetCases(this.#endedOf(changed)));
    await this.#parts.ports.store.transaction([...writes, ...(await log.writes(changed, hasProgress))]);
    await problem?.();
    return problem === null;
  }

  async #apply(
    { device, events, next }: Extract<OpenedEntry, { kind: 'events' }>,
    day: Day,
  ): Promise<{ changed: Set<string>; writes: StoreWrite[] }> {
    const { log, own, rosters, pending, onApplied } = this.#with;
    const changed = await applyEntry(log.state, { device, events }, this.#parts.keys);
    const isOwn = equal(device, this.#parts.keys.device);
    const writes = isOwn ? pending.dropSent(events) : [];
    // Without others nobody can go on from another history than this one.
    const isKept = isOwn && rosters.peers.length > 0;
    if (isKept) writes.push(...own.keep({ number: next.length - 1, hash: next.head, day, ...toKeep(events) }));
    else writes.push(...own.forgetEnvelopes(events));
    writes.push(...onApplied(device, events, changed, day));
    return { changed, writes };
  }

  #endedOf(changed: ReadonlySet<string>): Set<string> {
    const { cases } = this.#with.log.state.work;
    return new Set([...changed].filter((id) => (cases.get(id)?.endedDay ?? null) !== null));
  }

  /** From here on only the new key counts: the one before is erased at once, long before LOG-6 asks for it. */
  async #rekey(wrapped: readonly WrappedGroupKey[], next: LogPosition, day: Day): Promise<void> {
    const { log } = this.#with;
    const key = await this.#unwrap(wrapped, next.groupEpoch);
    log.groupKey?.key.fill(0);
    log.groupKey = key === null ? null : { epoch: next.groupEpoch, key, lastDay: day };
    log.progress = { ...log.progress, position: next, rekeyDay: day, readBefore: null };
  }

  async #unwrap(wrapped: readonly WrappedGroupKey[], groupEpoch: number): Promise<Uint8Array | null> {
    const { keys, ports } = this.#parts;
    const mine = wrapped.find(({ device }) => equal(device, keys.device));
    if (mine === undefined) return null;
    for (const key of await this.#with.transportKeys.privateKeys()) {
      const groupKey = await openGroupKey(ports.recipient, keys, key, mine, groupEpoch);
      if (groupKey?.length === GROUP_KEY_BYTES) return groupKey;
    }
    return null;
  }

  async #open(bytes: Uint8Array, day: Day): Promise<OpenedEntry | Refusal> {
    const { log, transportKeys } = this.#with;
    const groupKey = log.currentKey;
    let code = await this.#openOnce(bytes);
    if (code === 'signer') {
      // A device that has come since the keys were fetched last.
      await transportKeys.refresh(day);
      code = await this.#openOnce(bytes);
    }
    if (typeof code !== 'string') return code;
    if (code === 'sealed' && groupKey === null) return { refused: 'stuck' };
    // Others go on in a log that was lost, in the epochs of before: whoever comes new to it needs what they know.
    if (code === 'epoch' && log.position.length === 0) return { refused: 'stuck' };
    return { refused: code === 'previous' ? 'log-fork' : 'log-invalid' };
  }

  async #openOnce(bytes: Uint8Array): Promise<OpenedEntry | string> {
    const { log, own, rosters, transportKeys } = this.#with;
    const sent = own.sentAt(log.position);
    if (sent !== null && equal(sent.entry, bytes)) {
      // Its own bytes it knows without the group key, which may be erased by now.
      const next = { ...log.position, length: sent.number + 1, head: await sha256(bytes) };
      return { kind: 'events', device: this.#parts.keys.device, events: sent.events, next };
    }
    const trust = { roster: rosters.devices, signers: transportKeys.signers };
    try {
      return await openLogEntry(this.#parts.keys, log.position, trust, log.currentKey, bytes);
    } catch (error) {
      if (error instanceof MessageError || error instanceof WireError) return error.code;
      throw error;
    }
  }

  async #stop(why: Refusal['refused'], day: Day): Promise<void> {
    if (why === 'stuck') return this.#becomeStuck(null, day);
    if (why === 'log-fork') return this.#leaveFork(day);
    this.#isRefused = true;
    this.#parts.alerts.raise('log-invalid', day);
  }

  /**
   * The server goes on from another history than the one read here: people are told, and this device takes over what the
   * others have and writes anew what only it had written (LOG-10).
   */
  async #leaveFork(day: Day): Promise<void> {
    return this.#becomeStuck('log-fork', day, await findFork(this.#parts, this.#with));
  }

  /**
   * This device cannot read on: it was away for too long, came after the log's first entries, has read another history,
   * or has not kept what the server lost.
   */
  async #becomeStuck(code: AlertCode | null, day: Day, forkedAt: number | null = null): Promise<void> {
    const { log } = this.#with;
    if (code !== null && log.position.length > 0) this.#parts.alerts.raise(code, day);
    log.progress = { ...log.progress, needsSnapshot: true, forkedAt };
    await this.#parts.ports.store.transaction(await log.writes([], false));
  }

  /** The server lost entries: it is given the same bytes again. @returns whether that may have worked */
  async #giveBack(length: number, day: Day): Promise<boolean> {
    const { log } = this.#with;
    const { server, alerts } = this.#parts;
    if (await hasOtherEntry(this.#parts, log, length - 1)) {
      await this.#leaveFork(day);
      return false;
    }
    for (let number = length; number < log.position.length; number++) {
      const entry = await log.entry(number);
      if (entry === null) {
        // Too much is missing to be put back from here; another device may know more.
        alerts.raise('log-withheld', day);
        await this.#becomeStuck(null, day, length);
        return false;
      }
      alerts.raise('log-restored', day);
      const { outcome } = await server.ask({ kind: 'append', entry });
      if (outcome === 'conflict') break;
    }
    // Whoever has read further must give back what this device does not know, before anything else takes its number.
    const { turnSeconds, tickSeconds } = this.#parts.options;
    this.#quietUntil = this.#parts.ports.now() + Math.max(turnSeconds, 3 * tickSeconds);
    this.#isCompared = false;
    return true;
  }
}
