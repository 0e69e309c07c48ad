/** Tokens for replies and for the sources who get them, fetched once a day in the same number (spec/protocol.md, section 6.1). */

import { equal } from '@postern/protocol/bytes/equal';
import { WireError } from '@postern/protocol/bytes/wire-error';
import { TOKENS_MAX } from '@postern/protocol/http/device-kinds';
import { acceptedPeriods, requestToken, type TokenPurpose, tokenPeriod } from '@postern/protocol/http/token';
import type { BundleIssuer } from '@postern/protocol/keys/bundle';
import {
  type BlindedToken,
  finalizeToken,
  type IssuerPublicKey,
  importIssuerPublicKey,
  keyIdOfToken,
} from '@postern/protocol/primitives/blind-rsa';
import { sha256 } from '@postern/protocol/primitives/hash';
import type { Day } from '@postern/protocol/time';
import { Refused } from './desk-server.ts';
import type { EngineParts } from './engine-parts.ts';
import type { StoreWrite } from './ports.ts';
import { names } from './store-schema.ts';
import {
  decodeTokenRequests,
  decodeTokens,
  emptyStock,
  encodeTokenRequests,
  encodeTokens,
  type TokenRequests,
  type TokenStock,
} from './token-stock.ts';

const purposes = ['reply', 'admission'] as const satisfies readonly TokenPurpose[];

/** A key that the bundle names. */
interface Issuer extends BundleIssuer {
  readonly key: IssuerPublicKey;
}

export class Tokens {
  readonly #parts: EngineParts;
  readonly #stocks = new Map<TokenPurpose, TokenStock>();

  private constructor(parts: EngineParts) {
    this.#parts = parts;
  }

  static async load(parts: EngineParts): Promise<Tokens> {
    const tokens = new Tokens(parts);
    for (const purpose of purposes) {
      const bytes = await parts.ports.store.get(names.tokens(purpose));
      if (bytes !== null) tokens.#stocks.set(purpose, decodeTokens(bytes));
    }
    return tokens;
  }

  /**
   * Fetches a day's tokens of both kinds, at the first contact of the day, whether or not there is anything to post; and
   * again under another key, if the server has lost the one before.
   * Only under keys that the bundle names, fetched as anybody: a key of the desk's own would give its tokens away (TOK-3).
   * @param count of this device's posts a day @throws Unreachable, Refused
   */
  async refresh(today: Day, count: number, issuers: readonly BundleIssuer[]): Promise<void> {
    const named = issuers.filter((issuer) => {
      return issuer.period === tokenPeriod(issuer.purpose, today) && this.#wanted(issuer, today, count) > 0;
    });
    if (named.length === 0) return;
    const { keys } = await this.#parts.server.ask({ kind: 'issuer-keys' });
    const held = await Promise.all(keys.map(({ publicKey }) => sha256(publicKey)));
    for (const issuer of named) {
      const offered = keys.filter(({ purpose, period }) => purpose === issuer.purpose && period === issuer.period);
      // With two, a server could name each to another visit, and see here who was given which.
      const key = offered.length === 1 ? await readNamed(issuer, offered[0]?.publicKey) : null;
      if (key !== null) await this.#fetch({ ...issuer, key }, held, today, count);
      else this.#parts.alerts.raise('issuer-invalid', today);
    }
  }

  /**
   * Takes one that is accepted today out of the stock. Its writes belong into the transaction in which it is used.
   * @param keyHash of the only issuer key that will do @returns null if there is none
   */
  take(
    purpose: TokenPurpose,
    today: Day,
    keyHash: Uint8Array | null = null,
  ): { token: Uint8Array; writes: StoreWrite[] } | null {
    const stock = this.#stockOf(purpose);
    const accepted = acceptedPeriods(purpose, today);
    const usable = stock.tokens.filter(({ period }) => accepted.includes(period));
    // The one that stays good for longer is kept.
    const taken = usable
      .sort((a, b) => a.period - b.period)
      .find(({ token }) => keyHash === null || equal(keyIdOfToken(token), keyHash));
    if (taken === undefined) return null;
    const rest = usable.filter((other) => other !== taken);
    return { token: taken.token, writes: this.#set(purpose, { ...stock, tokens: rest }) };
  }

  /** Of the day's number, those that were asked for under this key and answered. */
  #done({ purpose, keyHash }: BundleIssuer, today: Day): number {
    const stock = this.#stockOf(purpose);
    return stock.day === today && equal(stock.keyHash, keyHash) ? stock.done : 0;
  }

  /** How many to ask for now. */
  #wanted(issuer: BundleIssuer, today: Day, count: number): number {
    const { tokens } = this.#stockOf(issuer.purpose);
    const room = this.#parts.options.tokensHeldMax - tokens.filter(({ token }) => isUnder(issuer, token)).length;
    return Math.min(TOKENS_MAX, count - this.#done(issuer, today), room);
  }

  /** @param held hashes of the keys that the server has */
  async #fetch(issuer: Issuer, held: readonly Uint8Array[], today: Day, count: number): Promise<void> {
    const { purpose, period, keyHash } = issuer;
    for (let wanted = this.#wanted(issuer, today, count); wanted > 0; wanted = this.#wanted(issuer, today, count)) {
      const asked = await this.#ask(issuer, wanted);
      const tokens = await this.#answered(issuer, asked);
      await this.#parts.turns.run(async () => {
        // The desk's number for the day is used up, or the issuer's answer was no good: tomorrow again.
        const done = tokens.length === 0 ? count : this.#done(issuer, today) + asked.requests.length;
        const before = this.#stockOf(purpose).tokens.filter(({ token }) => {
          return held.some((known) => equal(known, keyIdOfToken(token)));
        });
        const all = [...before, ...tokens.map((token) => ({ period, token }))];
        // What was not used in two days is dropped, so that the stock shows nothing but the roster's number.
        const stock = { day: today, done, keyHash, tokens: all.slice(-2 * count) };
        const writes = this.#set(purpose, stock);
        await this.#parts.ports.store.transaction([...writes, { key: names.tokenRequests(purpose), bytes: null }]);
      });
    }
  }

  /** What is to be asked: what was asked before and not answered, else fresh requests, kept before they are sent. */
  async #ask({ purpose, period, keyHash, key }: Issuer, count: number): Promise<TokenRequests> {
    const { keys, ports } = this.#parts;
    const name = names.tokenRequests(purpose);
    const bytes = await ports.store.get(name);
    const before = bytes === null ? null : decodeTokenRequests(bytes);
    if (before?.period === period && equal(before.keyHash, keyHash)) return before;
    const scope = { fingerprint: keys.fingerprint, purpose, period };
    const requests = await this.#oneByOne(count, () => requestToken(key, scope, ports.random));
    const asked = { period, keyHash, requests };
    await ports.store.set(name, encodeTokenRequests(asked));
    return asked;
  }

  /** The tokens of these requests; none if they are refused. @throws Unreachable, Refused */
  async #answered({ purpose, period, key }: Issuer, { requests }: TokenRequests): Promise<Uint8Array[]> {
    try {
      const blinded = requests.map((request) => request.blinded);
      const { signatures } = await this.#parts.server.ask({ kind: 'tokens', purpose, period, blinded });
      const tokens = await this.#oneByOne(requests.length, (at) =>
        finalizeToken(key, requests[at] as BlindedToken, signatures[at] ?? new Uint8Array(0)),
      );
      return tokens.filter((token) => token !== null);
    } catch (error) {
      if (error instanceof Refused && error.code !== 'clock' && error.code !== 'signature') return [];
      throw error;
    }
  }

  /** Each takes some 60 ms of processor time; a day's number of them together would keep a person waiting for seconds. */
  async #oneByOne<Made>(count: number, make: (at: number) => Promise<Made>): Promise<Made[]> {
    const made: Made[] = [];
    for (let at = 0; at < count; at++) {
      made.push(await make(at));
      await this.#parts.ports.pause?.();
    }
    return made;
  }

  #stockOf(purpose: TokenPurpose): TokenStock {
    return this.#stocks.get(purpose) ?? emptyStock;
  }

  #set(purpose: TokenPurpose, stock: TokenStock): StoreWrite[] {
    this.#stocks.set(purpose, stock);
    return [{ key: names.tokens(purpose), bytes: encodeTokens(stock) }];
  }
}

function isUnder({ keyHash }: BundleIssuer, token: Uint8Array): boolean {
  return equal(keyIdOfToken(token), keyHash);
}

/** The key that the bundle names, if it is this one and can be used; else null. */
async function readNamed(issuer: BundleIssuer, spki: Uint8Array | undefined): Promise<IssuerPublicKey | null> {
  if (spki === undefined || !equal(await sha256(spki), issuer.keyHash)) return null;
  try {
    return await importIssuerPublicKey(spki);
  } catch (error) {
    if (error instanceof WireError) return null;
    throw error;
  }
}
