// The preferences that make Debian's Firefox ESR behave like Tor Browser at each of its security levels.
// Sources: tor-browser's 000-tor-browser.js, 001-base-profile.js and SecurityLevel.sys.mjs.

export const securityLevels = ['standard', 'safer', 'safest'] as const;
export type SecurityLevel = (typeof securityLevels)[number];

type Prefs = Readonly<Record<string, string | number | boolean>>;

/** Everything an onion site would meet; with `socksPort` all traffic and every name goes through that proxy. */
export function torBrowserPrefs(level: SecurityLevel, socksPort?: number): Prefs {
  return {
    ...(socksPort === undefined ? {} : proxyPrefs(socksPort)),
    ...onionPrefs,
    ...privacyPrefs,
    ...quietPrefs,
    ...securityLevelPrefs(level),
    ...noScriptPrefs(level),
  };
}

function proxyPrefs(socksPort: number): Prefs {
  return {
    'network.proxy.type': 1,
    'network.proxy.socks': '127.0.0.1',
    'network.proxy.socks_port': socksPort,
    'network.proxy.socks_version': 5,
    'network.proxy.socks_remote_dns': true,
    'network.proxy.socks5_remote_dns': true,
    'network.proxy.no_proxies_on': '',
    'network.proxy.allow_hijacking_localhost': true,
    'network.proxy.failover_direct': false,
    'network.proxy.allow_bypass': false,
    'network.dns.disabled': true,
    'network.trr.mode': 5,
  };
}

const onionPrefs: Prefs = {
  'dom.securecontext.allowlist_onions': true,
  'dom.security.https_only_mode': true,
  'dom.security.https_only_mode.upgrade_onion': false,
  'network.http.referer.hideOnionSource': true,
  'network.http.http3.enable': false,
  'network.http.max-persistent-connections-per-proxy': 256,
  'network.http.connection-retry-timeout': 0,
  'network.lna.enabled': true,
  'network.lna.blocking': true,
};

const privacyPrefs: Prefs = {
  'browser.privatebrowsing.autostart': true,
  'browser.cache.disk.enable': false,
  'permissions.memory_only': true,
  'privacy.resistFingerprinting': true,
  'privacy.resistFingerprinting.letterboxing': true,
  'privacy.firstparty.isolate': true,
  'privacy.partition.network_state': false,
  'network.cookie.cookieBehavior': 1,
  'network.cookie.cookieBehavior.pbmode': 1,
  'dom.serviceWorkers.enabled': false,
  'dom.push.enabled': false,
  'security.webauth.webauthn': false,
  'dom.postMessage.sharedArrayBuffer.withCOOP_COEP': false,
  'gfx.offscreencanvas.enabled': false,
  'webgl.enable-webgl2': false,
  'media.peerconnection.enabled': false,
  'media.navigator.enabled': false,
  'dom.netinfo.enabled': false,
  'beacon.enabled': false,
  'geo.enabled': false,
  'pdfjs.enableScripting': false,
};

const quietPrefs: Prefs = {
  'network.prefetch-next': false,
  'network.dns.disablePrefetch': true,
  'network.predictor.enabled': false,
  'network.http.speculative-parallel-limit': 0,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'browser.formfill.enable': false,
  'signon.rememberSignons': false,
};

function securityLevelPrefs(level: SecurityLevel): Prefs {
  const standard = level === 'standard';
  return {
    'javascript.options.ion': standard,
    'javascript.options.baselinejit': standard,
    'javascript.options.native_regexp': standard,
    'javascript.options.asmjs': false,
    'mathml.disabled': !standard,
    'gfx.font_rendering.graphite.enabled': standard,
    'gfx.font_rendering.opentype_svg.enabled': standard,
    'svg.disabled': level === 'safest',
  };
}

// In Tor Browser NoScript blocks these. It counts http://*.onion as https, so Safer does run scripts there.
function noScriptPrefs(level: SecurityLevel): Prefs {
  const standard = level === 'standard';
  const safest = level === 'safest';
  return {
    'javascript.options.wasm': standard,
    'webgl.disabled': !standard,
    'javascript.enabled': !safest,
    'gfx.downloadable_fonts.enabled': !safest,
  };
}
