/** Tokens for a desk of the demo, a few at a time: its many posts a day would else want thousands of them before the first. */

import type { DeskServer } from '@postern/desk/engine/desk-server';
import type { HeldToken } from '@postern/desk/engine/token-stock';
import type { Fingerprint } from '@postern/protocol/bytes/brand';
import { requestToken, type TokenPurpose, tokenPeriod } from '@postern/protocol/http/token';
import { finalizeToken, importIssuerPublicKey } from '@postern/protocol/primitives/blind-rsa';
import type { Random } from '@postern/protocol/primitives/random';
import type { Day } from '@postern/protocol/time';

/** @returns as many as were asked for, or fewer if the server gives no more */
export async function fetchTokens(
  {
    server,
    fingerprint,
    random,
  }: { readonly server: DeskServer; readonly fingerprint: Fingerprint; readonly random: Random },
  purpose: TokenPurpose,
  day: Day,
  count: number,
): Promise<HeldToken[]> {
  const period = tokenPeriod(purpose, day);
  const { keys } = await server.ask({ kind: 'issuer-keys' });
  const spki = keys.find((key) => key.purpose === purpose && key.period === period)?.publicKey;
  if (spki === undefined) return [];
  const issuer = await importIssuerPublicKey(spki);
  const scope = { fingerprint, purpose, period };
  const asked = await Promise.all(Array.from({ length: count }, () => requestToken(issuer, scope, random)));
  const blinded = asked.map((request) => request.blinded);
  const { signatures } = await server.ask({ kind: 'tokens', purpose, period, blinded });
  const tokens = await Promise.all(
    asked.map((request, at) => finalizeToken(issuer, request, signatures[at] ?? new Uint8Array(0))),
  );
  return tokens.flatMap((token) => (token === null ? [] : [{ period, token }]));
}
