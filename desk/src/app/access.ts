/** Who may talk to the local server: the one page that was opened with the link, and no other page, host name or program. */

import type { IncomingHttpHeaders } from 'node:http';
import { bytesToBase64url, utf8ToBytes } from '@postern/protocol/bytes/encode';
import { equal } from '@postern/protocol/bytes/equal';
import type { Random } from '@postern/protocol/primitives/random';
import { sessionHeader } from './api.ts';

const tokenBytes = 32;

/**
 * The link carries a token behind `#`, which browsers do not send; the page gives it back by POST, once, and gets a
 * session, which lives in one variable of that page: reloading it ends the session. There is one session at a time, that
 * of the link used last.
 */
export class Access {
  readonly #random: Random;
  #token: string | null = null;
  #session: string | null = null;

  constructor(random: Random) {
    this.#random = random;
  }

  /** The token of a new link; the link before it is of no use any more. */
  newToken(): string {
    this.#token = bytesToBase64url(this.#random(tokenBytes));
    return this.#token;
  }

  /** Null for a wrong token, and for every token but the newest, once. */
  openSession(token: string): string | null {
    if (this.#token === null || !isSame(token, this.#token)) return null;
    this.#token = null;
    this.#session = bytesToBase64url(this.#random(tokenBytes));
    return this.#session;
  }

  hasSession(headers: IncomingHttpHeaders): boolean {
    const given = headers[sessionHeader];
    return this.#session !== null && typeof given === 'string' && isSame(given, this.#session);
  }

  isSession(session: string): boolean {
    return this.#session !== null && isSame(session, this.#session);
  }
}

/**
 * Whether a browser's page of this very address asks, or a person typed the address.
 *
 * The host is compared since another name may lead here too (DNS rebinding); the origin since any page may send
 * requests to any address. A call needs the origin; browsers give it with every POST.
 */
export function isOwnPage(headers: IncomingHttpHeaders, port: number, isCall: boolean): boolean {
  const host = `127.0.0.1:${port}`;
  if (headers.host !== host) return false;
  const { origin } = headers;
  if (origin === undefined ? isCall : origin !== `http://${host}`) return false;
  const site = headers['sec-fetch-site'];
  return site === undefined || site === 'same-origin' || (site === 'none' && !isCall);
}

function isSame(given: string, wanted: string): boolean {
  return equal(utf8ToBytes(given.toWellFormed().replace(/^\ufeff/, '')), utf8ToBytes(wanted));
}
