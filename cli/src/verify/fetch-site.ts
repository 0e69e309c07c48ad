/** Fetches a site's files as a browser of Tor would, with all that was answered, in each coding that a site may have. */

import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { proxyFor } from '@postern/desk/app/server-address';
import { circuitPassword, type SocksProxy, socksAgent } from '@postern/desk/app/socks-agent';
import type { Random } from '@postern/protocol/primitives/random';

export interface SiteAnswer {
  readonly status: number;
  /** Names in lower case; a name may come twice. */
  readonly headers: readonly (readonly [string, string])[];
  /** As a browser would use it, decompressed. */
  readonly body: Uint8Array;
}

export interface SiteFetch {
  readonly get: (path: string) => Promise<SiteAnswer>;
  readonly close: () => void;
}

const timeoutMs = 120_000;
const bytesMax = 16 * 1024 * 1024;

/** What Tor Browser says of itself, so that a server cannot tell who checks from who visits. */
const browserHeaders = {
  'User-Agent': 'Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0',
  Accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
  'Accept-Language': 'en-US,en;q=0.5',
} as const;

export type SiteFetches = readonly [SiteFetch, SiteFetch];

/**
 * As browsers ask over HTTP and over HTTPS, for what they then run are other bytes of the server's; first as they ask here.
 * Each on a connection and circuit of its own. @param base the site's origin
 */
export function siteFetches(base: URL, socks: SocksProxy | null, random: Random): SiteFetches {
  const each = (codings: string): SiteFetch => siteFetch(base, proxyFor(base, socks), random, codings);
  const [http, https] = [each('gzip, deflate'), each('gzip, deflate, br, zstd')];
  return base.protocol === 'https:' ? [https, http] : [http, https];
}

function siteFetch(base: URL, socks: SocksProxy | null, random: Random, codings: string): SiteFetch {
  const isTls = base.protocol === 'https:';
  const options = { keepAlive: true, maxSockets: 1 };
  const plain = isTls ? new HttpsAgent(options) : new HttpAgent(options);
  const agent = socks === null ? plain : socksAgent(socks, circuitPassword(random(32), 'verify'), isTls, options);
  const headers = { ...browserHeaders, 'Accept-Encoding': codings };
  const get = (path: string): Promise<SiteAnswer> =>
    new Promise((resolve, reject) => {
      const start = isTls ? requestHttps : requestHttp;
      const signal = AbortSignal.timeout(timeoutMs);
      const request = start(new URL(path, base), { headers, agent, signal });
      request.on('error', reject);
      request.on('response', (response) => void readAnswer(response).then(resolve, reject));
      request.end();
    });
  return { get, close: () => agent.destroy() };
}

async function readAnswer(response: IncomingMessage): Promise<SiteAnswer> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of response as AsyncIterable<Buffer>) {
    length += piece.length;
    if (length > bytesMax) throw new Error('read an answer: it is too long');
    pieces.push(piece);
  }
  const { rawHeaders } = response;
  const headers = Array.from(
    { length: rawHeaders.length / 2 },
    (_, at) => [(rawHeaders[2 * at] ?? '').toLowerCase(), rawHeaders[2 * at + 1] ?? ''] as const,
  );
  const coding = headers.find(([name]) => name === 'content-encoding')?.[1];
  return { status: response.statusCode ?? 0, headers, body: decode(Buffer.concat(pieces), coding) };
}

function decode(bytes: Buffer, coding: string | undefined): Uint8Array {
  const options = { maxOutputLength: bytesMax };
  if (coding === 'br') return new Uint8Array(brotliDecompressSync(bytes, options));
  if (coding === 'gzip') return new Uint8Array(gunzipSync(bytes, options));
  return new Uint8Array(bytes);
}
