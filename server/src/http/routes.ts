/** The public addresses and what each answers (http 1). */

import { CHUNK_POST_BYTES, HASH_BYTES, REQUEST_BYTES } from '@postern/protocol/constants';
import { DEVICE_REQUEST_BYTES_MAX } from '@postern/protocol/http/device-kinds';
import type { Clock } from '../ports/clock.ts';
import { StorageError } from '../ports/storage.ts';
import type { ChunkDesk } from '../rules/chunk-desk.ts';
import type { Counters } from '../rules/counters.ts';
import type { PostAnswer, Service } from '../rules/service.ts';
import { type Answer, documentAnswer, type StaticFile, staticAnswer } from './answer.ts';
import { chunkAnswers } from './chunk-answers.ts';
import { type Films, filmRoute } from './film-answers.ts';
import type { Handler, Incoming } from './listener.ts';
import { inPlace, type Room, roomFor, takePlace } from './places.ts';
import { Refusal } from './refusal.ts';

export interface RouteParts {
  readonly service: Service;
  readonly chunks: ChunkDesk;
  /** A page, script, style or words by path; null if there is none. */
  readonly page: (path: string) => StaticFile | 'no-roster' | null;
  readonly films: Films;
  readonly counters: Counters;
  /** Posts at the same time. */
  readonly postsMax: number;
  readonly devicePostsMax: number;
  /** Chunks at the same time, counted apart; and as many films, and as many parts of films. */
  readonly chunksMax: number;
  readonly clock: Clock;
}

type Post = {
  readonly room: Room;
  readonly read: (incoming: Incoming, begun: () => void) => Promise<Uint8Array>;
  readonly answer: (incoming: Incoming, body: Uint8Array) => Promise<Answer>;
};

const numberForm = /^(0|[1-9][0-9]{0,9})$/;

export function routes(parts: RouteParts): Handler {
  const { service, counters } = parts;
  const chunk = chunkAnswers(parts.chunks, parts.chunksMax);
  const film = filmRoute(parts.films, parts.chunksMax, counters);
  const posts: Readonly<Record<string, Post>> = {
    '/request': {
      room: roomFor(parts.postsMax),
      read: ({ exactBody }, begun) => exactBody(REQUEST_BYTES, begun),
      answer: async (_incoming, body) => sealed(await service.request(body), 'message/ohttp-res'),
    },
    '/desk': {
      room: roomFor(parts.devicePostsMax),
      read: ({ body }, begun) => body(DEVICE_REQUEST_BYTES_MAX, begun),
      answer: async ({ method, target: path, headers }, body) =>
        sealed(await service.device({ method, path, headers, body }), 'application/octet-stream'),
    },
  };
  return async (incoming) => {
    const { method, target } = incoming;
    if (target === '/chunk' || target === '/fetch') {
      if (method !== 'POST') throw new Refusal('method', 'POST');
      const run = target === '/chunk' ? chunk.store : chunk.fetch;
      const bytes = target === '/chunk' ? CHUNK_POST_BYTES : HASH_BYTES;
      return passing(() => run(incoming, bytes));
    }
    const post = Object.hasOwn(posts, target) ? posts[target] : undefined;
    if (post === undefined) return (await passing(() => film(incoming))) ?? readAnswer(incoming);
    if (method !== 'POST') throw new Refusal('method', 'POST');
    return inPlace(
      () => takePlace(post.room),
      (begun) => passing(async () => post.answer(incoming, await post.read(incoming, begun))),
    );
  };

  function readAnswer({ method, target, headers }: Incoming): Answer {
    const isRead = method === 'GET' || method === 'HEAD';
    const found = read(target, headers);
    if (found === null) throw new Refusal('not-found');
    if (!isRead) throw new Refusal('method', 'GET, HEAD');
    return found;
  }

  function read(path: string, headers: Incoming['headers']): Answer | null {
    const file = parts.page(path);
    if (file === 'no-roster') throw new Refusal(file);
    if (file !== null) {
      counters.add('pages');
      return staticAnswer(file, headers['accept-encoding'], headers['if-none-match']);
    }
    if (path === '/healthy') return { status: 204, body: new Uint8Array(0) };
    const document = readDocument(path);
    if (document === null) return null;
    counters.add('documents');
    return documentAnswer(document, headers['if-none-match']);
  }

  function readDocument(path: string): Uint8Array | null {
    const { publisher } = service;
    const now = parts.clock.now();
    const [, name = '', number, ...more] = path.split('/');
    if (more.length > 0 || (number !== undefined && !numberForm.test(number))) return null;
    if (name === 'roster') {
      if (number !== undefined) return publisher.rosterNumbered(Number(number))?.signed ?? null;
      const roster = publisher.rosterInUse(now);
      if (roster === null) throw new Refusal('no-roster');
      return roster.signed;
    }
    const isBundle = name === 'bundle' && number === undefined;
    const isPack = name === 'pack' && number === undefined;
    const isIndex = name === 'index' && number !== undefined;
    if (!isBundle && !isIndex && !isPack) return null;
    if (publisher.bundle === null)
      throw new Refusal(publisher.newestRoster(now) === null ? 'no-roster' : 'no-day-keys');
    if (isPack) return publisher.pack;
    return isBundle ? publisher.bundle : publisher.index(Number(number));
  }
}

async function passing<Done>(answer: () => Promise<Done>): Promise<Done> {
  try {
    return await answer();
  } catch (error) {
    if (error instanceof StorageError && isPassing(error)) throw new Refusal('busy');
    throw error;
  }
}

function sealed(answer: PostAnswer, type: string): Answer {
  if ('refused' in answer) throw new Refusal(answer.refused);
  return { status: 200, type, body: answer.response };
}

/** What another try may find otherwise; a damaged or foreign database is the operator's to see. */
function isPassing({ code }: StorageError): boolean {
  return code === 'busy' || code === 'unavailable' || code === 'full' || code === 'closed';
}
