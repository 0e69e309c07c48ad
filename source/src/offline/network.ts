/** The saved page with a network: the same visit as on the page of a server, to whichever of its addresses answers. */
import type { Random } from '@postern/protocol/primitives/random';
import { SourceSession } from '@postern/protocol/source';
import { type Answered, type Http, httpOver } from '../http.ts';
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
  readonly traffic: (told: Pick<VisitParts, 'report' | 'accepted'>) => Traffic;
  /** Ends everything under way. */
  readonly stop: () => void;
};

/** A visit to the signed addresses and no others. */
export function networkVisit({ fingerprint, addresses }: Pinned, random: Random, clock: Clock): NetworkVisit {
  const leaving = new AbortController();
  const session = new SourceSession({ fingerprint, random });
  const http = httpAmong(addresses.map((address) => httpAt(address, leaving.signal)));
  return {
    session,
    traffic: (told) => new Visit({ session, http, clock, ...told }),
    stop: () => leaving.abort(),
  };
}

/**
 * The address in use is kept until it fails; then the next has its turn. A file is asked of each at once, what is sent
 * goes again at its next moment.
 * @param places one for each address
 */
export function httpAmong(places: readonly Http[]): Http {
  let at = 0;
  const once = async <Answer>(ask: (http: Http) => Promise<Answer>): Promise<Answer> => {
    const here = at;
    const place = places[here];
    if (place === undefined) throw new RangeError('ask a server: the list of addresses is empty');
    try {
      return await ask(place);
    } catch (error) {
      // Several that fail together move on by one only.
      if (at === here) at = (here + 1) % places.length;
      throw error;
    }
  };
  const get = async (path: string): Promise<Answered> => {
    for (let tries = 1; tries < places.length; tries++) {
      const answered = await once((http) => http.get(path)).catch(() => undefined);
      if (answered !== undefined) return answered;
    }
    return once((http) => http.get(path));
  };
  return { get, post: (path, body) => once((http) => http.post(path, body)) };
}

/** Without a content type of its own a post needs no other request before it (Fetch standard, CORS-safelisted). */
function httpAt(address: string, stopped: AbortSignal): Http {
  const base = new URL(address).origin;
  return httpOver((path, init) => {
    const { headers: _headers, ...same } = init ?? {};
    return fetch(`${base}${path}`, same);
  }, stopped);
}
