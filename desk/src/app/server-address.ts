/** What may stand for a server's address: one that cannot be listened to on its way; and the proxy that leads there. */

import type { SocksProxy } from './socks-agent.ts';

/** Where a Tor of the system takes connections. */
const usualProxy: SocksProxy = { host: '127.0.0.1', port: 9050 };

/** @throws RangeError */
export function readServerAddress(text: string): URL {
  const base = URL.canParse(text) ? new URL(text) : null;
  const isPlain =
    base?.pathname === '/' && base.search === '' && base.hash === '' && base.username + base.password === '';
  if (base === null || !isPlain || !/^https?:$/.test(base.protocol)) {
    throw new RangeError('use a server address: wanted http(s)://host, without path');
  }
  const isLoopback = /^(127(\.\d+){3}|\[::1\]|localhost)$/.test(base.hostname);
  if (base.protocol === 'http:' && !isOnion(base) && !isLoopback) {
    throw new RangeError('use a server address: http is for onion services and this machine only');
  }
  return base;
}

/** @param given what the person chose; null leads to an onion service through the usual place of Tor, and to others directly */
export function proxyFor(server: URL, given: SocksProxy | null): SocksProxy | null {
  return given ?? (isOnion(server) ? usualProxy : null);
}

function isOnion({ hostname }: URL): boolean {
  return hostname.endsWith('.onion');
}
