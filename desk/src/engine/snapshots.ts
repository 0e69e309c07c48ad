/** The desk's state for a device that cannot read the log from where it is, in pieces (spec/protocol.md, section 7.1, PAR-2). */

import { bytesToHex, hexToBytes } from '@postern/protocol/bytes/encode';
import { equal } from '@postern/protocol/bytes/equal';
import { Reader } from '@postern/protocol/bytes/reader';
import { WireError } from '@postern/protocol/bytes/wire-error';
import { Writer } from '@postern/protocol/bytes/writer';
import { GROUP_KEY_BYTES, HASH_BYTES, HYBRID_PUBLIC_KEY_BYTES } from '@postern/protocol/constants';
import type { DeskState } from '@postern/protocol/desk/state';
import { decodeDeskState, encodeDeskState } from '@postern/protocol/desk/state-codec';
import { cannotReadOn } from '@postern/protocol/keys/transport-key';
import type { LogPosition } from '@postern/protocol/messages/log-entry';
import { type ParcelContent, sealParcel, snapshotPieceBytes } from '@postern/protocol/messages/parcel';
import { joinSnapshot, splitSnapshot } from '@postern/protocol/messages/snapshot';
import type { Day } from '@postern/protocol/time';
import type { DayKeys } from './day-keys.ts';
import type { EngineParts } from './engine-parts.ts';
import { type LogStore, readPosition, writePosition } from './log-store.ts';
import type { LogSync } from './log-sync.ts';
import type { OwnEntries } from './own-entries.ts';
import { deviceConnections, type StoreWrite } from './ports.ts';
import { deviceName } from './rosters.ts';
import { names } from './store-schema.ts';
import type { Peer, TransportKeys } from './transport-keys.ts';
import type { ComingState } from './view.ts';

/**
 * What other parts do when this device goes on from the state of another; their writes go into the same
 * transaction. @param forkedAt the first own entry that is not in the log as it goes on; null if this device only missed some
 */
export type ReplacedListener = (forkedAt: number | null) => Promise<StoreWrite[]>;

export interface SnapshotParts {
  readonly log: LogStore;
  readonly sync: LogSync;
  readonly transportKeys: TransportKeys;
  readonly dayKeys: DayKeys;
  readonly own: OwnEntries;
  readonly onReplaced: ReplacedListener;
}

type Piece = Extract<ParcelContent, { kind: 'snapshot' }>;

interface Outgoing {
  readonly id: Uint8Array;
  readonly pieces: readonly Uint8Array[];
  /** Numbers of the pieces that no answer came for yet, in their order. */
  left: readonly number[];
}

const version = 1;
const snapshotIdBytes = 16;
/** Sent in a turn; then the device's other work has its own. */
const piecesInTurn = 16;
/** Who is behind by no more entries may have started together with the others, or read on in a moment. */
const nearEntries = 64;
/** How often a device that is being sent pieces asks for more. */
const lookSeconds = 5;

export class Snapshots {
  readonly #parts: EngineParts;
  readonly #with: SnapshotParts;
  /** By the transport key document with which a peer asks: since when, and what is under way. */
  readonly #asked = new Map<string, { readonly since: number; outgoing: Outgoing | 'sent' | null }>();
  #isSending = false;
  #coming: ComingState | null = null;
  /** In unix seconds. */
  #receivedAt = Number.NEGATIVE_INFINITY;
  #lookedAt = Number.NEGATIVE_INFINITY;

  constructor(parts: EngineParts, others: SnapshotParts) {
    this.#parts = parts;
    this.#with = others;
  }

  get isSending(): boolean {
    return this.#isSending;
  }

  /** Of the copy of which most is here, where two devices send one. */
  get coming(): ComingState | null {
    return this.#coming;
  }

  /** When pieces on their way ask for a turn before the next tick, in unix seconds; null if there are none (PAR-3). */
  get nextTime(): number | null {
    const now = this.#parts.ports.now();
    if (this.#isSending) return now;
    if (now >= this.#receivedAt + this.#parts.options.tickSeconds) return null;
    return this.#receivedAt > this.#lookedAt ? now : this.#lookedAt + lookSeconds;
  }

  /** Notes that this device asks for pieces now. */
  look(): void {
    this.#lookedAt = this.#parts.ports.now();
    // A clock that was set back: what came before must not count as new at every look.
    this.#receivedAt = Math.min(this.#receivedAt, this.#lookedAt);
  }

  /**
   * Sends the next pieces of the state to every peer whose transport key says that it cannot read on. What was not
   * answered is sent again at the next tick. @throws Unreachable, Refused
   */
  async send(): Promise<void> {
    this.#isSending = false;
    let isLeft = false;
    const { log, sync, transportKeys } = this.#with;
    const asking = new Set(transportKeys.peers.map(({ hash }) => bytesToHex(hash)));
    for (const key of this.#asked.keys()) if (!asking.has(key)) this.#asked.delete(key);
    if (!sync.isCaughtUp || log.position.length === 0 || log.currentKey === null) return;
    const { turnSeconds, tickSeconds } = this.#parts.options;
    const now = this.#parts.ports.now();
    for (const peer of transportKeys.peers) {
      // A snapshot holds the group key, so it goes only to those whom the last rekey gave it to.
      if (!cannotReadOn(peer) || !log.position.members.some((member) => equal(member, peer.id))) continue;
      const key = bytesToHex(peer.hash);
      const asked = this.#asked.get(key) ?? { since: now, outgoing: null };
      this.#asked.set(key, asked);
      const isFarBehind = log.position.length - peer.logLength > nearEntries;
      const patience = (isFarBehind ? 0 : 2 * tickSeconds) + this.#turnBut(peer) * turnSeconds;
      if (asked.outgoing === 'sent' || now - asked.since < patience) continue;
      asked.outgoing ??= this.#make();
      await this.#sendPieces(peer, asked.outgoing);
      if (asked.outgoing.left.length === 0) asked.outgoing = 'sent';
      else isLeft = true;
    }
    this.#isSending = isLeft;
  }

  /**
   * Keeps a piece, and takes the state over when all are here. Nothing happens unless this device needs it, and has asked
   * for this one: a server can keep one that was for another time (PAR-4).
   */
  async receive(from: Uint8Array, piece: Piece, day: Day): Promise<void> {
    const { log, transportKeys } = this.#with;
    if (!log.progress.needsSnapshot || !(await transportKeys.hasAsked(piece.asked, log.position.length))) return;
    const { store } = this.#parts.ports;
    const bytes = new Writer().u16(piece.pieces).var32(piece.bytes).done();
    await store.set(names.snapshotPiece(from, piece.snapshotId, piece.piece), bytes);
    this.#receivedAt = this.#parts.ports.now();
    const prefix = `${names.snapshotPieces}${bytesToHex(from)}/${bytesToHex(piece.snapshotId)}/`;
    const here = await store.list(prefix);
    if (here.length > (this.#coming?.here ?? 0)) this.#coming = { here: here.length, pieces: piece.pieces };
    if (here.length < piece.pieces) return;
    const pieces = await Promise.all(here.map(async (name) => readPiece(name, (await store.get(name)) as Uint8Array)));
    const joined = joinSnapshot(pieces);
    if (joined.kind === 'missing') return;
    const deletions = (await store.list(names.snapshotPieces)).map((key): StoreWrite => ({ key, bytes: null }));
    this.#coming = null;
    try {
      if (joined.kind === 'contradiction') throw new WireError('bad-value', 'join a snapshot: its pieces differ');
      const snapshot = decodeSnapshot(joined.bytes);
      await this.#parts.turns.run(() => this.#install(snapshot, day, deletions));
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.#parts.alerts.add('parcel-invalid', day, { device: deviceName(from) });
      await store.transaction(deletions);
    }
  }

  async #install(snapshot: Snapshot, day: Day, deletions: readonly StoreWrite[]): Promise<void> {
    const { log, own, sync, transportKeys, dayKeys, onReplaced } = this.#with;
    const { forkedAt } = log.progress;
    const { position, rekeyDay } = snapshot;
    // Only who has left a history goes back (LOG-10).
    if (forkedAt === null && position.length < log.position.length) {
      throw new WireError(
        'bad-value',
        `take a snapshot: of ${position.length} entries, ${log.position.length} are read`,
      );
    }
    for (const publicKey of snapshot.publicKeys) await transportKeys.learn(publicKey);
    log.state = snapshot.state;
    log.progress = { position, rekeyDay, needsSnapshot: false, forkedAt: null, readBefore: null };
    log.groupKey = { epoch: snapshot.position.groupEpoch, key: snapshot.groupKey, lastDay: day };
    const published = snapshot.published.flatMap(([of, hashes]) => dayKeys.notePublished(of, hashes));
    const writes = [...(await onReplaced(forkedAt)), ...own.passed(position), ...published];
    await this.#parts.ports.store.transaction([...deletions, ...(await log.replacement()), ...writes]);
    this.#parts.alerts.clear('log-gap');
    this.#receivedAt = Number.NEGATIVE_INFINITY;
    sync.restart();
  }

  #make(): Outgoing {
    const { log, transportKeys, dayKeys } = this.#with;
    const bytes = encodeSnapshot({
      position: log.position,
      rekeyDay: log.progress.rekeyDay,
      groupKey: log.currentKey as Uint8Array,
      publicKeys: transportKeys.signers.map(({ publicKey }) => publicKey),
      published: [...dayKeys.published],
      state: log.state,
    });
    const pieces = splitSnapshot(bytes, snapshotPieceBytes);
    return { id: this.#parts.ports.random(snapshotIdBytes), pieces, left: [...pieces.keys()] };
  }

  /** What is answered is done, whatever becomes of the others. @throws Unreachable, Refused */
  async #sendPieces(peer: Peer, outgoing: Outgoing): Promise<void> {
    const turn = outgoing.left.slice(0, piecesInTurn);
    const send = async (): Promise<void> => {
      for (let piece = turn.shift(); piece !== undefined; piece = turn.shift()) {
        await this.#sendPiece(peer, outgoing, piece);
        outgoing.left = outgoing.left.filter((other) => other !== piece);
      }
    };
    // No more than there are connections: the time that a request may take would run while it waits for one.
    const ends = await Promise.allSettled(Array.from({ length: deviceConnections }, send));
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  }

  async #sendPiece(peer: Peer, { id: snapshotId, pieces }: Outgoing, piece: number): Promise<void> {
    const { keys, ports, server } = this.#parts;
    const route = { fingerprint: keys.fingerprint, desk: keys.desk, from: keys.device, to: peer.id };
    const bytes = pieces[piece] as Uint8Array;
    const place = { snapshotId, asked: peer.hash, piece, pieces: pieces.length };
    const content = { kind: 'snapshot', ...place, bytes } as const;
    const parcel = await sealParcel(route, peer.publicKey, keys.hybrid, content, ports.random);
    await server.ask({ kind: 'send-parcel', to: peer.id, parcel });
  }

  /** This device's place among those that could send it. */
  #turnBut(peer: Peer): number {
    const own = deviceName(this.#parts.keys.device);
    const able = this.#with.transportKeys.peers.filter((other) => !equal(other.id, peer.id) && !cannotReadOn(other));
    return able.filter(({ id }) => deviceName(id) < own).length;
  }
}

interface Snapshot {
  readonly position: LogPosition;
  readonly rekeyDay: Day;
  /** Of the position's epoch. */
  readonly groupKey: Uint8Array;
  readonly publicKeys: readonly Uint8Array[];
  readonly published: readonly (readonly [Day, ReadonlySet<string>])[];
  readonly state: DeskState;
}

function encodeSnapshot(snapshot: Snapshot): Uint8Array {
  const writer = new Writer().u8(version);
  writePosition(writer, snapshot.position);
  return writer
    .u32(snapshot.rekeyDay)
    .bytes(snapshot.groupKey, GROUP_KEY_BYTES)
    .list8(snapshot.publicKeys, (key, w) => w.bytes(key, HYBRID_PUBLIC_KEY_BYTES))
    .list8(snapshot.published, ([day, hashes], w) =>
      w.u32(day).list8([...hashes].sort(), (hash) => w.bytes(hexToBytes(hash), HASH_BYTES)),
    )
    .var32(encodeDeskState(snapshot.state))
    .done();
}

function decodeSnapshot(bytes: Uint8Array): Snapshot {
  const reader = new Reader(bytes);
  reader.version(version);
  const position = readPosition(reader);
  const rekeyDay = reader.u32();
  const groupKey = reader.bytes(GROUP_KEY_BYTES);
  const publicKeys = reader.list8(0xff, (r) => r.bytes(HYBRID_PUBLIC_KEY_BYTES));
  const published = reader.list8(0xff, (r): [Day, Set<string>] => [
    r.u32(),
    new Set(r.list8(0xff, () => bytesToHex(r.bytes(HASH_BYTES)))),
  ]);
  const state = decodeDeskState(reader.var32());
  reader.end();
  return { position, rekeyDay, groupKey, publicKeys, published, state };
}

function readPiece(name: string, bytes: Uint8Array): { piece: number; pieces: number; bytes: Uint8Array } {
  const reader = new Reader(bytes);
  const pieces = reader.u16();
  const piece = { piece: Number(name.split('/').at(-1)), pieces, bytes: reader.var32() };
  reader.end();
  return piece;
}
