/** Issues and checks the blind tokens that replies and, in a flood, envelopes need (protocol 6.1). */

import { equal } from '@postern/protocol/bytes/equal';
import { ADMISSION_PERIOD_DAYS } from '@postern/protocol/constants';
import {
  acceptedPeriods,
  isTokenFor,
  type TokenPurpose,
  type TokenScope,
  tokenPeriod,
} from '@postern/protocol/http/token';
import type { BundleIssuer } from '@postern/protocol/keys/bundle';
import { type IssuerPublicKey, importIssuerPublicKey, keyIdOfToken } from '@postern/protocol/primitives/blind-rsa';
import { generateIssuerKey, type IssuerKey, importIssuerKey } from '@postern/protocol/primitives/blind-rsa-native';
import type { Day } from '@postern/protocol/time';
import type { KeyFiles } from '../ports/files.ts';

interface HeldIssuer {
  readonly purpose: TokenPurpose;
  readonly period: number;
  readonly key: IssuerKey;
  readonly publicKey: IssuerPublicKey;
}

const purposes: readonly TokenPurpose[] = ['reply', 'admission'];

/**
 * The keys are kept in files, unlike the OHTTP keys: a token must outlive a restart, or a restart would silence every
 * desk for the day and take the admission of everybody in conversation for two months. What a thief gains is forged
 * tokens: replies that no source will believe, and room in a flood. What was issued cannot be linked with them either.
 */
export class TokenIssuer {
  readonly #files: KeyFiles;
  readonly #fingerprint: Uint8Array;
  #held: readonly HeldIssuer[] = [];

  constructor(files: KeyFiles, fingerprint: Uint8Array) {
    this.#files = files;
    this.#fingerprint = fingerprint;
  }

  /** Makes the keys of this day's periods, loads those that are still accepted and erases the others. */
  async renew(day: Day): Promise<void> {
    const held: HeldIssuer[] = [];
    for (const purpose of purposes) {
      for (const period of acceptedPeriods(purpose, day)) {
        const issuer = this.#find(purpose, period) ?? (await this.#load(purpose, period, day));
        if (issuer !== null) held.push(issuer);
      }
    }
    this.#held = held;
    const wanted = new Set(held.map(({ purpose, period }) => fileName(purpose, period)));
    for (const name of await this.#files.names()) {
      if (purposes.some((purpose) => name.startsWith(`${purpose}-`)) && !wanted.has(name))
        await this.#files.erase(name);
    }
  }

  /** Everything under which a token may be checked today. */
  get publicKeys(): readonly { readonly purpose: TokenPurpose; readonly period: number; readonly spki: Uint8Array }[] {
    return this.#held.map(({ purpose, period, key }) => ({ purpose, period, spki: key.spki }));
  }

  /** What the bundle of a day names: the keys under which tokens are issued on it. */
  issuersOf(day: Day): BundleIssuer[] {
    const issuing = this.#held.filter(({ purpose, period }) => period === tokenPeriod(purpose, day));
    return issuing.map(({ purpose, period, publicKey }) => ({ purpose, period, keyHash: publicKey.keyId }));
  }

  /** H(SPKI) of the key under which tokens are issued on this day; null for a period that is not this day's. */
  keyHash(purpose: TokenPurpose, period: number, day: Day): Uint8Array | null {
    return period === tokenPeriod(purpose, day) ? (this.#find(purpose, period)?.publicKey.keyId ?? null) : null;
  }

  /**
   * One blind signature for each of the blinded messages, 256 bytes each; null for a period that is not this day's or a
   * number out of range.
   */
  sign(purpose: TokenPurpose, period: number, day: Day, blinded: readonly Uint8Array[]): readonly Uint8Array[] | null {
    const issuer = this.#find(purpose, period);
    if (issuer === undefined || period !== tokenPeriod(purpose, day)) return null;
    const signatures = blinded.map((message) => issuer.key.blindSign(message));
    return signatures.every((signature) => signature !== null) ? signatures : null;
  }

  /** The last day on which the token is accepted; null if it is not a token of this purpose that is accepted today. */
  async check(purpose: TokenPurpose, day: Day, token: Uint8Array): Promise<Day | null> {
    const keyId = keyIdOfToken(token);
    const issuer = this.#held.find((held) => held.purpose === purpose && equal(held.publicKey.keyId, keyId));
    if (issuer === undefined || !acceptedPeriods(purpose, day).includes(issuer.period)) return null;
    const scope: TokenScope = { fingerprint: this.#fingerprint, purpose, period: issuer.period };
    return (await isTokenFor(issuer.publicKey, scope, token)) ? lastDayOf(purpose, issuer.period) : null;
  }

  #find(purpose: TokenPurpose, period: number): HeldIssuer | undefined {
    return this.#held.find((held) => held.purpose === purpose && held.period === period);
  }

  async #load(purpose: TokenPurpose, period: number, day: Day): Promise<HeldIssuer | null> {
    const name = fileName(purpose, period);
    let pkcs8 = await this.#files.read(name);
    if (pkcs8 === null) {
      if (period !== tokenPeriod(purpose, day)) return null;
      pkcs8 = await generateIssuerKey();
      await this.#files.write(name, pkcs8);
    }
    const key = importIssuerKey(pkcs8);
    pkcs8.fill(0);
    return { purpose, period, key, publicKey: await importIssuerPublicKey(key.spki) };
  }
}

/** Spent tokens are remembered through this day; the day after, nothing accepts them any more. */
function lastDayOf(purpose: TokenPurpose, period: number): Day {
  return purpose === 'reply' ? period + 1 : (period + 3) * ADMISSION_PERIOD_DAYS - 1;
}

function fileName(purpose: TokenPurpose, period: number): string {
  return `${purpose}-${period}`;
}
