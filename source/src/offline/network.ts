/** The saved page with a network: the same visit as on the page of a server, to whichever of its addresses answers. */
import { originsBeside } from '@postern/protocol/keys/addresses';
import type { Random } from '@postern/protocol/primitives/random';
import { SourceSession } from '@postern/protocol/source';
import { httpAmong, httpAt } from '../addresses.ts';
import { type Clock, Visit, type VisitParts } from '../network.ts';
import type { Traffic } from '../page.ts';
import type { Pinned } from '../verdict.ts';

/** Takes back, for as long as the page is open, the connections that its policy allows for the other way to use it. */
export function forbidConnections(): void {
  const policy = document.createElement('meta');
  policy.httpEquiv = 'Content-Security-Policy';
  policy.content = "connect-src 'none'";
  document.head.append(policy);
}

export type NetworkVisit = {
  readonly session: SourceSession;
  readonly traffic: (told: Pick<VisitParts, 'report' | 'accepted' | 'campaigns'>) => Traffic;
  /** Ends everything under way. */
  readonly stop: () => void;
};

/** A visit to the signed addresses and no others. */
export function networkVisit({ fingerprint, addresses }: Pinned, random: Random, clock: Clock): NetworkVisit {
  const leaving = new AbortController();
  const session = new SourceSession({ fingerprint, random });
  const places = originsBeside(addresses, null).map((origin) => httpAt(origin, leaving.signal));
  const http = httpAmong(() => places);
  return {
    session,
    traffic: (told) => new Visit({ session, http, clock, ...told }),
    stop: () => leaving.abort(),
  };
}
