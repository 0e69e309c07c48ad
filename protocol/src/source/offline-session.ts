/** A source without a network: phrase, message, carried envelopes (spec/protocol.md, sections 2.6 and 4.1). */

import { bytesToHex } from '../bytes/encode.ts';
import { DAY_KEY_GRACE_DAYS, DAY_SECONDS } from '../constants.ts';
import { verificationNumbers } from '../keys/fingerprint.ts';
import type { VerifiedPack } from '../keys/pack.ts';
import { newPassphrase } from '../keys/passphrase.ts';
import { activeDesks } from '../keys/roster.ts';
import { conversationKey, importPhrase, laneOf, type PhraseKey, rootOf } from '../keys/source-keys.ts';
import type { WordList } from '../keys/word-lists.ts';
import { carriedToLines } from '../messages/carried.ts';
import { measureContent } from '../messages/content.ts';
import { sealSubmission } from '../messages/envelope.ts';
import type { Random } from '../primitives/random.ts';
import type { SourceDesk, SourceState } from '../source.ts';
import type { Day } from '../time.ts';
import { type Answered, measureMessage, unasked } from './answered.ts';
import { type PhraseProblem, readPhrase } from './phrase.ts';
import { SourceError } from './source-error.ts';

/** A sealed message, ready to be carried. */
export interface SealedMessage {
  readonly id: string;
  /** One QR picture each; together the file and the text. */
  readonly lines: readonly string[];
  /** The last day on which a desk can open it. */
  readonly lastDay: Day;
}

type Holder = { readonly key: PhraseKey; readonly kind: 'new' | 'entered'; readonly lane: number };

/** One sitting. Everything that it derives from the phrase is gone after `forget`. */
export class OfflineSession {
  readonly #pack: VerifiedPack;
  readonly #random: Random;
  #holder: Holder | null = null;
  #sealed: SealedMessage[] = [];

  constructor(pack: VerifiedPack, random: Random) {
    this.#pack = pack;
    this.#random = random;
  }

  get organisation(): { readonly names: VerifiedPack['roster']['names']; readonly verificationNumbers: number[] } {
    const { names, fingerprint } = this.#pack.roster;
    return { names, verificationNumbers: verificationNumbers(fingerprint) };
  }

  get desks(): SourceDesk[] {
    return this.#pack.roster.desks.map(({ id, names, paused }) => ({ id: bytesToHex(id), names, paused }));
  }

  /** In the order in which they were written. */
  get sealed(): readonly SealedMessage[] {
    return this.#sealed;
  }

  /** As of a visit that has sent and found nothing. */
  get state(): SourceState {
    return {
      phrase: this.#holder?.kind ?? 'none',
      outbox: [],
      busy: false,
      looked: this.#holder === null ? 'no-phrase' : 'not-yet',
      // As near to now as anything that is signed.
      indexTime: this.#pack.day * DAY_SECONDS,
      answers: [],
      unreadable: 0,
      missing: [],
      unacknowledged: 0,
    };
  }

  /** Draws a new phrase and holds its key. @returns its twelve words, to be shown once */
  async newPhrase(list: WordList): Promise<readonly string[]> {
    const { words, entropy } = await newPassphrase(this.#random, list);
    await this.#hold(entropy.reveal(), 'new');
    entropy.erase();
    return words;
  }

  /** @returns the problem with the list that comes closest */
  async enterPhrase(typed: string, lists: readonly WordList[]): Promise<{ readonly ok: true } | PhraseProblem> {
    const read = await readPhrase(typed, lists);
    if (!read.ok) return read;
    await this.#hold(read.entropy.reveal(), 'entered');
    read.entropy.erase();
    return { ok: true };
  }

  /** Erases what was derived from the phrase and what was sealed with it. */
  forget(): void {
    this.#holder = null;
    this.#sealed = [];
  }

  readonly measure = measureMessage;

  /** Seals a message to the pack's day, as if it were that day. @throws SourceError no-phrase, desk-paused, too-long */
  async send(message: {
    readonly deskId: string;
    readonly text: string;
    readonly language: string;
    readonly answered?: Answered | undefined;
  }): Promise<void> {
    const { roster, day, dayKeys } = this.#pack;
    if (this.#holder === null) throw new SourceError('no-phrase', 'seal a message: there is no phrase');
    const desk = activeDesks(roster).find(({ id }) => bytesToHex(id) === message.deskId);
    if (desk === undefined) throw new SourceError('desk-paused', 'seal a message: the desk takes no messages');
    const { text, language, answered = unasked } = message;
    const content = { ...answered, language, files: [], text };
    if (!(await measureContent(content)).fits) throw new SourceError('too-long', 'seal a message: it does not fit');
    const { key: phrase, lane } = this.#holder;
    const { fingerprint } = roster;
    const { id: publicKey, sign } = await conversationKey(phrase, fingerprint, desk.id);
    const root = await rootOf(phrase, fingerprint, desk.id, day);
    const keys = dayKeys.filter((dayKey) => bytesToHex(dayKey.desk) === message.deskId);
    const envelopes = await sealSubmission(
      { fingerprint, keyDay: day, today: day },
      { desk: desk.id, dayKeys: keys.map((dayKey) => dayKey.publicKey) },
      { key: { publicKey, sign }, root, lane },
      content,
      this.#random,
    );
    const lastDay = day + DAY_KEY_GRACE_DAYS - 1;
    const lines = await carriedToLines({ lastDay, envelopes }, fingerprint);
    this.#sealed.push({ id: `message-${this.#sealed.length + 1}`, lines, lastDay });
  }

  async #hold(entropy: Uint8Array, kind: Holder['kind']): Promise<void> {
    this.forget();
    const key = await importPhrase(entropy);
    this.#holder = { key, kind, lane: await laneOf(key, this.#pack.roster.fingerprint) };
  }
}
