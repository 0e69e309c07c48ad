/** The one anonymous request on its schedule: what a visit sends at each moment, real or not (spec/protocol.md, section 6). */
import { equal } from './bytes/equal.ts';
import {
  ACK_KEY_BYTES,
  ACKNOWLEDGEMENTS,
  CLAIM_BYTES,
  CLAIMS,
  PUZZLE_NO_ROOM,
  PUZZLE_NONCE_BYTES,
  REQUEST_PAYLOAD_BYTES,
  TOKEN_BYTES,
} from './constants.ts';
import { type AnonymousAnswer, openResponse, sealRequest } from './http/anonymous-request.ts';
import type { KeyConfig, OhttpContext } from './http/ohttp.ts';
import { solvePuzzle } from './http/puzzle.ts';
import { shuffled } from './messages/draw.ts';
import { claimOf } from './messages/reply-index.ts';
import type { Random } from './primitives/random.ts';
import { epochOf } from './time.ts';

/** What a visit needs to know of the organisation to send anything. */
export interface DeliveryTerms {
  readonly fingerprint: Uint8Array;
  readonly keyConfig: KeyConfig;
  /** The 1st moment and then each so-manieth carries an envelope. */
  readonly envelopeEvery: number;
  readonly epochSeconds: number;
  /** Makes one cover envelope, 4,096 bytes. */
  readonly cover: (now: number) => Promise<Uint8Array>;
  /** Makes an envelope that tells of some of what was shown, or null if none of it can be told now. */
  readonly receipt: (now: number, shown: readonly Uint8Array[]) => Promise<SealedReceipt | null>;
}

/** A receipt, and what may be acknowledged once it is stored. */
export interface SealedReceipt {
  readonly envelope: Uint8Array;
  /** Acknowledgement keys, of those that were asked for. */
  readonly ackKeys: readonly Uint8Array[];
}

/** One envelope on its way, cover or not. */
interface Parcelled {
  batch: string;
  readonly envelope: Uint8Array;
  /**
   * `waiting` until a request is begun for it; from then on it goes again until it is stored: `unanswered` while no answer
   * came since the last one, `refused` where one came that did not say stored.
   */
  state: 'waiting' | 'unanswered' | 'refused' | 'stored';
  /** The admission token that it is sent with, always the same one once chosen. */
  token: Uint8Array | null;
  /** Of a receipt: what it tells of. */
  ackKeys: readonly Uint8Array[];
}

/** What a request carried, kept until its answer. */
interface Flight {
  readonly context: OhttpContext;
  /** Null at a moment that carries no envelope. */
  readonly item: Parcelled | null;
  /** Tag keys by place, null where the claim was random. */
  readonly claimed: readonly (Uint8Array | null)[];
  readonly acknowledged: readonly Uint8Array[];
}

/** What one answer brought. */
export interface Delivered {
  /** Batches of which every envelope is now stored. */
  readonly finished: readonly string[];
  readonly busy: boolean;
  /** A body of 2,048 bytes for each real claim; whether it opens is for the caller to find out. */
  readonly bodies: readonly { readonly tagKey: Uint8Array; readonly body: Uint8Array }[];
}

const receiptBatch = 'receipt';
const coverBatch = 'cover';

/** State of one visit's anonymous requests. Sans I/O: the caller sends the bytes at the roster's moments and hands back what came. */
export class Delivery {
  #terms: DeliveryTerms;
  #random: Random;
  #queue: Parcelled[] = [];
  #wanted: Uint8Array[] = [];
  /** Shown, and not in a receipt yet. */
  #shown: Uint8Array[] = [];
  #acknowledgements: Uint8Array[] = [];
  /** Shown, and not to be deleted yet (RPL-9). */
  #kept: ReadonlySet<Uint8Array> = new Set();
  #tokens: Uint8Array[] = [];
  #flights = new Map<number, Flight>();
  #puzzleBits = 0;
  /** Whether the index says, signed and to everybody, that no puzzle opens anything. */
  #isFull = false;
  #busy = false;

  constructor(terms: DeliveryTerms, random: Random) {
    this.#terms = terms;
    this.#random = random;
  }

  /** Newer documents; what is queued stays queued, with the same bytes (REQ-8). @param puzzleBits as the index says */
  setTerms(terms: DeliveryTerms, puzzleBits: number): void {
    this.#terms = terms;
    this.#puzzleBits = puzzleBits;
    this.#isFull = puzzleBits === PUZZLE_NO_ROOM;
  }

  queue(batch: string, envelopes: readonly Uint8Array[]): void {
    for (const envelope of envelopes) this.#queue.push(parcel(batch, envelope));
  }

  /** Asks for the reply of a tag that stands in the index; asked again until `arrived`. */
  want(tagKey: Uint8Array): void {
    if (!this.#wanted.some((other) => equal(other, tagKey))) this.#wanted.push(tagKey);
  }

  /** The reply of this tag is here, or is no longer wanted. */
  arrived(tagKey: Uint8Array): void {
    this.#wanted = this.#wanted.filter((other) => !equal(other, tagKey));
  }

  /** A reply has been shown: a receipt of it goes to its desk, and once that is stored the reply is deleted (RPL-3, RCP-1). */
  shown(ackKey: Uint8Array): void {
    this.#shown.push(ackKey);
  }

  /** Keeps these replies, and no others, at the server, whatever was confirmed of them (RPL-9). @param ackKeys as `shown` got them */
  keep(ackKeys: readonly Uint8Array[]): void {
    this.#kept = new Set(ackKeys);
  }

  /** A token that lets one envelope pass in a flood (spec section 6.2). */
  addToken(token: Uint8Array): void {
    this.#tokens.push(token);
  }

  /**
   * Drops everything that was queued for a phrase. What was sent and is not stored goes again as a cover, also where it
   * was refused: an envelope other than the one before would show that a phrase was made or entered meanwhile (REQ-8).
   */
  clear(): void {
    this.#queue = this.#queue.filter(({ state }) => state === 'unanswered' || state === 'refused');
    for (const item of this.#queue) {
      item.batch = coverBatch;
      item.ackKeys = [];
    }
    this.#wanted = [];
    this.#shown = [];
    this.#acknowledgements = [];
    this.#kept = new Set();
    this.#tokens = [];
    this.#busy = false;
  }

  get busy(): boolean {
    return this.#busy;
  }

  /** Envelopes of a batch: how many there are and how many are stored. */
  progress(batch: string): { readonly parts: number; readonly stored: number } {
    const own = this.#queue.filter((item) => item.batch === batch);
    return { parts: own.length, stored: own.filter(({ state }) => state === 'stored').length };
  }

  /** How many of what was shown still wait for a receipt, for their moment or for an answer. */
  get unacknowledged(): number {
    const inReceipts = this.#queue.filter(({ state }) => state !== 'stored').flatMap(({ ackKeys }) => ackKeys);
    return this.#shown.length + inReceipts.length + this.#acknowledgements.length;
  }

  /** The 6,007 bytes for a moment, counted from 0. */
  async request(moment: number, now: number): Promise<Uint8Array> {
    const { fingerprint, keyConfig, envelopeEvery, epochSeconds } = this.#terms;
    const carries = moment % envelopeEvery === 0;
    const item = carries ? await this.#nextItem(now) : null;
    const payload = item?.envelope ?? this.#random(REQUEST_PAYLOAD_BYTES);
    const epoch = epochOf(now, epochSeconds);
    const claimed = this.#places(this.#nextClaims());
    const claims = await Promise.all(
      claimed.map((tagKey) => (tagKey === null ? this.#random(CLAIM_BYTES) : claimOf(tagKey, epoch))),
    );
    const acknowledged = this.#acknowledgements.filter((key) => !this.#kept.has(key)).slice(0, ACKNOWLEDGEMENTS);
    const acknowledgements = this.#places(acknowledged).map((key) => key ?? this.#random(ACK_KEY_BYTES));
    const admission = await this.#admission(item, epoch);
    const content = {
      fingerprint,
      kind: carries ? 'envelope' : 'filler',
      payload,
      claims,
      acknowledgements,
      ...admission,
    } as const;
    const { bytes, context } = await sealRequest(keyConfig, content, this.#random);
    this.#flights.set(moment, { context, item, claimed, acknowledged });
    return bytes;
  }

  /** The answer to a moment's request. Throws WireError if it does not open; then nothing was lost and all is asked again. */
  async answered(moment: number, response: Uint8Array): Promise<Delivered> {
    const flight = this.#flights.get(moment);
    if (!flight) throw new RangeError(`answer to moment ${moment}: no request is under way`);
    this.#flights.delete(moment);
    const answer: AnonymousAnswer = await openResponse(flight.context, response);
    this.#puzzleBits = answer.puzzleBits;
    this.#acknowledgements = this.#acknowledgements.filter((key) => !flight.acknowledged.includes(key));
    const finished = flight.item === null ? [] : this.#settle(flight.item, answer.outcome);
    this.#busy = answer.outcome === 'busy';
    const bodies = flight.claimed.flatMap((tagKey, place) => {
      const body = answer.bodies[place];
      return tagKey === null || body === undefined ? [] : [{ tagKey, body }];
    });
    return { finished, busy: this.#busy, bodies };
  }

  /** What is stored stays so, whatever a late answer says. @returns its batch, if that is stored whole by this answer */
  #settle(item: Parcelled, outcome: AnonymousAnswer['outcome']): string[] {
    if (item.state === 'stored') return [];
    item.state = outcome === 'stored' ? 'stored' : 'refused';
    if (item.state === 'refused') return [];
    this.#acknowledgements.push(...item.ackKeys);
    const { parts, stored } = this.progress(item.batch);
    this.#queue = this.#queue.filter(({ batch, state }) => batch !== coverBatch || state !== 'stored');
    return parts === stored && isWritten(item) ? [item.batch] : [];
  }

  /** No answer came: everything that the request carried goes again, with the same bytes (REQ-5, REQ-8). */
  failed(moment: number): void {
    this.#flights.delete(moment);
  }

  /**
   * What got no answer goes again before anything else, covers too: who sends another envelope where others repeat
   * theirs would show that it is not a cover (REQ-8).
   */
  async #nextItem(now: number): Promise<Parcelled> {
    const open = this.#queue.filter(({ state }) => state !== 'stored');
    // What was refused, other than what a person has written, must not stand before that (RCP-2).
    const next = open.find(({ state }) => state === 'unanswered') ?? open.find(isWritten) ?? open[0];
    return next === undefined ? ((await this.#receipt(now)) ?? this.#cover(now)) : begun(next);
  }

  async #cover(now: number): Promise<Parcelled> {
    const item = begun(parcel(coverBatch, await this.#terms.cover(now)));
    this.#queue.push(item);
    return item;
  }

  /** In place of a cover, behind whatever else waits. */
  async #receipt(now: number): Promise<Parcelled | null> {
    const shown = this.#shown;
    if (shown.length === 0) return null;
    const sealed = await this.#terms.receipt(now, shown);
    // Nor of a phrase that was forgotten meanwhile.
    if (sealed === null || this.#shown !== shown) return null;
    const { envelope, ackKeys } = sealed;
    this.#shown = shown.filter((key) => !ackKeys.includes(key));
    const item = begun(parcel(receiptBatch, envelope, ackKeys));
    this.#queue.push(item);
    return item;
  }

  #nextClaims(): Uint8Array[] {
    const flying = new Set([...this.#flights.values()].flatMap((flight) => flight.claimed));
    const waiting = this.#wanted.filter((tagKey) => !flying.has(tagKey));
    return (waiting.length > 0 ? waiting : this.#wanted).slice(0, CLAIMS);
  }

  /** Puts up to four things at random places among four (REQ-4). */
  #places(items: readonly Uint8Array[]): (Uint8Array | null)[] {
    return shuffled(
      Array.from({ length: CLAIMS }, (_, place) => items[place] ?? null),
      this.#random,
    );
  }

  /**
   * A cover solves the puzzle as a real envelope does: else the time that a request takes would tell them apart (PUZ-2).
   * A token does tell them apart, so one goes only where nothing else opens anything, and where the server says so to
   * everybody, under its signature: else it could ask a visit of its choice whether somebody writes (PUZ-4).
   */
  async #admission(item: Parcelled | null, epoch: number): Promise<{ token: Uint8Array; puzzleNonce: Uint8Array }> {
    const none = { token: this.#random(TOKEN_BYTES), puzzleNonce: this.#random(PUZZLE_NONCE_BYTES) };
    if (item === null || this.#puzzleBits === 0) return none;
    // No puzzle opens a room that is full (PUZ-3).
    if (this.#puzzleBits < PUZZLE_NO_ROOM) {
      return { ...none, puzzleNonce: await solvePuzzle(item.envelope, epoch, this.#puzzleBits, this.#random) };
    }
    if (!this.#isFull || !isWritten(item)) return none;
    // Others can wait: the tokens are for what a person writes.
    item.token ??= this.#tokens.shift() ?? null;
    return { ...none, token: item.token ?? none.token };
  }
}

function parcel(batch: string, envelope: Uint8Array, ackKeys: readonly Uint8Array[] = []): Parcelled {
  return { batch, envelope, state: 'waiting', token: null, ackKeys };
}

/** Marked as soon as it is chosen: a phrase may be forgotten while its request is made ready. */
function begun(item: Parcelled): Parcelled {
  item.state = 'unanswered';
  return item;
}

/** By a person; neither cover nor receipt. */
function isWritten({ batch, ackKeys }: Parcelled): boolean {
  return batch !== coverBatch && ackKeys.length === 0;
}
