/** Tokens for replies and for the sources who get them, fetched once a day in the same number (spec/protocol.md, section 6.1). */

import { equal } from '@postern/protocol/bytes/equal';
import { WireError } from '@postern/protocol/bytes/wire-error';
import { TOKEN_BYTES } from '@postern/protocol/constants';
import { TOKENS_MAX } from '@postern/protocol/http/device-kinds';
import { acceptedPeriods, requestToken, type TokenPurpose, tokenPeriod } from '@postern/protocol/http/token';
import type { BundleIssuer } from '@postern/protocol/keys/bundle';
import { finalizeToken, type IssuerPublicKey, importIssuerPublicKey } from '@postern/protocol/primitives/blind-rsa';
import { sha256 } from '@postern/protocol/primitives/hash';
import type { Day } from '@postern/protocol/time';
import { Refused } from './desk-server.ts';
import type { EngineParts } from './engine-parts.ts';
import type { StoreWrite } from './ports.ts';
import { names } from './store-schema.ts';
import { decodeTokens, encodeTokens, type HeldToken, type TokenStock } from './token-stock.ts';

const purposes = ['reply', 'admission'] as const satisfies readonly TokenPurpose[];

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
   * Fetches a day's tokens of both kinds, at the first contact of the day, whether or not there is anything to post.
   * Only under keys that the bundle names, fetched as anybody: a key of the desk's own would give its tokens away (TOK-3).
   * @param count of this device's posts a day @throws Unreachable, Refused
   */
  async refresh(today: Day, count: number, issuers: readonly BundleIssuer[]): Promise<void> {
    const named = purposes.flatMap((purpose) => {
      const period = tokenPeriod(purpose, today);
      const issuer = issuers.find((known) => known.purpose === purpose && known.period === period);
      return issuer === undefined || this.#stockOf(purpose).fetchedOn === today ? [] : [issuer];
    });
    if (count === 0 || named.length === 0) return;
    const { keys } = await this.#parts.server.ask({ kind: 'issuer-keys' });
    for (const { purpose, period, keyHash } of named) {
      const spki = keys.find((key) => key.purpose === purpose && key.period === period)?.publicKey;
      const isNamed = spki !== undefined && equal(await sha256(spki), keyHash);
      if (isNamed) await this.#fetch(purpose, period, spki, today, count);
      else this.#parts.alerts.raise('issuer-invalid', today);
    }
  }

  /**
   * Takes one that is accepted today out of the stock. Its writes belong into the transaction in which it is used.
   * @returns null if there is none
   */
  take(purpose: TokenPurpose, today: Day): { token: Uint8Array; period: number; writes: StoreWrite[] } | null {
    const stock = this.#stockOf(purpose);
    const accepted = acceptedPeriods(purpose, today);
    const usable = stock.tokens.filter(({ period }) => accepted.includes(period));
    // The one that stays good for longer is kept.
    const taken = usable.sort((a, b) => a.period - b.period)[0];
    if (taken === undefined) return null;
    const rest = usable.filter((other) => other !== taken);
    return { token: taken.token, period: taken.period, writes: this.#set(purpose, { ...stock, tokens: rest }) };
  }

  async #fetch(purpose: TokenPurpose, period: number, spki: Uint8Array, today: Day, count: number): Promise<void> {
    const issuer = await readIssuer(spki);
    if (issuer === null) return;
    const { tokens } = this.#stockOf(purpose);
    const fresh: HeldToken[] = [];
    while (fresh.length < count) {
      const some = await this.#fetchSome(purpose, period, issuer, Math.min(TOKENS_MAX, count - fresh.length));
      fresh.push(...some.map((token) => ({ period, token })));
      // The desk's number for the day is used up, or the issuer's answer was no good: tomorrow again.
      if (some.length === 0) break;
    }
    // What was not used in two days is dropped, so that the stock shows nothing but the roster's number.
    const stock = { fetchedOn: today, tokens: [...tokens, ...fresh].slice(-2 * count) };
    await this.#parts.ports.store.transaction(this.#set(purpose, stock));
  }

  async #fetchSome(
    purpose: TokenPurpose,
    period: number,
    issuer: IssuerPublicKey,
    count: number,
  ): Promise<Uint8Array[]> {
    const { keys, ports, server } = this.#parts;
    const scope = { fingerprint: keys.fingerprint, purpose, period };
    const asked = await Promise.all(Array.from({ length: count }, () => requestToken(issuer, scope, ports.random)));
    const signatures = await this.#signed(purpose, period, server, asked);
    const tokens = await Promise.all(
      asked.map((request, at) => finalizeToken(issuer, request, signatures[at] ?? new Uint8Array(0))),
    );
    return tokens.filter((token) => token?.length === TOKEN_BYTES) as Uint8Array[];
  }

  async #signed(
    purpose: TokenPurpose,
    period: number,
    server: EngineParts['server'],
    asked: readonly { readonly blinded: Uint8Array }[],
  ): Promise<readonly Uint8Array[]> {
    try {
      const blinded = asked.map((request) => request.blinded);
      return (await server.ask({ kind: 'tokens', purpose, period, blinded })).signatures;
    } catch (error) {
      if (error instanceof Refused && error.code !== 'clock' && error.code !== 'signature') return [];
      throw error;
    }
  }

  #stockOf(purpose: TokenPurpose): TokenStock {
    return this.#stocks.get(purpose) ?? { fetchedOn: 0, tokens: [] };
  }

  #set(purpose: TokenPurpose, stock: TokenStock): StoreWrite[] {
    this.#stocks.set(purpose, stock);
    return [{ key: names.tokens(purpose), bytes: encodeTokens(stock) }];
  }
}

async function readIssuer(spki: Uint8Array): Promise<IssuerPublicKey | null> {
  try {
    return await importIssuerPublicKey(spki);
  } catch (error) {
    if (error instanceof WireError) return null;
    throw error;
  }
}
