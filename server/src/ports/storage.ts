/** What the server keeps, and the only way it is kept: the port that every storage adapter implements. */

/** A UTC day, counted from 1970-01-01. The finest time that is ever stored. */
export type Day = number;

export interface EnvelopeRow {
  /** SHA-256 of `bytes`. Whoever calls made it: equal ids are equal envelopes, whatever their day. */
  readonly id: Uint8Array;
  readonly day: Day;
  /** 4,096 sealed bytes. */
  readonly bytes: Uint8Array;
}

export interface ReplyRow {
  /** The tag key T, 32 bytes. Unique: a second body for the same T is refused. */
  readonly tagKey: Uint8Array;
  /** SHA-256 of the acknowledgement key, 32 bytes. Unique. */
  readonly ackId: Uint8Array;
  readonly day: Day;
  /** How many lane bits the desk gave (0 to 16), and those bits. */
  readonly laneDepth: number;
  readonly lanePrefix: number;
  /** 2,048 sealed bytes. */
  readonly body: Uint8Array;
}

/** A reply without its body: what the index is made from. */
export type ReplyTag = Omit<ReplyRow, 'body'>;

export interface LogRow {
  /** Desk (8 bytes) whose log it is. */
  readonly desk: Uint8Array;
  /** Position in the desk's log, from 0 without a hole. */
  readonly number: number;
  readonly day: Day;
  readonly bytes: Uint8Array;
}

export interface ParcelRow {
  /** Device (8 bytes) it is for. */
  readonly to: Uint8Array;
  /** SHA-256 of `bytes`. */
  readonly id: Uint8Array;
  readonly day: Day;
  readonly bytes: Uint8Array;
}

/** A signed public document, found by its kind and key, for example `roster` / `7` or `day-key` / `desk:day:roster:device`. */
export interface DocumentRow {
  readonly kind: string;
  readonly key: string;
  /** After this day the document is deleted. */
  readonly lastDay: Day;
  readonly bytes: Uint8Array;
}

/** A single-use token and the last day on which it is accepted; until then it is remembered as spent, as its SHA-256. */
export interface Payment {
  /** 1 to 512 bytes. */
  readonly token: Uint8Array;
  readonly lastDay: Day;
}

/**
 * One change. Done twice it does nothing the second time, except for `count` without `once`: after `unavailable` nobody knows whether
 * the count was added.
 */
export type Write =
  /**
   * With a payment it is stored only if the token was not spent on something else; both in one step. An envelope that
   * is there already spends no token.
   */
  | { readonly kind: 'envelope'; readonly row: EnvelopeRow; readonly payment?: Payment }
  /**
   * Stored only if the token was not spent on something else; both in one step. The same reply is `already` even after
   * it was acknowledged, by whatever token, which then stays unspent [REQ-5, RPL-7].
   */
  | { readonly kind: 'reply'; readonly row: ReplyRow; readonly payment: Payment }
  | { readonly kind: 'acknowledge'; readonly ackId: Uint8Array }
  | { readonly kind: 'append'; readonly row: LogRow }
  | { readonly kind: 'parcel'; readonly row: ParcelRow }
  | { readonly kind: 'parcel-taken'; readonly to: Uint8Array; readonly id: Uint8Array }
  /** Takes the place of an earlier document of that kind and key; whoever calls decides whether it may. */
  | { readonly kind: 'document'; readonly row: DocumentRow }
  | { readonly kind: 'desk-passed'; readonly desk: Uint8Array; readonly day: Day }
  /** Adds `count` to a day's counter unless that passes `max`; what has the same `once`, 32 bytes, counts once in that day. */
  | {
      readonly kind: 'count';
      readonly name: string;
      readonly day: Day;
      readonly count: number;
      readonly max: number;
      readonly once?: Uint8Array;
    };

/**
 * `done`: carried out now. `already`: was so before, nothing changed (same envelope, same token and reply, same log row,
 * same parcel, counted once, nothing there to acknowledge or take). `refused`: contradicts what is stored (T, acknowledgement or token
 * used with something else, log number taken or not next, counter full), and nothing of that write was done.
 */
export type WriteResult = 'done' | 'already' | 'refused';

/**
 * Storage of one organisation's server. All methods reject with `StorageError` and nothing else.
 * No adapter stores or logs a time finer than a day, an address, or the order of arrival of envelopes and replies; what
 * an engine's files show beyond that until the next `expire` is listed in the adapter.
 */
export interface Storage {
  /**
   * All in one durable transaction, with the results that they have one after the other; when it resolves, the results
   * survive `kill -9` and power loss; when it rejects, nothing was done (after `unavailable`: all or nothing).
   */
  write(writes: readonly Write[]): Promise<WriteResult[]>;

  /** Ids of a day's envelopes, in order of id. */
  envelopeIds(day: Day): Promise<Uint8Array[]>;
  /** Those of the asked ids that exist, each once, in order of id. */
  envelopes(ids: readonly Uint8Array[]): Promise<EnvelopeRow[]>;
  /** Number of envelopes a day, for the days that have any. */
  envelopeCounts(): Promise<Map<Day, number>>;
  /** Desks (8-byte ids) that have passed a day. */
  desksPassed(day: Day): Promise<Uint8Array[]>;

  /** Every live reply without its body, in order of tag key. */
  replyTags(): Promise<ReplyTag[]>;
  /** For each tag key, in their order, the body or null; the same reads either way. */
  replyBodies(tagKeys: readonly Uint8Array[]): Promise<(Uint8Array | null)[]>;

  logLength(desk: Uint8Array): Promise<number>;
  /** Rows from `from` on, at most `max`, in order; rows that have expired are missing at the front. */
  log(desk: Uint8Array, from: number, max: number): Promise<LogRow[]>;

  parcels(to: Uint8Array, max: number): Promise<ParcelRow[]>;

  document(kind: string, key: string): Promise<Uint8Array | null>;
  documents(kind: string): Promise<DocumentRow[]>;
  count(name: string, day: Day): Promise<number>;

  /**
   * Deletes, so that the bytes are gone from the database's files, and lays out what stays in an order unrelated to
   * arrival: envelopes of days up to `envelopesThrough` and of the days named in `passedDays`;
   * replies posted up to `repliesThrough`; log rows up to `logThrough`, but for the newest of each log, which stays with the
   * log's length; parcels up to `parcelsThrough`;
   * documents, spent tokens and counters whose last day is before `today`.
   */
  expire(limits: {
    readonly today: Day;
    readonly envelopesThrough: Day;
    readonly passedDays: readonly Day[];
    readonly repliesThrough: Day;
    readonly logThrough: Day;
    readonly parcelsThrough: Day;
  }): Promise<void>;

  /**
   * A consistent copy of everything into a new file at `path`, while serving goes on. Equal contents give equal bytes,
   * whichever adapter wrote them.
   */
  backup(path: string): Promise<void>;
  /** Takes in a whole backup of any adapter. @throws StorageError not-empty, corrupt, wrong-version: nothing was taken in */
  restore(path: string): Promise<void>;
  /** Integrity problems, and settings of the database that break this port's promises, in plain words; empty when sound. */
  check(): Promise<string[]>;
  close(): Promise<void>;
}

/** What {@link Storage.expire} deletes. */
export type ExpiryLimits = Parameters<Storage['expire']>[0];

/**
 * `unavailable`: cannot be reached now, or locked: try again later. `full`: no room; nothing was done, reading works.
 * `corrupt`: damaged. `wrong-version`: of another version, or not ours. `closed`: after `close`. `busy`: too much waits.
 * `invalid`: a write that does not keep to this port's lengths and ranges, a fault of whoever calls. `not-empty`: a
 * restore into a storage that holds something.
 */
export type StorageErrorCode =
  | 'unavailable'
  | 'full'
  | 'corrupt'
  | 'wrong-version'
  | 'closed'
  | 'busy'
  | 'invalid'
  | 'not-empty';

/** The database failed or is not one of ours. Its message names what was attempted, never content. */
export class StorageError extends Error {
  override readonly name = 'StorageError';
  readonly code: StorageErrorCode;

  constructor(code: StorageErrorCode, attempted: string) {
    super(`${attempted}: storage ${code}`);
    this.code = code;
  }
}
