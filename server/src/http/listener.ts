/** Receives requests within the limits and writes answers with the headers of all; knows nothing of what they mean. */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, ListenOptions } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Counters } from '../rules/counters.ts';
import { type Answer, isKept } from './answer.ts';
import { discard, filePatience, patienceOf, readBody, readExactBody, readPieces, within } from './body.ts';
import { Connections, type Exchange } from './connections.ts';
import { headOf } from './head.ts';
import { headersFor } from './headers.ts';
import type { Limits } from './limits.ts';
import { type ProblemName, problem, problemCounter } from './problem.ts';
import { Refusal } from './refusal.ts';

export interface Incoming {
  readonly method: string;
  /** As it was sent, with its query. */
  readonly target: string;
  readonly headers: IncomingMessage['headers'];
  /** Whether an answer before it on its connection had not gone out when it came. */
  readonly isBehind: boolean;
  /**
   * The whole body.
   * @param begun called once, when 32 KiB have come, or all if it is shorter: until then it takes nobody's place; it may throw
   * @throws Refusal too-large before more than this is read; malformed if it breaks off; slow
   */
  readonly body: (bytesMax: number, begun?: () => void) => Promise<Uint8Array>;
  /** A body of just this length. @throws Refusal as `body`; malformed or too-large, unread, if its head announces another */
  readonly exactBody: (bytes: number, begun?: () => void) => Promise<Uint8Array>;
  /**
   * The body piece by piece: each is received when the one before it has been dealt with.
   * @param time asked for each: `upload`, it may take longer than other requests, but not go slower than an upload may
   * @throws Refusal too-large before more than this is read; malformed if it breaks off; slow
   */
  readonly pieces: (bytesMax: number, time: () => 'upload' | 'request') => AsyncIterable<Uint8Array>;
}

export type Handler = (incoming: Incoming) => Promise<Answer> | Answer;

export interface Listener {
  /** 0 on a Unix socket. */
  readonly port: number;
  /** Takes no more requests and resolves when those that were accepted have their answer or the grace is over. */
  readonly stop: () => Promise<void>;
}

/** @param address `{ host, port }`, or `{ path }` of a Unix socket @param onHead called when a head has come, and when what is left of the last one on a connection can go */
export async function listen(
  address: Pick<ListenOptions, 'host' | 'port' | 'path'>,
  limits: Limits,
  counters: Counters,
  handle: Handler,
  onHead: () => void,
): Promise<Listener> {
  const open = new Set<Promise<void>>();
  const connections = new Connections(limits);
  let isStopping = false;
  const server = createServer({
    maxHeaderSize: limits.headBytesMax,
    headersTimeout: limits.headSecondsMax * 1000,
    // What is read whole has less time: see `readBody`.
    requestTimeout: limits.uploadSecondsMax * 1000,
    keepAliveTimeout: limits.keepAliveSeconds * 1000,
    connectionsCheckingInterval: limits.checkSeconds * 1000,
    insecureHTTPParser: false,
    // Node's own refusal would lack every header.
    requireHostHeader: false,
  });
  server.maxConnections = limits.connectionsMax;
  server.maxHeadersCount = limits.headFieldsMax;
  server.timeout = limits.idleSecondsMax * 1000;

  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    const exchange = connections.take(request, response);
    if (exchange === null) return;
    response.sendDate = false;
    response.shouldKeepAlive &&= !isStopping && !exchange.isLast;
    const work = serve(exchange, connections, limits, counters, handle).finally(() => open.delete(work));
    open.add(work);
  };
  // An open connection keeps its newest head, and one that is no request never gets further than the connection.
  server.on('request', onHead).on('connection', (socket: Duplex) => socket.once('close', onHead));
  server.on('request', onRequest);
  // Nothing here asks first; an `Expect` of anything is answered like any other request.
  server.on('checkContinue', onRequest);
  server.on('checkExpectation', onRequest);
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => refuseRaw(error, socket, counters));
  for (const event of ['connect', 'upgrade'] as const) {
    server.on(event, (_request: IncomingMessage, socket: Duplex) => {
      // From here on Node listens for nothing on it, and counts no time: an error that nobody takes would end the process.
      socket.on('error', () => socket.destroy());
      const late = setTimeout(() => socket.destroy(), limits.headSecondsMax * 1000);
      socket.once('close', () => clearTimeout(late));
      writeRaw('malformed', socket, counters);
    });
  }
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(address, resolve);
  });
  return {
    port: address.path === undefined ? (server.address() as AddressInfo).port : 0,
    stop: async () => {
      isStopping = true;
      await closeServer(server, open, limits.graceSeconds);
    },
  };
}

async function serve(
  exchange: Exchange,
  connections: Connections,
  limits: Limits,
  counters: Counters,
  handle: Handler,
): Promise<void> {
  const { request, response, isBehind } = exchange;
  let answer: Answer;
  try {
    // Node leaves out what is beyond its maximum without a word.
    if (request.rawHeaders.length / 2 >= limits.headFieldsMax) throw new Refusal('too-large');
    const { method = '', url = '', headers } = request;
    if (headers.host === undefined && request.httpVersion !== '1.0') throw new Refusal('malformed');
    const { requestSecondsMax } = limits;
    answer = await handle({
      method,
      target: url,
      headers,
      isBehind,
      body: (bytesMax, begun) => readBody(request, bytesMax, requestSecondsMax, begun),
      exactBody: (bytes, begun) => readExactBody(request, bytes, requestSecondsMax, begun),
      pieces: (bytesMax, time) =>
        readPieces(request, bytesMax, () =>
          time() === 'upload' ? filePatience(limits) : patienceOf(requestSecondsMax),
        ),
    });
  } catch (error) {
    answer = refused(error instanceof Refusal ? error : new Refusal('internal'), counters);
  }
  if (!isKept(answer) && !connections.hold(answer.body.length, exchange)) {
    answer.sent?.();
    answer = refused(new Refusal('busy'), counters);
  }
  // What was not read of a body would be taken for the next request, or read for nothing.
  if (!request.complete) {
    response.shouldKeepAlive = false;
    discard(request);
  }
  await write(exchange, answer, limits);
}

function refused({ problem: name, allow }: Refusal, counters: Counters): Answer {
  counters.add(problemCounter(name));
  return problem(name, allow);
}

async function write({ request, response, onEnd }: Exchange, answer: Answer, limits: Limits): Promise<void> {
  const isHead = request.method === 'HEAD';
  if (answer.sent !== undefined) onEnd(answer.sent);
  if (request.socket.destroyed || response.destroyed || response.headersSent) return;
  const hasLength = answer.status !== 204 && answer.status !== 304;
  response.writeHead(answer.status, headOf(answer, hasLength));
  if (answer.stream !== undefined && !isHead) return writeStream(response, answer.stream.pieces, onEnd, limits);
  if (answer.sent !== undefined) {
    const late = setTimeout(() => response.destroy(), millisecondsFor(answer.body, limits));
    onEnd(() => clearTimeout(late));
  }
  response.end(hasLength && !isHead ? answer.body : undefined);
}

/** In which this much has to go out. */
function millisecondsFor({ length }: Uint8Array, limits: Limits): number {
  const { seconds, bytes } = filePatience(limits);
  return seconds * Math.ceil((length + 1) / bytes) * 1000;
}

/**
 * Each piece when the one before it has gone out. One that fails, a receiver that is slower than an upload may be, or more
 * time in all than an upload has, breaks the connection off: what came is not the whole.
 */
async function writeStream(
  response: ServerResponse,
  pieces: AsyncIterable<Uint8Array>,
  onEnd: Exchange['onEnd'],
  limits: Limits,
): Promise<void> {
  const late = setTimeout(() => response.destroy(), limits.uploadSecondsMax * 1000);
  // Of an answer that waits for another on its connection, Node never says that a piece will not go out.
  let giveUp: (reason: Error) => void = () => undefined;
  onEnd(() => giveUp(new Error('write a stream: its connection has gone')));
  try {
    for await (const piece of pieces) {
      const written = new Promise<void>((resolve, reject) => {
        giveUp = reject;
        response.write(piece, (error) => (error == null ? resolve() : reject(error)));
      });
      await within(millisecondsFor(piece, limits), written);
      piece.fill(0);
    }
    response.end();
  } catch {
    response.destroy();
  } finally {
    clearTimeout(late);
  }
}

const rawProblems: Readonly<Record<string, ProblemName>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'slow',
  HPE_HEADER_OVERFLOW: 'too-large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 'too-large',
};

/** What the parser refuses never becomes a request. */
function refuseRaw(error: NodeJS.ErrnoException, socket: Duplex, counters: Counters): void {
  // A peer that went away is no fault of a request.
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  writeRaw(rawProblems[error.code ?? ''] ?? 'malformed', socket, counters);
}

function writeRaw(name: ProblemName, socket: Duplex, counters: Counters): void {
  counters.add(problemCounter(name));
  const { status, type, body } = problem(name);
  const lines = [
    `HTTP/1.1 ${status} ${name}`,
    ...headersFor(type).map(([header, value]) => `${header}: ${value}`),
    `Content-Type: ${type}`,
    `Content-Length: ${body.length}`,
    'Connection: close',
  ];
  socket.end(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), body]), () => socket.destroy());
}

async function closeServer(server: Server, open: ReadonlySet<Promise<void>>, graceSeconds: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const grace = new AbortController();
  const timeout = new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, graceSeconds * 1000);
    grace.signal.addEventListener('abort', () => clearTimeout(timer));
  });
  const finished = (async () => {
    while (open.size > 0) await Promise.all(open);
    // One more turn, so that the last answers are handed to the system.
    await new Promise((resolve) => setImmediate(resolve));
  })();
  await Promise.race([finished, timeout]);
  grace.abort();
  server.closeIdleConnections();
  const forced = setTimeout(() => server.closeAllConnections(), 250);
  await closed;
  clearTimeout(forced);
}
