/** The desk's state, how far the log has been read, and the group key, as this device keeps them (spec/protocol.md, section 7.2). */

import { equal } from '@postern/protocol/bytes/equal';
import { Reader } from '@postern/protocol/bytes/reader';
import { Writer } from '@postern/protocol/bytes/writer';
import {
  DEVICE_ID_BYTES,
  ENVELOPE_LIFE_DAYS,
  GROUP_KEY_BYTES,
  HASH_BYTES,
  LOG_LIFE_DAYS,
} from '@postern/protocol/constants';
import { forgetBefore } from '@postern/protocol/desk/apply';
import { type CaseRecord, emptyTeam } from '@postern/protocol/desk/case-work';
import { decodeCase, decodeTeam, encodeCase, encodeTeam } from '@postern/protocol/desk/case-work-codec';
import { type Conversation, type DeskState, emptyDeskState } from '@postern/protocol/desk/state';
import {
  decodeConversation,
  decodeProgress,
  encodeConversation,
  encodeProgress,
} from '@postern/protocol/desk/state-codec';
import { type LogPosition, logStart } from '@postern/protocol/messages/log-entry';
import { sha256 } from '@postern/protocol/primitives/hash';
import type { Random } from '@postern/protocol/primitives/random';
import type { Day } from '@postern/protocol/time';
import { CaseVault } from './case-vault.ts';
import type { DeskPorts, LocalStore, StoreWrite } from './ports.ts';
import { names } from './store-schema.ts';

/** The key of the position's group epoch. */
export interface GroupKey {
  readonly epoch: number;
  /** 32 bytes. */
  readonly key: Uint8Array;
  /** The UTC day on which this device read the last entry under it. */
  readonly lastDay: Day;
}

/** How far this device is in the log. */
export interface LogProgress {
  readonly position: LogPosition;
  /** The day on which the last rekey was read. */
  readonly rekeyDay: Day;
  /** True for a device that cannot read on without a snapshot from another. */
  readonly needsSnapshot: boolean;
  /** The first own entry that is not in the log as it goes on, if this device has read another history; else null. */
  readonly forkedAt: number | null;
  /** How far this device had read before it went on in an empty log, until the first entry is there; else null (LOG-11). */
  readonly readBefore: number | null;
}

const version = 1;
const snapshotNeeds = { none: 0, gap: 1, fork: 2 } as const;
/** Cases that are opened at the same time when a device starts. */
const openedAtOnce = 64;
/** Entries are kept this many days: to be given back to a server that lost them, and to be compared (TRK-3). */
const entryDays = 2;

export class LogStore {
  readonly #store: LocalStore;
  state: DeskState = emptyDeskState();
  progress: LogProgress = {
    position: logStart,
    rekeyDay: 0,
    needsSnapshot: false,
    forkedAt: null,
    readBefore: null,
  };
  groupKey: GroupKey | null = null;

  readonly #vault: CaseVault;
  #touched = new Set<string>();
  /** As it was written last. */
  #team: Uint8Array = new Uint8Array(0);

  private constructor(store: LocalStore, random: Random) {
    this.#store = store;
    this.#vault = new CaseVault(random);
  }

  static async load(
    store: LocalStore,
    random: Random,
    onReading: DeskPorts['onReading'] = () => {},
  ): Promise<LogStore> {
    const log = new LogStore(store, random);
    const progress = await store.get(names.position);
    if (progress !== null) log.progress = decodeLogProgress(progress);
    const groupKey = await store.get(names.groupKey);
    if (groupKey !== null) log.groupKey = decodeGroupKey(groupKey);
    const seen = await store.get(names.progress);
    if (seen !== null) decodeProgress(seen, log.state);
    const team = await store.get(names.team);
    const cases = new Map<string, CaseRecord>();
    const ids = (await store.list(names.conversations)).map((name) => name.slice(names.conversations.length));
    for (let from = 0; from < ids.length; from += openedAtOnce) {
      const some = ids.slice(from, from + openedAtOnce);
      onReading(from, ids.length);
      const opened = await Promise.all(some.map((id) => log.#vault.open(store, id)));
      for (const [at, bytes] of opened.entries()) {
        const id = some[at];
        if (bytes === null || id === undefined) continue;
        const { conversation, record } = decodeKept(bytes);
        log.state.conversations.set(id, conversation);
        if (record !== null) cases.set(id, record);
      }
    }
    log.state = { ...log.state, work: { cases, team: team === null ? emptyTeam() : decodeTeam(team) } };
    log.#team = team ?? log.#team;
    return log;
  }

  get position(): LogPosition {
    return this.progress.position;
  }

  /** The group key of the position's epoch, or null. */
  get currentKey(): Uint8Array | null {
    return this.groupKey?.epoch === this.position.groupEpoch ? this.groupKey.key : null;
  }

  /** Hex ids of cases that have changed since this was last asked. */
  takeTouched(): ReadonlySet<string> {
    const touched = this.#touched;
    this.#touched = new Set();
    return touched;
  }

  /** What keeps the present state, apart from conversations that did not change. */
  async writes(changed: Iterable<string>, withProgress: boolean): Promise<StoreWrite[]> {
    const writes: StoreWrite[] = [{ key: names.position, bytes: encodeLogProgress(this.progress) }];
    writes.push({ key: names.groupKey, bytes: this.groupKey === null ? null : encodeGroupKey(this.groupKey) });
    if (withProgress) writes.push({ key: names.progress, bytes: encodeProgress(this.state) });
    const team = encodeTeam(this.state.work.team);
    if (!equal(team, this.#team)) {
      writes.push({ key: names.team, bytes: team });
      this.#team = team.slice();
    }
    for (const id of changed) {
      this.#touched.add(id);
      const conversation = this.state.conversations.get(id);
      if (!conversation) continue;
      const record = this.state.work.cases.get(id) ?? null;
      const isEnded = record !== null && record.endedDay !== null;
      writes.push(...this.#vault.seal(id, encodeKept({ conversation, record }), isEnded));
    }
    return writes;
  }

  /** What replaces everything by a state from elsewhere. */
  async replacement(): Promise<StoreWrite[]> {
    const entries = (await this.#store.list(names.entries)).map((key): StoreWrite => ({ key, bytes: null }));
    const deletions = [...entries, ...(await this.#vault.eraseAll(this.#store))];
    return [...deletions, ...(await this.writes(this.state.conversations.keys(), true))];
  }

  /** Keeps an entry's bytes for some days. */
  entryWrite(number: number, entry: Uint8Array, day: Day): StoreWrite {
    return { key: names.entry(number), bytes: new Writer().u32(day).var16(entry).done() };
  }

  /** The exact bytes of an entry that was read in the last days, or null. */
  async entry(number: number): Promise<Uint8Array | null> {
    const bytes = await this.#store.get(names.entry(number));
    if (bytes === null) return null;
    const reader = new Reader(bytes);
    reader.u32();
    const entry = reader.var16();
    reader.end();
    return entry;
  }

  /** Hash of the last of this many entries; null if this device does not know it any more. */
  async headAt(length: number): Promise<Uint8Array | null> {
    if (length === this.position.length) return this.position.head;
    const entry = length === 0 ? null : await this.entry(length - 1);
    if (length === 0) return new Uint8Array(HASH_BYTES);
    return entry === null ? null : sha256(entry);
  }

  /** Erases what the day has made due: the group key (LOG-6), old entries, ids that no envelope can have any more. */
  async erase(today: Day): Promise<void> {
    const writes: StoreWrite[] = [];
    if (this.groupKey !== null && today - this.groupKey.lastDay >= LOG_LIFE_DAYS) {
      this.groupKey.key.fill(0);
      this.groupKey = null;
      writes.push({ key: names.groupKey, bytes: null });
    }
    for (const name of await this.#store.list(names.entries)) {
      const bytes = await this.#store.get(name);
      if (bytes === null || today - new Reader(bytes).u32() <= entryDays) break;
      writes.push({ key: name, bytes: null });
    }
    const before = encodeProgress(this.state);
    forgetBefore(this.state, today - ENVELOPE_LIFE_DAYS - 2);
    const after = encodeProgress(this.state);
    if (!equal(before, after)) writes.push({ key: names.progress, bytes: after });
    if (writes.length > 0) await this.#store.transaction(writes);
  }
}

interface KeptCase {
  readonly conversation: Conversation;
  /** Null for one that nobody has touched. */
  readonly record: CaseRecord | null;
}

function encodeKept({ conversation, record }: KeptCase): Uint8Array {
  const writer = new Writer().var32(encodeConversation(conversation));
  return writer.list8(record === null ? [] : [record], (kept) => writer.var32(encodeCase(kept))).done();
}

function decodeKept(bytes: Uint8Array): KeptCase {
  const reader = new Reader(bytes);
  const conversation = decodeConversation(reader.var32());
  const record = reader.list8(1, () => decodeCase(reader.var32()))[0] ?? null;
  reader.end();
  return { conversation, record };
}

/** Also the beginning of a snapshot. */
export function writePosition(writer: Writer, { length, head, groupEpoch, members }: LogPosition): void {
  writer.u32(length).bytes(head, HASH_BYTES).u32(groupEpoch);
  writer.list8(members, (member) => writer.bytes(member, DEVICE_ID_BYTES));
}

/** @throws WireError */
export function readPosition(reader: Reader): LogPosition {
  const [length, head, groupEpoch] = [reader.u32(), reader.bytes(HASH_BYTES), reader.u32()];
  return { length, head, groupEpoch, members: reader.list8(0xff, () => reader.bytes(DEVICE_ID_BYTES)) };
}

function encodeLogProgress(progress: LogProgress): Uint8Array {
  const { position, rekeyDay, needsSnapshot, forkedAt, readBefore } = progress;
  const writer = new Writer()
    .u8(version)
    .u32(rekeyDay)
    .u8(forkedAt !== null ? snapshotNeeds.fork : needsSnapshot ? snapshotNeeds.gap : snapshotNeeds.none);
  if (forkedAt !== null) writer.u32(forkedAt);
  writePosition(writer, position);
  if (readBefore !== null) writer.u32(readBefore);
  return writer.done();
}

function decodeLogProgress(bytes: Uint8Array): LogProgress {
  const reader = new Reader(bytes);
  reader.version(version);
  const rekeyDay = reader.u32();
  const need = reader.u8();
  const forkedAt = need === snapshotNeeds.fork ? reader.u32() : null;
  const position = readPosition(reader);
  const readBefore = reader.remaining > 0 ? reader.u32() : null;
  reader.end();
  return { position, rekeyDay, needsSnapshot: need !== snapshotNeeds.none, forkedAt, readBefore };
}

function encodeGroupKey({ epoch, key, lastDay }: GroupKey): Uint8Array {
  return new Writer().u8(version).u32(epoch).bytes(key, GROUP_KEY_BYTES).u32(lastDay).done();
}

function decodeGroupKey(bytes: Uint8Array): GroupKey {
  const reader = new Reader(bytes);
  reader.version(version);
  const groupKey = { epoch: reader.u32(), key: reader.bytes(GROUP_KEY_BYTES), lastDay: reader.u32() };
  reader.end();
  return groupKey;
}
