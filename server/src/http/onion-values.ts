/** An onion address as a page shows it to whoever has to carry it into Tor Browser: in groups to be typed, and as a QR code. */

import { encodeQR } from 'qr';
import { type Html, html } from './fill-html.ts';

/** Light modules around the code, which readers need (ISO/IEC 18004). */
const quietModules = 4;
/** CSS pixels; the narrowest screen has 320. */
const codeSide = 220;

/**
 * `groups` and `code` for `clearHtml`. Neither is a link: another browser would ask its name server for the address.
 * @param origin `http://<56 characters>.onion`
 */
export function onionValues(origin: string): ReadonlyMap<string, string | Html> {
  const name = new URL(origin).hostname.replace(/\.onion$/, '');
  const groups = [...(name.match(/.{1,4}/g) ?? []), '.onion'].join(' ');
  const modules = encodeQR(origin, 'raw', { ecc: 'quartile', border: quietModules });
  const size = modules.length;
  const dark = modules.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : [])));
  // Dark on white in every colour scheme.
  const code =
    `<svg viewBox="0 0 ${size} ${size}" width="${codeSide}" height="${codeSide}" role="img" aria-label="${origin}">` +
    `<path fill="#fff" d="M0 0h${size}v${size}H0z"/><path shape-rendering="crispEdges" fill="#000" d="${dark.join('')}"/></svg>`;
  return new Map<string, string | Html>([
    ['groups', groups],
    ['code', html(code)],
  ]);
}
