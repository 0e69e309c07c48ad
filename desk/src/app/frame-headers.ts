/** The headers of the frame that shows files: no origin, no network, and no script but the one in it. */

import { utf8ToBytes } from '@postern/protocol/bytes/encode';
import { sha256 } from '@postern/protocol/primitives/hash';

/** @param html the built frame, with one style and one script in it */
export async function frameHeaders(html: string): Promise<readonly (readonly [string, string])[]> {
  const policy = [
    "default-src 'none'",
    // WebAssembly draws documents, in a worker whose code the page hands over.
    `script-src ${await hashOf(html, 'script')} 'wasm-unsafe-eval'`,
    `style-src ${await hashOf(html, 'style')}`,
    'worker-src blob:',
    'img-src blob:',
    'media-src blob:',
    "connect-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'self'",
    'sandbox allow-scripts',
  ];
  return [
    ['Content-Security-Policy', policy.join('; ')],
    ['Cross-Origin-Embedder-Policy', 'require-corp'],
    // To Firefox a frame without origin is of another one. Who may show it is said by `frame-ancestors`; it holds nothing.
    ['Cross-Origin-Resource-Policy', 'cross-origin'],
    ['Referrer-Policy', 'no-referrer'],
    ['X-Content-Type-Options', 'nosniff'],
    ['X-DNS-Prefetch-Control', 'off'],
    ['Cache-Control', 'no-store'],
  ];
}

async function hashOf(html: string, element: 'script' | 'style'): Promise<string> {
  const from = html.indexOf(`<${element}>`) + element.length + 2;
  const to = html.indexOf(`</${element}>`, from);
  if (to < 0) throw new Error(`serve the viewer: it has no ${element}`);
  const hash = await sha256(utf8ToBytes(html.slice(from, to)));
  return `'sha256-${Buffer.from(hash).toString('base64')}'`;
}
