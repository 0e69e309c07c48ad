/** What a visit holds of a phrase (spec/protocol.md, section 3). */

import { fingerprint as asFingerprint, type DeskId, type Fingerprint } from '../bytes/brand.ts';
import { bytesToHex } from '../bytes/encode.ts';
import { conversationKey, importPhrase, laneOf, type PhraseKey, rootOf } from '../keys/source-keys.ts';
import type { EnvelopeSource } from '../messages/envelope.ts';

type ConversationKey = Awaited<ReturnType<typeof conversationKey>>;

export class Holder {
  readonly phrase: PhraseKey;
  readonly kind: 'new' | 'entered';
  /** The two lane bytes as a number. */
  readonly lane: number;
  readonly #fingerprint: Fingerprint;
  readonly #keys = new Map<string, Promise<ConversationKey>>();

  private constructor(phrase: PhraseKey, kind: Holder['kind'], lane: number, fingerprint: Fingerprint) {
    this.phrase = phrase;
    this.kind = kind;
    this.lane = lane;
    this.#fingerprint = fingerprint;
  }

  /** @param entropy the 16 bytes of the phrase */
  static async of(entropy: Uint8Array, kind: Holder['kind'], fingerprint: Uint8Array): Promise<Holder> {
    const own = asFingerprint(fingerprint);
    const phrase = await importPhrase(entropy);
    return new Holder(phrase, kind, await laneOf(phrase, own), own);
  }

  /** Derived once for each desk. */
  conversationKey(desk: DeskId): Promise<ConversationKey> {
    const name = bytesToHex(desk);
    const key = this.#keys.get(name) ?? conversationKey(this.phrase, this.#fingerprint, desk);
    this.#keys.set(name, key);
    return key;
  }

  /** What the phrase is to one desk on a day. */
  async sourceFor(desk: DeskId, today: number): Promise<EnvelopeSource> {
    const { id: publicKey, sign } = await this.conversationKey(desk);
    const root = await rootOf(this.phrase, this.#fingerprint, desk, today);
    return { key: { publicKey, sign }, root, lane: this.lane };
  }
}
