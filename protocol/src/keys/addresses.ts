/** The signed addresses of an organisation: which of them a page may connect to (spec/protocol.md, section 2.2). */

import type { Roster } from './roster.ts';

/** Lower case, without a path; a port only if it is not the usual one. */
const originForm = /^(https?):\/\/([a-z0-9-]+(?:\.[a-z0-9-]+)*|\[[0-9a-f:]+\])(:[1-9][0-9]{0,4})?$/;

/**
 * The origins of all servers and mirrors, each once, in the roster's order. An address of another form is left out:
 * it would become part of a page's policy.
 */
export function signedOrigins({ servers }: Pick<Roster, 'servers'>): string[] {
  return distinctOrigins(servers.flatMap(({ addresses }) => addresses));
}

/**
 * Those that a page may try when its own origin fails (ROS-5). A browser does not let a page that came by https load
 * from http, and only a page that came from an onion address knows that it is in a browser that finds onion addresses:
 * others would ask the open network for such a name.
 * @param addresses as the roster has them @param own where the page came from; null for a page from a file
 */
export function originsBeside(addresses: readonly string[], own: string | null): string[] {
  return distinctOrigins(addresses).filter((origin) => origin !== own && (own === null || mayTry(origin, own)));
}

function distinctOrigins(addresses: readonly string[]): string[] {
  return [...new Set(addresses.map((address) => address.replace(/\/$/, '')))].filter((text) => originForm.test(text));
}

function mayTry(origin: string, own: string): boolean {
  const kind = kindOf(origin);
  return kind === 'https' || (kind !== 'http' && kind === kindOf(own));
}

function kindOf(origin: string): 'https' | 'onion' | 'loopback' | 'http' {
  const [, scheme, host = ''] = originForm.exec(origin) ?? [];
  if (scheme === 'https') return 'https';
  if (host.endsWith('.onion')) return 'onion';
  return host === 'localhost' || host === '[::1]' || host.startsWith('127.') ? 'loopback' : 'http';
}
