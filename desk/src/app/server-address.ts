/** What may stand for a server's address: one that cannot be listened to on its way. */

/** @throws RangeError */
export function readServerAddress(text: string, hasProxy: boolean): URL {
  const base = URL.canParse(text) ? new URL(text) : null;
  const isPlain =
    base?.pathname === '/' && base.search === '' && base.hash === '' && base.username + base.password === '';
  if (base === null || !isPlain || !/^https?:$/.test(base.protocol)) {
    throw new RangeError('use a server address: wanted http(s)://host, without path');
  }
  const isOnion = base.hostname.endsWith('.onion');
  const isLoopback = /^(127(\.\d+){3}|\[::1\]|localhost)$/.test(base.hostname);
  if (isOnion && !hasProxy) throw new RangeError('use a server address: an onion service needs a SOCKS proxy');
  if (base.protocol === 'http:' && !isOnion && !isLoopback) {
    throw new RangeError('use a server address: http is for onion services and this machine only');
  }
  return base;
}
