/** Privacy Pass tokens: challenges, purposes and periods (RFC 9577, RFC 9578 type 2; spec: protocol section 6.1). */

import { bytesToHex, lengthPrefixed, u16be, u32be, utf8ToBytes } from '../bytes/encode.ts';
import { Writer } from '../bytes/writer.ts';
import { ADMISSION_PERIOD_DAYS, FINGERPRINT_BYTES } from '../constants.ts';
import {
  type BlindedToken,
  blindToken,
  type IssuerPublicKey,
  tokenNonceBytes,
  tokenType,
  verifyToken,
} from '../primitives/blind-rsa.ts';
import { sha256 } from '../primitives/hash.ts';
import type { Random } from '../primitives/random.ts';
import type { Day } from '../time.ts';

/** `reply`: to post a reply. `admission`: to be heard in a flood. */
export type TokenPurpose = 'reply' | 'admission';

/** What a token is good for, and with whom. */
export type TokenScope = {
  /** 32 bytes. */
  readonly fingerprint: Uint8Array;
  readonly purpose: TokenPurpose;
  readonly period: number;
};

/** How long after its own period a token is still accepted, in periods. */
const periodsAfter = { reply: 1, admission: 2 } as const satisfies Record<TokenPurpose, number>;

/** The period that tokens of a day belong to: the day itself, or a span of 32 days. */
export function tokenPeriod(purpose: TokenPurpose, day: Day): number {
  return purpose === 'reply' ? day : Math.floor(day / ADMISSION_PERIOD_DAYS);
}

/** The periods whose tokens are accepted on a day, the newest first: the ones to keep issuer keys and spent tokens of. */
export function acceptedPeriods(purpose: TokenPurpose, day: Day): readonly number[] {
  const newest = tokenPeriod(purpose, day);
  const periods = Array.from({ length: periodsAfter[purpose] + 1 }, (_, age) => newest - age);
  return periods.filter((period) => period >= 0);
}

/** SHA-256 of the TokenChallenge (RFC 9577 section 2.1): 32 bytes. */
export async function challengeDigest(scope: TokenScope): Promise<Uint8Array> {
  const context = await sha256(lengthPrefixed('postern/1 token', scope.purpose, u32be(scope.period)));
  return sha256(encodeTokenChallenge(issuerName(scope.fingerprint), context, ''));
}

/** `u16 token type, var16 issuer name, var8 redemption context, var16 origin info` (RFC 9577 section 2.1) */
export function encodeTokenChallenge(issuer: string, redemptionContext: Uint8Array, originInfo: string): Uint8Array {
  return new Writer()
    .bytes(u16be(tokenType), 2)
    .var16(utf8ToBytes(issuer))
    .var8(redemptionContext)
    .var16(utf8ToBytes(originInfo))
    .done();
}

/** Client: asks for one token; `finalizeToken` of primitives/blind-rsa.ts makes it from the answer. */
export async function requestToken(issuer: IssuerPublicKey, scope: TokenScope, random: Random): Promise<BlindedToken> {
  return blindToken(issuer, random(tokenNonceBytes), await challengeDigest(scope));
}

/** Server: whether a token (354 bytes) was issued under this key for this scope. Never throws for foreign bytes. */
export async function isTokenFor(issuer: IssuerPublicKey, scope: TokenScope, token: Uint8Array): Promise<boolean> {
  return verifyToken(issuer, await challengeDigest(scope), token);
}

function issuerName(fingerprint: Uint8Array): string {
  if (fingerprint.length !== FINGERPRINT_BYTES) {
    throw new RangeError(`name an issuer: ${fingerprint.length} bytes, wanted ${FINGERPRINT_BYTES}`);
  }
  return bytesToHex(fingerprint);
}
