/** Posts the device's part of the desk's replies, real or cover, each at its time (spec/protocol.md, sections 5, 6). */

import { bytesToHex } from '@postern/protocol/bytes/encode';
import { equal } from '@postern/protocol/bytes/equal';
import { WireError } from '@postern/protocol/bytes/wire-error';
import {
  ACK_KEY_BYTES,
  ACKNOWLEDGEMENTS,
  CLAIM_BYTES,
  CLAIMS,
  PUZZLE_NONCE_BYTES,
  ROOT_USE_DAYS,
} from '@postern/protocol/constants';
import type { Conversation, DeskReply } from '@postern/protocol/desk/state';
import { type Outcome, openResponse, sealRequest } from '@postern/protocol/http/anonymous-request';
import { decodeKeyConfig } from '@postern/protocol/http/ohttp';
import { decodeReplyPayload, encodeReplyPayload } from '@postern/protocol/http/reply-payload';
import type { BundleIssuer } from '@postern/protocol/keys/bundle';
import { ackIdOf } from '@postern/protocol/keys/reply-links';
import { outstandingBefore, sealCoverReply, sealReply } from '@postern/protocol/messages/reply';
import { lanePrefix } from '@postern/protocol/messages/reply-index';
import { keyIdOfToken } from '@postern/protocol/primitives/blind-rsa';
import { sha256 } from '@postern/protocol/primitives/hash';
import { type Day, dayOf } from '@postern/protocol/time';
import type { CoverVisits } from './cover-visits.ts';
import { reach } from './desk-server.ts';
import type { EngineParts } from './engine-parts.ts';
import type { LogStore } from './log-store.ts';
import type { PendingEvents } from './pending-events.ts';
import type { StoreWrite } from './ports.ts';
import { type CoverSecrets, decodePost, encodePost, type Post, type PostSubject } from './post-record.ts';
import { decodeSlots, encodeSlots, postShare, postTimes, type SlotProgress } from './post-schedule.ts';
import { type Documents, freshCircuit } from './public-documents.ts';
import type { Rosters } from './rosters.ts';
import { names, numberIn } from './store-schema.ts';
import { drawLater, isLate } from './tasks.ts';
import type { Tokens } from './tokens.ts';
import type { TransportKeys } from './transport-keys.ts';

export interface PostingParts {
  readonly log: LogStore;
  readonly pending: PendingEvents;
  readonly rosters: Rosters;
  readonly transportKeys: TransportKeys;
  readonly tokens: Tokens;
  readonly visits: CoverVisits;
}

/** A body with everything that the server stores beside it. */
interface Sealed {
  readonly tagKey: Uint8Array;
  readonly ackId: Uint8Array;
  readonly lane: number;
  readonly body: Uint8Array;
  readonly what: PostSubject;
  /** What its visit may collect; null for a real reply. */
  readonly cover: CoverSecrets | null;
}

type Candidate = { readonly conversation: Conversation; readonly reply: DeskReply };

export class Posting {
  readonly #parts: EngineParts;
  readonly #with: PostingParts;
  readonly #posts = new Map<string, Post>();
  #day: Day = 0;
  #slots: SlotProgress = { count: 0, used: 0 };
  #times: readonly number[] = [];
  /** When a slot whose time was missed is made up for, in unix seconds. */
  #madeUp: { readonly slot: number; readonly at: number } | null = null;
  /** When a post that was not answered is sent again, in unix seconds; those that are under way have no time. */
  readonly #again = new Map<string, number>();

  private constructor(parts: EngineParts, others: PostingParts) {
    this.#parts = parts;
    this.#with = others;
  }

  static async load(parts: EngineParts, others: PostingParts): Promise<Posting> {
    const posting = new Posting(parts, others);
    const { store } = parts.ports;
    for (const name of await store.list(names.posts)) {
      const bytes = await store.get(name);
      if (bytes !== null) posting.#posts.set(name, decodePost(bytes));
      posting.#sendLater(name);
    }
    return posting;
  }

  /** Of today: posts drawn, those still to come, and own real replies that wait. */
  get counts(): { readonly today: number; readonly left: number; readonly queued: number } {
    const { count, used } = this.#slots;
    return { today: count, left: count - used, queued: this.#candidates().length };
  }

  /** Unix seconds of the next post or, if its time was missed, of what makes up for it; null if there is none today. */
  get nextTime(): number | null {
    if (this.#day !== dayOf(this.#parts.ports.now())) return null;
    const { used } = this.#slots;
    return this.#madeUp?.slot === used ? this.#madeUp.at : (this.#times[used] ?? null);
  }

  /** Unix seconds at which something that was not answered is sent again; null if there is nothing. */
  get nextRetry(): number | null {
    const times = this.#toRetry.map(({ at }) => at);
    return times.length === 0 ? null : Math.min(...times);
  }

  /**
   * The log goes on from another history: a post on its way counts only if its reply has the same place there. What is
   * dropped is sealed again where its reply comes to stand.
   */
  leaveHistory(): StoreWrite[] {
    const gone = [...this.#posts].filter(([, post]) => post.what.kind === 'reply' && !this.#isInPlace(post));
    for (const [name] of gone) {
      this.#posts.delete(name);
      this.#again.delete(name);
    }
    return gone.map(([key]) => ({ key, bytes: null }));
  }

  /** Draws a day's times and fetches its tokens, at the first contact of the day. @throws Unreachable, Refused */
  async begin(today: Day, issuers: readonly BundleIssuer[]): Promise<void> {
    if (this.#day !== today) await this.#parts.turns.run(() => this.#turnDay(today));
    // A device that has joined since the times were drawn has a share of the desk's tokens: who asks for more than is left gets none.
    await this.#with.tokens.refresh(today, Math.min(this.#slots.count, this.#share()), issuers);
  }

  /** Begins to send again what is due to be. */
  retry(documents: Documents): void {
    const now = this.#parts.ports.now();
    const due = this.#toRetry.find(({ at }) => at <= now);
    if (due === undefined) return;
    if (isLate(due.at, now)) this.#sendLater(due.name);
    else this.#send(due.name, due.post, documents);
  }

  /** Makes the post of the oldest slot that is due, if one is, and begins to send it. */
  async post(documents: Documents, today: Day): Promise<void> {
    const { ports } = this.#parts;
    const at = this.nextTime;
    const now = ports.now();
    if (at === null || at > now) return;
    if (isLate(at, now)) {
      // Now is when the device is back, or whenever somebody has let it go on: what is late has a time of its own.
      this.#madeUp = { slot: this.#slots.used, at: drawLater(this.#parts) };
      return;
    }
    const slot = this.#slots.used;
    const slots = { count: this.#slots.count, used: slot + 1 };
    const slotWrite = { key: names.slots(today), bytes: encodeSlots(slots) };
    const token = this.#with.tokens.take('reply', today);
    if (token === null) {
      await ports.store.transaction([slotWrite]);
      this.#slots = slots;
      return;
    }
    const { tagKey, ackId, lane, body, what, cover, writes } = await this.#seal(today);
    const { laneDepth } = documents.bundle;
    const place = { tagKey, ackId, laneDepth, lanePrefix: lanePrefix(lane, laneDepth), body };
    const payload = encodeReplyPayload(place);
    const post: Post = {
      day: today,
      slot,
      payload,
      token: token.token,
      isRefused: false,
      what,
    };
    const name = names.post(today, slot);
    const record = { key: name, bytes: encodePost(post) };
    const visit = await this.#with.visits.plan(today, slot, cover);
    await ports.store.transaction([slotWrite, ...token.writes, ...writes, record, ...visit]);
    this.#slots = slots;
    this.#posts.set(name, post);
    this.#send(name, post, documents);
  }

  async erase(today: Day): Promise<void> {
    for (const name of await this.#parts.ports.store.list(names.allSlots)) {
      if (numberIn(name) < today) await this.#parts.ports.store.delete(name);
    }
  }

  #isInPlace({ what, payload }: Post): boolean {
    if (what.kind !== 'reply') return true;
    const conversation = this.#with.log.state.conversations.get(bytesToHex(what.conversationId));
    const reply = conversation?.replies.find(({ number }) => number === what.number);
    if (reply?.progress !== 'queued' || !equal(reply.author, this.#parts.keys.device)) return false;
    return reply.tagKey !== null && equal(reply.tagKey, decodeReplyPayload(payload).tagKey);
  }

  /** Of the desk's posts a day. */
  #share(): number {
    const { current, devices } = this.#with.rosters;
    const place = devices.findIndex((device) => equal(device, this.#parts.keys.device));
    return postShare(current.repliesADay, place, devices.length);
  }

  async #turnDay(today: Day): Promise<void> {
    const { keys, ports } = this.#parts;
    const stored = await ports.store.get(names.slots(today));
    const count = this.#share();
    const slots = stored === null ? { count, used: 0 } : decodeSlots(stored);
    if (stored === null) await ports.store.set(names.slots(today), encodeSlots(slots));
    this.#times = await postTimes(keys, today, slots.count);
    this.#slots = slots;
    this.#madeUp = null;
    this.#day = today;
  }

  /** A history that the others do not share gives nobody a number. */
  get #isForked(): boolean {
    return this.#with.log.progress.forkedAt !== null;
  }

  /** Own queued replies, those of devices that have left if this one is first, without those under way. */
  #candidates(): Candidate[] {
    const { log, pending, rosters, transportKeys } = this.#with;
    if (this.#isForked) return [];
    const { device } = this.#parts.keys;
    // What is posted stays queued in the log's state until the log says so.
    const posted = pending.events.flatMap((event): PostSubject[] =>
      event.kind === 'posted' ? [{ ...event, kind: 'reply' }] : [],
    );
    const underWay = [...posted, ...[...this.#posts.values()].map(({ what }) => what)];
    const all: Candidate[] = [];
    for (const conversation of log.state.conversations.values()) {
      for (const reply of conversation.replies) {
        if (reply.progress !== 'queued') continue;
        const isMine = equal(reply.author, device);
        const isTakenOver = transportKeys.turn === 0 && !rosters.isDevice(reply.author);
        const what = { kind: 'reply', conversationId: conversation.id, number: reply.number } as const;
        const isUnderWay = underWay.some((other) => isSame(other, what));
        if ((isMine || isTakenOver) && !isUnderWay) all.push({ conversation, reply });
      }
    }
    return all;
  }

  /** The oldest that a source would still find; those that are too late are reported and never posted (CHN-2). */
  #nextReply(today: Day): Candidate | undefined {
    const inTime: Candidate[] = [];
    for (const candidate of this.#candidates()) {
      const { conversation, reply } = candidate;
      if (today <= reply.rootDay + ROOT_USE_DAYS) inTime.push(candidate);
      else this.#parts.alerts.raise('reply-too-old', today, { conversation: bytesToHex(conversation.id) });
    }
    const key = ({ conversation, reply }: Candidate): string =>
      `${String(reply.day).padStart(10, '0')}${bytesToHex(conversation.id)}${String(reply.number).padStart(10, '0')}`;
    return inTime.sort((a, b) => (key(a) < key(b) ? -1 : 1))[0];
  }

  /** A real reply or a cover one, sealed by the same code (RPL-5). */
  async #seal(today: Day): Promise<Sealed & { readonly writes: readonly StoreWrite[] }> {
    const { keys, ports } = this.#parts;
    const next = this.#nextReply(today);
    if (next?.reply.replyKey && next.reply.tagKey && next.reply.ackKey) {
      const { conversation, reply } = next;
      const { tagKey, ackKey, replyKey } = next.reply;
      const { number, part, parts, piece, rootDay, link } = reply;
      const { fingerprint, desk, device, signing } = keys;
      const place = { fingerprint, desk, conversationId: conversation.id, rootDay, link, replyKey };
      const outstanding = outstandingBefore(number, (earlier) => isOutstanding(conversation, earlier));
      const admission = this.#with.tokens.take('admission', today);
      const says = { device, day: today, number, outstanding, part, parts, piece };
      const body = await sealReply(place, { ...says, token: admission?.token ?? null }, signing, ports.random);
      const what = { kind: 'reply', conversationId: conversation.id, number } as const;
      const ackId = await ackIdOf(ackKey);
      return { tagKey, ackId, lane: conversation.lane, body, what, cover: null, writes: admission?.writes ?? [] };
    }
    const cover = await sealCoverReply(keys, today, keys.signing, ports.random);
    const { tagKey, ackKey, ackId, lane, body } = cover;
    const secrets = { tagKey, ackKey, lane, bodyHash: await sha256(body) };
    return { tagKey, ackId, lane, body, what: { kind: 'cover' }, cover: secrets, writes: [] };
  }

  /** What was not answered and may go again, and when. */
  get #toRetry(): { readonly name: string; readonly at: number; readonly post: Post }[] {
    return [...this.#again].flatMap(([name, at]) => {
      const post = this.#posts.get(name);
      if (post === undefined || post.isRefused || (this.#isForked && post.what.kind === 'reply')) return [];
      return [{ name, at, post }];
    });
  }

  #sendLater(name: string): void {
    this.#again.set(name, drawLater(this.#parts));
  }

  /** Begins one request on a circuit of its own; without an answer everything stays as it is. */
  #send(name: string, post: Post, documents: Documents): void {
    const { tasks, turns } = this.#parts;
    this.#again.delete(name);
    const circuit = freshCircuit(this.#parts, 'post');
    tasks.begin(circuit, async () => {
      try {
        const outcome = await this.#request(post, documents, circuit);
        await turns.run(() => this.#take(name, post, documents, outcome));
      } finally {
        if (this.#posts.has(name)) this.#sendLater(name);
      }
    });
  }

  async #take(name: string, post: Post, documents: Documents, outcome: Outcome | null): Promise<void> {
    // Dropped meanwhile, with the history that gave it its number.
    if (this.#posts.get(name) !== post) return;
    const today = dayOf(this.#parts.ports.now());
    if (outcome === 'stored') return this.#finish(name, post);
    if (outcome !== 'refused') return;
    // A token may have expired, or its issuer's key is gone: only one under the key that everybody is shown counts.
    const issuer = documents.bundle.issuers.find(({ purpose }) => purpose === 'reply');
    if (issuer === undefined) return;
    if (equal(keyIdOfToken(post.token), issuer.keyHash)) return this.#giveUp(name, post, today);
    const fresh = this.#with.tokens.take('reply', today, issuer.keyHash);
    if (fresh === null) return;
    const again = { ...post, token: fresh.token };
    await this.#parts.ports.store.transaction([...fresh.writes, { key: name, bytes: encodePost(again) }]);
    this.#posts.set(name, again);
  }

  async #request(post: Post, { roster, bundle }: Documents, circuit: string): Promise<Outcome | null> {
    const { ports } = this.#parts;
    const content = {
      fingerprint: roster.fingerprint,
      kind: 'reply',
      payload: post.payload,
      claims: Array.from({ length: CLAIMS }, () => ports.random(CLAIM_BYTES)),
      acknowledgements: Array.from({ length: ACKNOWLEDGEMENTS }, () => ports.random(ACK_KEY_BYTES)),
      token: post.token,
      puzzleNonce: ports.random(PUZZLE_NONCE_BYTES),
    } as const;
    const { bytes, context } = await sealRequest(decodeKeyConfig(bundle.keyConfig), content, ports.random);
    try {
      const { status, body } = await reach('/request', () => ports.postRequest(bytes, circuit));
      // Where the server's key is gone (422: RFC 9458, section 5.3), the next look brings another in time for the next try.
      return status === 200 ? (await openResponse(context, body)).outcome : null;
    } catch (error) {
      if (error instanceof WireError) return null;
      throw error;
    }
  }

  async #finish(name: string, post: Post): Promise<void> {
    const { pending } = this.#with;
    const { what } = post;
    const done =
      what.kind === 'reply'
        ? pending.add([{ kind: 'posted', conversationId: what.conversationId, number: what.number }])
        : [];
    await this.#parts.ports.store.transaction([...done, { key: name, bytes: null }]);
    this.#posts.delete(name);
  }

  async #giveUp(name: string, post: Post, today: Day): Promise<void> {
    if (post.what.kind === 'cover') {
      await this.#parts.ports.store.delete(name);
      this.#posts.delete(name);
      return;
    }
    // The same bytes are stored twice as once (RPL-7): another body stands under this link, or the server lies.
    this.#parts.alerts.raise('reply-refused', today, { conversation: bytesToHex(post.what.conversationId) });
    const refused = { ...post, isRefused: true };
    await this.#parts.ports.store.set(name, encodePost(refused));
    this.#posts.set(name, refused);
  }
}

/** One that is not posted yet is not outstanding, and neither is one that the source has confirmed (RPL-4). */
function isOutstanding({ replies }: Conversation, number: number): boolean {
  const reply = replies.find((other) => other.number === number);
  return reply !== undefined && !reply.isConfirmed && (reply.progress === 'posted' || reply.progress === 'collected');
}

function isSame(a: PostSubject, b: PostSubject): boolean {
  return a.kind === 'reply' && b.kind === 'reply' && a.number === b.number && equal(a.conversationId, b.conversationId);
}
