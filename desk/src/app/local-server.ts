/** The HTTP server on 127.0.0.1: the page's files for whoever is on this machine, calls for the one page with a session. */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FILM_BYTES_MAX } from '@postern/protocol/constants';
import type { FilmTaken } from '../calls/film-view.ts';
import type { PageAnswer } from '../files/safe-copies.ts';
import { type Access, isOwnPage } from './access.ts';
import {
  type Answers,
  attachAddress,
  attachBytesMax,
  attachHeader,
  type BytesCall,
  type CallName,
  type CallProblem,
  type Calls,
  type Change,
  callAddress,
  copyAddress,
  copyHeader,
  copyPageBytesMax,
  type FilePart,
  type FilePlace,
  filmAddress,
  filmHeader,
  wordsAddress,
  wordsBytesMax,
  wordsHeader,
} from './api.ts';
import { callBytesMax, isCallName, readCall } from './api-reader.ts';
import type { PageFile } from './page-files.ts';
import { pageHeaders } from './page-headers.ts';

/** A call that cannot be answered; becomes its status. */
export class CallRefused extends Error {
  override readonly name = 'CallRefused';
  readonly problem: CallProblem['problem'];

  constructor(problem: CallProblem['problem']) {
    super(`answer a call: ${problem}`);
    this.problem = problem;
  }
}

type AnsweredCall = Exclude<CallName, 'session' | 'changes' | BytesCall>;

/** Does what each call asks. @throws CallRefused */
export type CallHandlers = { readonly [Name in AnsweredCall]: (given: Calls[Name]) => Promise<Answers[Name]> };

/** Calls back with every change from now on, the first of them at once; the returned function ends it. */
export type Subscribe = (send: (change: Change) => void) => () => void;

export interface LocalServerOptions {
  /** 0 takes a free one. */
  readonly port: number;
  readonly access: Access;
  readonly files: ReadonlyMap<string, PageFile>;
  readonly handlers: CallHandlers;
  readonly subscribe: Subscribe;
  /** The whole content of a file that is here, verified. @returns null for one that is not, or is too large @throws CallRefused */
  readonly readFile: (place: FilePlace) => Promise<Uint8Array | null>;
  /** Of a file of any size; empty beyond its end. @returns null for one that is not here @throws CallRefused */
  readonly readPart: (part: FilePart) => Promise<Uint8Array | null>;
  /** A file that waits to be read for the search. @returns null for one that does not @throws CallRefused */
  readonly readForWords: (kept: string) => Promise<Uint8Array | null>;
  /** Takes what stands in it. @returns false for one that does not wait @throws CallRefused */
  readonly takeWords: (kept: string, body: Uint8Array) => Promise<boolean>;
  /** The recogniser's data of a language. @returns null where there is none @throws CallRefused */
  readonly readLanguage: (language: string) => Promise<Uint8Array | null>;
  /** Takes the next bytes of an attachment. @returns false for one that takes no more @throws CallRefused */
  readonly addToAttachment: (attachment: string, bytes: Uint8Array) => Promise<boolean>;
  /** Takes the next page of a safe copy. @throws CallRefused */
  readonly addToCopy: (copy: string, page: Uint8Array) => Promise<PageAnswer>;
  /** The video of a call in work. @returns null for none @throws CallRefused */
  readonly readFilm: (call: string) => Promise<Uint8Array | null>;
  /** Takes a file of its film, whole. @param name as {@link filmAddress} says @returns null if there is no such call or kind @throws CallRefused */
  readonly takeFilmFile: (name: string, bytes: Uint8Array) => Promise<FilmTaken | null>;
}

export interface LocalServer {
  readonly port: number;
  readonly stop: () => Promise<void>;
}

const limits = { connections: 32, headBytes: 8_192, headMs: 10_000, requestMs: 30_000, callsAtOnce: 16 } as const;
/** What may wait for a page that does not read; it then loses its stream and asks for a new one. */
const waitingBytesMax = 64 * 1024 * 1024;
const stillMs = 15_000;

const statusOf: Readonly<Record<CallProblem['problem'], number>> = {
  malformed: 400,
  session: 401,
  token: 403,
  'not-found': 404,
  locked: 423,
  busy: 429,
  failed: 500,
};

export async function startLocalServer(options: LocalServerOptions): Promise<LocalServer> {
  const server = createServer({
    maxHeaderSize: limits.headBytes,
    headersTimeout: limits.headMs,
    requestTimeout: limits.requestMs,
    insecureHTTPParser: false,
  });
  server.maxConnections = limits.connections;
  const context: Context = { ...options, server, streams: new Set(), callsNow: 0 };
  server.on('request', (request, response) => {
    response.sendDate = false;
    serve(context, request, response).catch((error: unknown) => {
      const problem = error instanceof CallRefused ? error.problem : 'failed';
      if (!response.headersSent) answerJson(response, statusOf[problem], { problem } satisfies CallProblem);
      else response.destroy();
    });
  });
  for (const event of ['upgrade', 'connect'] as const) server.on(event, (_request, socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', resolve);
  });
  return {
    port: portOf(server),
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const stop of context.streams) stop();
      server.closeAllConnections();
      await closed;
    },
  };
}

interface Context extends LocalServerOptions {
  readonly server: Server;
  readonly streams: Set<() => void>;
  callsNow: number;
}

async function serve(context: Context, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = request.url ?? '';
  const isCall = path.startsWith(callAddress);
  if (!isOwnPage(request.headers, portOf(context.server), isCall)) return answerNothing(response, 403);
  const piece = pieces[path];
  if (piece !== undefined) return servePiece(context, piece, request, response);
  if (isCall) return serveCall(context, path.slice(callAddress.length), request, response);
  const file = context.files.get(path);
  if (request.method !== 'GET' || file === undefined) return answerNothing(response, 404);
  writeHead(response, 200, file.type, file.bytes.length, file.headers);
  response.end(file.bytes);
}

async function serveCall(
  context: Context,
  name: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { access, handlers } = context;
  if (request.method !== 'POST' || request.headers['content-type'] !== 'application/json') {
    throw new CallRefused('malformed');
  }
  if (name !== 'session' && !access.hasSession(request.headers)) throw new CallRefused('session');
  if (!isCallName(name)) throw new CallRefused('not-found');
  if (context.callsNow >= limits.callsAtOnce) throw new CallRefused('busy');
  context.callsNow += 1;
  try {
    const body = await readBody(request, callBytesMax);
    if (name === 'session') {
      const session = access.openSession(read(name, body).token);
      if (session === null) throw new CallRefused('token');
      // Whoever had the session before is heard no more.
      for (const stop of context.streams) stop();
      return answerJson(response, 200, { session } satisfies Answers['session']);
    }
    if (name === 'changes') {
      read(name, body);
      return stream(context, response);
    }
    if (name === 'file-read') return answerBytes(response, await context.readFile(read(name, body)));
    if (name === 'file-part') return answerBytes(response, await context.readPart(read(name, body)));
    if (name === 'words-read') return answerBytes(response, await context.readForWords(read(name, body).kept));
    if (name === 'film-read') return answerBytes(response, await context.readFilm(read(name, body).call));
    if (name === 'text-language-data') {
      return answerBytes(response, await context.readLanguage(read(name, body).language));
    }
    answerJson(response, 200, await answer(handlers, name, body));
  } finally {
    context.callsNow -= 1;
  }
}

/** What comes as bytes; a header names what it belongs to. */
interface Piece {
  readonly header: string;
  readonly bytesMax: number;
  /** @returns what is answered; null for what takes no more, or is not there */
  readonly take: (context: Context, name: string, bytes: Uint8Array) => Promise<object | null>;
}

/** Attachments and copies come one piece after the other so that none has to be long; a film is checked as a whole. */
const pieces: Readonly<Record<string, Piece>> = {
  [attachAddress]: {
    header: attachHeader,
    bytesMax: attachBytesMax,
    take: async (context, name, bytes) => ((await context.addToAttachment(name, bytes)) ? {} : null),
  },
  [copyAddress]: {
    header: copyHeader,
    bytesMax: copyPageBytesMax,
    take: async (context, name, bytes) => ({ page: await context.addToCopy(name, bytes) }),
  },
  [wordsAddress]: {
    header: wordsHeader,
    bytesMax: wordsBytesMax,
    take: async (context, name, bytes) => ((await context.takeWords(name, bytes)) ? {} : null),
  },
  [filmAddress]: {
    header: filmHeader,
    bytesMax: FILM_BYTES_MAX,
    take: (context, name, bytes) => context.takeFilmFile(name, bytes),
  },
};

async function servePiece(
  context: Context,
  { header, bytesMax, take }: Piece,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { access } = context;
  const { 'content-type': type, [header]: name } = request.headers;
  if (request.method !== 'POST' || type !== 'application/octet-stream' || typeof name !== 'string') {
    throw new CallRefused('malformed');
  }
  if (!access.hasSession(request.headers)) throw new CallRefused('session');
  if (context.callsNow >= limits.callsAtOnce) throw new CallRefused('busy');
  context.callsNow += 1;
  try {
    const taken = await take(context, name, await readBody(request, bytesMax));
    if (taken === null) throw new CallRefused('not-found');
    answerJson(response, 200, taken);
  } finally {
    context.callsNow -= 1;
  }
}

function answer<Name extends AnsweredCall>(handlers: CallHandlers, name: Name, body: Uint8Array) {
  return handlers[name](read(name, body));
}

function read<Name extends CallName>(name: Name, body: Uint8Array): Calls[Name] {
  const given = readCall(name, body);
  if (given === null) throw new CallRefused('malformed');
  return given;
}

/** One line of JSON for each change. A new stream takes the place of the one before. */
function stream({ streams, subscribe }: Context, response: ServerResponse): void {
  for (const stop of streams) stop();
  writeHead(response, 200, 'application/x-ndjson; charset=utf-8');
  const send = (change: Change): void => {
    if (response.writableLength > waitingBytesMax) response.destroy();
    else response.write(`${JSON.stringify(change)}\n`);
  };
  const end = subscribe(send);
  const timer = setInterval(() => send({ kind: 'still' }), stillMs);
  const stop = (): void => {
    if (!streams.delete(stop)) return;
    clearInterval(timer);
    end();
    response.end();
  };
  streams.add(stop);
  response.on('close', stop);
}

async function readBody(request: IncomingMessage, bytesMax: number): Promise<Uint8Array> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    length += piece.length;
    if (length > bytesMax) throw new CallRefused('malformed');
    pieces.push(piece);
  }
  return Buffer.concat(pieces, length);
}

function answerJson(response: ServerResponse, status: number, value: object): void {
  const body = Buffer.from(JSON.stringify(value));
  writeHead(response, status, 'application/json', body.length);
  response.end(body);
}

function answerBytes(response: ServerResponse, content: Uint8Array | null): void {
  if (content === null) throw new CallRefused('not-found');
  writeHead(response, 200, 'application/octet-stream', content.length);
  response.end(content);
}

function answerNothing(response: ServerResponse, status: number): void {
  response.shouldKeepAlive = false;
  writeHead(response, status, null, 0);
  response.end();
}

function writeHead(
  response: ServerResponse,
  status: number,
  type: string | null,
  length?: number,
  headers: readonly (readonly [string, string])[] = pageHeaders,
): void {
  response.statusCode = status;
  for (const [name, value] of headers) response.setHeader(name, value);
  if (type !== null) response.setHeader('Content-Type', type);
  if (length !== undefined) response.setHeader('Content-Length', length);
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}
