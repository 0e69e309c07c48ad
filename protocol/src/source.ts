/** A source's visit, without network, clock or page: documents, phrase, sending, looking and answers (spec/protocol.md, sections 3 to 6). */

import { fingerprint as asFingerprint, type DeskId, type Fingerprint } from './bytes/brand.ts';
import { bytesToHex } from './bytes/encode.ts';
import { equal } from './bytes/equal.ts';
import { WireError } from './bytes/wire-error.ts';
import type { VerifiedCampaign } from './campaign/campaign.ts';
import { openCampaignList } from './campaign/campaign-list.ts';
import { Delivery, type DeliveryTerms, type SealedReceipt } from './delivery.ts';
import type { FileDescriptor } from './files/descriptor.ts';
import { decodeKeyConfig } from './http/ohttp.ts';
import type { VerifiedBundle } from './keys/bundle.ts';
import { verificationNumbers } from './keys/fingerprint.ts';
import { newPassphrase } from './keys/passphrase.ts';
import { activeDesks, deskOf, deviceIdOf, type LocalName, type Roster } from './keys/roster.ts';
import { acceptRosters, type VerifiedRoster, verifyRoster } from './keys/roster-chain.ts';
import type { WordList } from './keys/word-lists.ts';
import type { Carried } from './messages/carried.ts';
import { measureContent } from './messages/content.ts';
import { envelopeDesk, verifyDocuments, verifyNextIndex } from './messages/current-documents.ts';
import { drawBelow } from './messages/draw.ts';
import { sealCover, sealReceipt, sealSubmission } from './messages/envelope.ts';
import { MessageError } from './messages/message-error.ts';
import { receiptNumbersMax } from './messages/receipt.ts';
import { openReply } from './messages/reply.ts';
import { findInIndex, lanePrefix, type ReplyIndex } from './messages/reply-index.ts';
import type { Random } from './primitives/random.ts';
import { type Answered, measureMessage, unasked } from './source/answered.ts';
import { Answers } from './source/answers.ts';
import { type Candidate, candidatesOf } from './source/candidates.ts';
import { Holder } from './source/holder.ts';
import { type PhraseProblem, readPhrase } from './source/phrase.ts';
import { refuse, SourceError, toSourceError } from './source/source-error.ts';
import type { SourceDesk, SourceState } from './source/source-state.ts';
import { dayOf, epochStart } from './time.ts';

interface Documents {
  readonly roster: VerifiedRoster;
  readonly bundle: VerifiedBundle;
  readonly index: ReplyIndex;
}

export type { Answered } from './source/answered.ts';
export type { PhraseProblem } from './source/phrase.ts';
export type { OutboxMessage, SourceDesk, SourceState } from './source/source-state.ts';

/** One visit. Times are unix seconds. Everything that it derives from the phrase is gone after `forget`. */
export class SourceSession {
  readonly #fingerprint: Fingerprint;
  readonly #random: Random;
  /** The lane of a visit without a phrase, and of one that has not entered it yet (IDX-3). */
  readonly #randomLane: number;
  #documents: Documents | null = null;
  #delivery: Delivery | null = null;
  #holder: Holder | null = null;
  #candidates: Promise<Candidate[]> | null = null;
  #wanted = new Map<string, Candidate>();
  #campaigns: readonly VerifiedCampaign[] = [];
  #answers = new Answers();
  #unreadable = new Set<string>();
  #lookedAt: ReplyIndex | null = null;
  #outbox: string[] = [];
  #now = 0;

  constructor(options: { readonly fingerprint: Uint8Array; readonly random: Random }) {
    this.#fingerprint = asFingerprint(options.fingerprint);
    this.#random = options.random;
    this.#randomLane = drawBelow(0x1_0000, options.random);
  }

  /**
   * Takes the three documents, at page load and whenever newer ones are needed; what waits to be sent keeps waiting.
   * @throws SourceError roster, roster-expired, clock, bundle, index, index-old
   */
  async load(
    documents: { readonly roster: Uint8Array; readonly bundle: Uint8Array; readonly index: Uint8Array },
    now: number,
  ): Promise<void> {
    this.#now = now;
    const day = dayOf(now);
    const known = this.#documents?.roster;
    const roster = await refuse('roster', async () =>
      known ? acceptRosters(known, [documents.roster], day) : verifyRoster(documents.roster, this.#fingerprint, day),
    );
    // Whichever lane was asked for: one that is not the phrase's is never searched.
    const { bundle, index } = await verifyDocuments(documents, roster, null, now, refuse);
    this.#documents = { roster, bundle, index };
    const terms = this.#terms(roster, bundle);
    this.#delivery ??= new Delivery(terms, this.#random);
    this.#delivery.setTerms(terms, index.puzzleBits);
    this.#candidates = null;
    await this.#look();
  }

  /** Takes a newer index. @returns `bundle-changed` if roster, bundle and index must be loaded again @throws SourceError index, index-old, clock */
  async loadIndex(bytes: Uint8Array, now: number): Promise<'ok' | 'bundle-changed'> {
    this.#now = now;
    const { roster, bundle } = this.#require();
    try {
      const index = await verifyNextIndex(bytes, { roster, bundle }, null, now);
      this.#documents = { roster, bundle, index };
      this.#delivery?.setTerms(this.#terms(roster, bundle), index.puzzleBits);
    } catch (error) {
      if (error instanceof MessageError && error.code === 'index-bundle') return 'bundle-changed';
      throw toSourceError('index', error);
    }
    await this.#look();
    return 'ok';
  }

  /** Whether there is a `GET /campaigns` to be made: by every visit, or by none. */
  get hasCampaigns(): boolean {
    return this.#require().roster.campaigns.length > 0;
  }

  /** Takes the list of all campaigns; what the roster in use does not list is left out [CAM-1]. @throws WireError for no list */
  async loadCampaigns(bytes: Uint8Array): Promise<void> {
    this.#campaigns = (await openCampaignList(bytes, this.#require().roster, dayOf(this.#now))).campaigns;
  }

  get campaigns(): readonly VerifiedCampaign[] {
    return this.#campaigns;
  }

  get organisation(): {
    readonly names: readonly LocalName[];
    readonly verificationNumbers: number[];
    readonly lastDay: number;
    readonly fingerprint: Fingerprint;
    /** Of all servers. */
    readonly addresses: readonly string[];
    /** SHA-256 of the offline page; zeros for none. */
    readonly offlinePage: Uint8Array;
  } {
    const { roster } = this.#require();
    return {
      names: roster.names,
      verificationNumbers: verificationNumbers(this.#fingerprint),
      lastDay: roster.lastDay,
      fingerprint: this.#fingerprint,
      addresses: roster.servers.flatMap(({ addresses }) => addresses),
      offlinePage: roster.offlinePage,
    };
  }

  get desks(): SourceDesk[] {
    return this.#require().roster.desks.map(({ id, names, paused }) => ({ id: bytesToHex(id), names, paused }));
  }

  get schedule(): Pick<Roster, 'moments' | 'thenEvery' | 'envelopeEvery' | 'epochSeconds'> {
    const { moments, thenEvery, envelopeEvery, epochSeconds } = this.#require().roster;
    return { moments, thenEvery, envelopeEvery, epochSeconds };
  }

  /** Lane of the next `GET /index/<lane>`; before the bundle is known, none but 0 can be asked for. */
  get laneToFetch(): number {
    const depth = this.#documents?.bundle.laneDepth ?? 0;
    return lanePrefix(this.#holder?.lane ?? this.#randomLane, depth);
  }

  /** How many lane bits are in use. */
  get laneDepth(): number {
    return this.#documents?.bundle.laneDepth ?? 0;
  }

  /** Draws a new phrase and holds its key. @returns its twelve words, to be shown once */
  async newPhrase(list: WordList): Promise<readonly string[]> {
    const { words, entropy } = await newPassphrase(this.#random, list);
    await this.#hold(entropy.reveal(), 'new');
    entropy.erase();
    return words;
  }

  /** Takes a typed phrase, of whichever of the lists it is valid in. @returns the problem with the list that comes closest */
  async enterPhrase(typed: string, lists: readonly WordList[]): Promise<{ readonly ok: true } | PhraseProblem> {
    const read = await readPhrase(typed, lists);
    if (!read.ok) return read;
    await this.#hold(read.entropy.reveal(), 'entered');
    read.entropy.erase();
    await this.#look();
    return { ok: true };
  }

  /** Erases everything that was derived from the phrase, and all that was read. What is not sent is dropped. */
  forget(): void {
    this.#holder = null;
    this.#candidates = null;
    this.#wanted.clear();
    this.#answers = new Answers();
    this.#unreadable.clear();
    this.#lookedAt = null;
    this.#outbox = [];
    this.#delivery?.clear();
  }

  readonly measure = measureMessage;

  /** Seals a message and queues it for the next moments. @throws SourceError no-phrase, desk-paused, too-long */
  async send(message: {
    readonly deskId: string;
    readonly text: string;
    readonly language: string;
    /** Every chunk of which is stored already. */
    readonly files?: readonly FileDescriptor[];
    readonly answered?: Answered | undefined;
  }): Promise<{ id: string }> {
    const { roster, bundle } = this.#require();
    if (!this.#holder || !this.#delivery) throw new SourceError('no-phrase', 'send: there is no phrase');
    const desk = activeDesks(roster).find(({ id }) => bytesToHex(id) === message.deskId);
    if (!desk) throw new SourceError('desk-paused', 'send: the desk takes no messages now');
    const { language, text, files = [], answered = unasked } = message;
    const content = { ...answered, language, text, files };
    if (!(await measureContent(content)).fits) throw new SourceError('too-long', 'send: the message does not fit');
    const today = dayOf(this.#now);
    const source = await this.#holder.sourceFor(desk.id, today);
    const terms = { fingerprint: this.#fingerprint, keyDay: bundle.day, today };
    const envelopes = await sealSubmission(terms, envelopeDesk(bundle, desk.id), source, content, this.#random);
    const id = `message-${this.#outbox.length + 1}`;
    this.#outbox.push(id);
    this.#delivery.queue(id, envelopes);
    return { id };
  }

  /** Queues envelopes that somebody has brought, to go at the moments at which covers would (CAR-2). No phrase is needed. */
  carry(carried: Carried): void {
    this.#require();
    const id = `message-${this.#outbox.length + 1}`;
    this.#outbox.push(id);
    this.#delivery?.queue(id, carried.envelopes);
  }

  /** The 6,007 bytes to send at a moment of the schedule, counted from 0. @throws SourceError no-documents */
  request(moment: number, now: number): Promise<Uint8Array> {
    this.#now = now;
    this.#require();
    return (this.#delivery as Delivery).request(moment, now);
  }

  /** Takes the answer to a moment's request. @throws SourceError answer */
  async answered(moment: number, response: Uint8Array, now: number): Promise<void> {
    this.#now = now;
    const delivery = this.#delivery as Delivery;
    try {
      const { bodies } = await delivery.answered(moment, response);
      for (const { tagKey, body } of bodies) await this.#open(tagKey, body);
    } catch (error) {
      if (error instanceof WireError) throw new SourceError('answer', 'read the answer to a request: it does not open');
      throw error;
    }
  }

  /** No answer came: what the moment carried goes again at the next. */
  failed(moment: number): void {
    this.#delivery?.failed(moment);
  }

  /** An answer is on the screen: its desk will be told, and then, unless it is kept, it will be deleted at the server, at later moments (RPL-3, RCP-1). */
  shown(answerId: string): void {
    for (const candidate of this.#answers.show(answerId)) this.#delivery?.shown(candidate.ackKey);
    this.#delivery?.keep(this.#answers.kept());
  }

  /** A person has the files of an answer, or does not want it any more: nothing keeps it at the server once it was shown (RPL-9). */
  settled(answerId: string): void {
    this.#answers.settle(answerId);
    this.#delivery?.keep(this.#answers.kept());
  }

  get state(): SourceState {
    const outbox = this.#outbox.map((id) => ({ id, ...(this.#delivery?.progress(id) ?? { parts: 0, stored: 0 }) }));
    const { index, roster } = this.#documents ?? {};
    return {
      phrase: this.#holder?.kind ?? 'none',
      outbox,
      busy: this.#delivery?.busy ?? false,
      looked: this.#looked(),
      indexTime: index && roster ? epochStart(index.epoch, roster.epochSeconds) : 0,
      answers: this.#answers.list(),
      unreadable: this.#unreadable.size,
      // What is on its way, or could not be opened yet, is not missing.
      missing: this.#wanted.size + this.#unreadable.size > 0 ? [] : this.#answers.missing(),
      unacknowledged: this.#delivery?.unacknowledged ?? 0,
    };
  }

  #looked(): SourceState['looked'] {
    if (!this.#holder) return 'no-phrase';
    if (!this.#lookedAt) return 'not-yet';
    if (this.#wanted.size > 0) return 'fetching';
    return this.#answers.list().length > 0 ? 'found' : 'none';
  }

  async #hold(entropy: Uint8Array, kind: Holder['kind']): Promise<void> {
    this.forget();
    this.#holder = await Holder.of(entropy, kind, this.#fingerprint);
  }

  /** Compares every candidate with the index, and asks for what stands in it. A lane that is not the phrase's says nothing. */
  async #look(): Promise<void> {
    const { roster, index } = this.#documents ?? {};
    const holder = this.#holder;
    if (!holder || !roster || !index || index.lane !== lanePrefix(holder.lane, index.laneDepth)) return;
    const desks = roster.desks.map(({ id }) => id as DeskId);
    this.#candidates ??= candidatesOf(holder.phrase, this.#fingerprint, desks, dayOf(this.#now));
    const standing = await findInIndex(index, await this.#candidates);
    if (this.#holder !== holder) return;
    for (const candidate of standing) {
      if (this.#answers.has(candidate)) continue;
      this.#wanted.set(bytesToHex(candidate.tagKey), candidate);
      this.#delivery?.want(candidate.tagKey);
    }
    this.#unreadable.clear();
    this.#lookedAt = index;
  }

  async #open(tagKey: Uint8Array, body: Uint8Array): Promise<void> {
    const key = bytesToHex(tagKey);
    const candidate = this.#wanted.get(key);
    if (!candidate || !this.#holder) return;
    const { roster } = this.#require();
    const { id } = await this.#holder.conversationKey(candidate.desk);
    const place = { fingerprint: this.#fingerprint, conversationId: id, ...candidate };
    const devices = deskOf(roster, candidate.desk)?.devices ?? [];
    const signers = devices.map(({ keyHash, ed25519 }) => ({ device: deviceIdOf(keyHash), ed25519 }));
    const opened = await openReply(place, body, signers);
    this.#wanted.delete(key);
    this.#delivery?.arrived(tagKey);
    if (opened.kind !== 'reply') {
      this.#unreadable.add(key);
      return;
    }
    await this.#answers.add(candidate, opened.reply);
    if (opened.reply.token) this.#delivery?.addToken(opened.reply.token);
  }

  #terms(roster: VerifiedRoster, bundle: VerifiedBundle): DeliveryTerms {
    const desks = activeDesks(roster).map(({ id }) => envelopeDesk(bundle, id));
    return {
      fingerprint: this.#fingerprint,
      keyConfig: decodeKeyConfig(bundle.keyConfig),
      envelopeEvery: roster.envelopeEvery,
      epochSeconds: roster.epochSeconds,
      cover: (now) => {
        const terms = { fingerprint: this.#fingerprint, keyDay: bundle.day, today: dayOf(now) };
        return sealCover(terms, desks, this.#random);
      },
      receipt: (now, shown) => this.#sealReceipt(roster, bundle, now, shown),
    };
  }

  /** For the first desk that can be told: one that is paused may have no key. */
  async #sealReceipt(
    roster: VerifiedRoster,
    bundle: VerifiedBundle,
    now: number,
    shown: readonly Uint8Array[],
  ): Promise<SealedReceipt | null> {
    const holder = this.#holder;
    const active = new Set(activeDesks(roster).map(({ id }) => bytesToHex(id)));
    const known = shown.flatMap((ackKey) => {
      const place = this.#answers.placeOf(ackKey);
      return place && active.has(bytesToHex(place.desk)) ? [{ ackKey, ...place }] : [];
    });
    const [first] = known;
    if (!holder || !first) return null;
    const told = known.filter(({ desk }) => equal(desk, first.desk)).slice(0, receiptNumbersMax);
    const terms = { fingerprint: this.#fingerprint, keyDay: bundle.day, today: dayOf(now) };
    const source = await holder.sourceFor(first.desk, terms.today);
    const numbers = told.map(({ number }) => number).sort((a, b) => a - b);
    const envelope = await sealReceipt(terms, envelopeDesk(bundle, first.desk), source, numbers, this.#random);
    return { envelope, ackKeys: told.map(({ ackKey }) => ackKey) };
  }

  #require(): Documents {
    if (!this.#documents) throw new SourceError('no-documents', 'use the visit: its documents are not loaded');
    return this.#documents;
  }
}
