/** The engine's network: plain HTTP requests to one server, direct or through a SOCKS proxy, with nothing of the machine in them. */

import { type ClientRequest, Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { CHUNK_BYTES, CHUNK_POST_BYTES, HASH_BYTES, REQUEST_BYTES } from '@postern/protocol/constants';
import type { Random } from '@postern/protocol/primitives/random';
import { type DeskPorts, deviceConnections, type HttpAnswer } from '../engine/ports.ts';
import type { ChunkPorts } from '../files/chunk-ports.ts';
import { proxyFor, readServerAddress } from './server-address.ts';
import { circuitPassword, type SocksProxy, socksAgent } from './socks-agent.ts';

export interface TransportOptions {
  /** `https://…`, or `http://…` of an onion service or a loopback address; without path, query and credentials. */
  readonly server: string;
  /** Tor's SOCKS port; null for the usual one to an onion service, and to connect directly to others. */
  readonly socks: SocksProxy | null;
  readonly random: Random;
  /** From the beginning of a request to the end of its answer. */
  readonly timeoutMs?: number;
}

export interface Transport extends Pick<DeskPorts, 'callDesk' | 'fetchPublic' | 'postRequest'>, ChunkPorts {
  /** Ends what is under way; every later call rejects. */
  close(): void;
}

/** Slow circuits carry the largest answer in this time. */
const defaultTimeoutMs = 180_000;
/** What pages ask for too is given up when they give it up. */
const publicTimeoutMs = 60_000;
/** How long an unused connection stays, longer than the minute between two requests of a visit. */
const keepAliveMs = 75_000;
/** Circuits with connections of their own; the one used longest ago is closed for one more. */
const circuitsMax = 64;
const answerBytesMax = {
  desk: 16 * 1024 * 1024,
  public: 4 * 1024 * 1024,
  request: 64 * 1024,
  chunk: CHUNK_BYTES,
} as const;
const deviceCircuit = 'device';
/** Of a circuit that is not the device's own, as many as Firefox opens: an answer that is held back keeps no other request of the visit. */
const publicConnections = 6;

interface Ask {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers: Record<string, string | number>;
  readonly body: Uint8Array | null;
  readonly bytesMax: number;
}

/** @throws RangeError for an address that cannot be used so */
export function createTransport(options: TransportOptions): Transport {
  const base = readServerAddress(options.server);
  const circuits = new Circuits(base, { ...options, socks: proxyFor(base, options.socks) });
  const closing = new AbortController();
  const timeoutMs = options.timeoutMs ?? defaultTimeoutMs;
  const ask = (circuit: string, what: Ask, ...ends: readonly AbortSignal[]): Promise<HttpAnswer> => {
    const signal = AbortSignal.any([closing.signal, AbortSignal.timeout(timeoutMs), ...ends]);
    return send(base, circuits.agent(circuit), what, signal);
  };
  const askAsPage = (circuit: string, what: Ask): Promise<HttpAnswer> =>
    ask(`public ${circuit}`, what, AbortSignal.timeout(publicTimeoutMs));
  const post = (path: string, body: Uint8Array, circuit: string, signal?: AbortSignal): Promise<HttpAnswer> => {
    const headers = { 'content-type': 'application/octet-stream', 'content-length': body.length };
    const what = { method: 'POST', path, headers, body, bytesMax: answerBytesMax.chunk } as const;
    return ask(`public ${circuit}`, what, ...(signal === undefined ? [] : [signal]));
  };
  return {
    callDesk: ({ headers, body }) => {
      const all = { ...headers, 'content-type': 'application/octet-stream', 'content-length': body.length };
      return ask(deviceCircuit, { method: 'POST', path: '/desk', headers: all, body, bytesMax: answerBytesMax.desk });
    },
    fetchPublic: (path, circuit) =>
      askAsPage(circuit, { method: 'GET', path, headers: {}, body: null, bytesMax: answerBytesMax.public }),
    postRequest: (body, circuit) => {
      if (body.length !== REQUEST_BYTES)
        throw new RangeError(`post a request: ${body.length} bytes, wanted ${REQUEST_BYTES}`);
      const headers = { 'content-type': 'message/ohttp-req', 'content-length': body.length };
      return askAsPage(circuit, {
        method: 'POST',
        path: '/request',
        headers,
        body,
        bytesMax: answerBytesMax.request,
      });
    },
    postChunk: (body, circuit, signal) => {
      if (body.length !== CHUNK_POST_BYTES) throw new RangeError(`post a chunk: ${body.length} bytes`);
      return post('/chunk', body, circuit, signal);
    },
    fetchChunk: (id, circuit, signal) => {
      if (id.length !== HASH_BYTES) throw new RangeError(`fetch a chunk: an id of ${id.length} bytes`);
      return post('/fetch', id, circuit, signal);
    },
    close: () => {
      closing.abort();
      circuits.close();
    },
  };
}

/** Each circuit has connections of its own, and through a proxy credentials of its own, on which Tor separates them. */
class Circuits {
  readonly #agents = new Map<string, HttpAgent>();
  readonly #base: URL;
  readonly #socks: SocksProxy | null;
  /** So that two runs share no circuit either. */
  readonly #secret: Uint8Array;

  constructor(base: URL, { socks, random }: TransportOptions) {
    this.#base = base;
    this.#socks = socks;
    this.#secret = random(32);
  }

  agent(circuit: string): HttpAgent {
    const agent = this.#agents.get(circuit) ?? this.#make(circuit);
    // The most recently used stands last.
    this.#agents.delete(circuit);
    this.#agents.set(circuit, agent);
    const [oldest] = this.#agents.keys();
    if (this.#agents.size > circuitsMax && oldest !== undefined) {
      this.#agents.get(oldest)?.destroy();
      this.#agents.delete(oldest);
    }
    return agent;
  }

  close(): void {
    for (const agent of this.#agents.values()) agent.destroy();
    this.#agents.clear();
  }

  #make(circuit: string): HttpAgent {
    const isTls = this.#base.protocol === 'https:';
    const maxSockets = circuit === deviceCircuit ? deviceConnections : publicConnections;
    const options = { keepAlive: true, maxSockets, timeout: keepAliveMs } as const;
    if (this.#socks !== null) return socksAgent(this.#socks, circuitPassword(this.#secret, circuit), isTls, options);
    return isTls ? new HttpsAgent(options) : new HttpAgent(options);
  }
}

function send(base: URL, agent: HttpAgent, ask: Ask, signal: AbortSignal): Promise<HttpAnswer> {
  const { method, path, headers, body, bytesMax } = ask;
  if (!path.startsWith('/') || path.startsWith('//'))
    throw new RangeError('ask a server: the path must begin with one /');
  return new Promise((resolve, reject) => {
    const start = base.protocol === 'https:' ? requestHttps : requestHttp;
    const options = { method, path, headers, agent, signal, hostname: base.hostname.replace(/^\[|\]$/g, '') };
    const request: ClientRequest = start({ ...options, ...(base.port === '' ? {} : { port: base.port }) });
    request.on('error', reject);
    request.on('response', (response) => {
      readBody(response, bytesMax).then((bytes) => resolve({ status: response.statusCode ?? 0, body: bytes }), reject);
    });
    request.end(body ?? undefined);
  });
}

async function readBody(response: IncomingMessage, bytesMax: number): Promise<Uint8Array> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of response as AsyncIterable<Buffer>) {
    length += piece.length;
    // Leaving the loop ends the connection.
    if (length > bytesMax) throw new Error(`read an answer: more than ${bytesMax} bytes`);
    pieces.push(piece);
  }
  return new Uint8Array(Buffer.concat(pieces, length));
}
