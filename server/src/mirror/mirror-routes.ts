/** What a mirror answers: pages of its own build, the verified copy while it is fresh, and a passage for the few writes (http 5). */

import { CHUNK_BYTES, CHUNK_POST_BYTES, HASH_BYTES, REQUEST_BYTES, RESPONSE_BYTES } from '@postern/protocol/constants';
import { type Answer, documentAnswer, type StaticFile, staticAnswer } from '../http/answer.ts';
import { filmAnswers, type ShownFilm } from '../http/film-answers.ts';
import type { Handler, Incoming } from '../http/listener.ts';
import { placesFor } from '../http/places.ts';
import type { ProblemName } from '../http/problem.ts';
import { Refusal } from '../http/refusal.ts';
import type { RelayedPath, Upstream } from '../ports/upstream.ts';
import type { Counters } from '../rules/counters.ts';
import type { Copy } from './mirror-copy.ts';

export interface MirrorRouteParts {
  readonly upstream: Upstream;
  /** Null while there is none that a client would take. */
  readonly copy: () => Copy | null;
  readonly page: (path: string) => StaticFile | 'no-roster' | null;
  readonly film: (path: string) => ShownFilm | null;
  /** The server says that its keys are newer than the copy's bundle. */
  readonly outdated: () => void;
  readonly counters: Counters;
  readonly postsMax: number;
  readonly chunksMax: number;
}

interface Relayed {
  readonly bytes: number;
  /** Of the answer; an answer of another length is not passed on. */
  readonly answerBytes: number;
  readonly type: string;
}

const relayed: Readonly<Record<RelayedPath, Relayed>> = {
  '/request': { bytes: REQUEST_BYTES, answerBytes: RESPONSE_BYTES, type: 'message/ohttp-res' },
  '/chunk': { bytes: CHUNK_POST_BYTES, answerBytes: 0, type: '' },
  '/fetch': { bytes: HASH_BYTES, answerBytes: CHUNK_BYTES, type: 'application/octet-stream' },
};

/** Statuses that a client acts on. All others become `unreachable`: nothing else of what the server says is passed on. */
const refusals: Readonly<Record<number, ProblemName>> = {
  400: 'malformed',
  404: 'not-found',
  409: 'changed',
  413: 'too-large',
  422: 'ohttp-key',
  503: 'busy',
  507: 'full',
};

const rosterForm = /^\/roster\/([1-9][0-9]{0,9})$/;
const laneForm = /^\/index\/(0|[1-9][0-9]{0,2})$/;

export function mirrorRoutes(parts: MirrorRouteParts): Handler {
  const posts = placesFor(parts.postsMax);
  const chunks = placesFor(parts.chunksMax);
  const answerFilm = filmAnswers(parts.chunksMax);
  return async (incoming) => {
    const { method, target } = incoming;
    const film = parts.film(target);
    if (film !== null) return play(film, incoming);
    if (!isRelayed(target)) return read(incoming);
    if (method !== 'POST') throw new Refusal('method', 'POST');
    const places = target === '/request' ? posts : chunks;
    return places.answerBody(incoming, relayed[target].bytes, (body) => relay(target, body));
  };

  /** What its server gives of it is verified before it is sent [MIR-6]. */
  async function play(film: ShownFilm, incoming: Incoming): Promise<Answer> {
    if (parts.copy() === null) throw new Refusal('stale');
    parts.counters.add('films');
    try {
      return await answerFilm(film, incoming);
    } catch (error) {
      throw error instanceof Refusal ? error : new Refusal('unreachable');
    }
  }

  async function relay(path: RelayedPath, given: Uint8Array): Promise<Answer> {
    const { answerBytes, type } = relayed[path];
    parts.counters.add(path === '/request' ? 'requests' : 'chunks');
    const answer = await parts.upstream.post(path, given).catch(() => null);
    if (answer === null) throw new Refusal('unreachable');
    const isGood = answer.status === (answerBytes === 0 ? 204 : 200) && answer.body.length === answerBytes;
    if (isGood) return { status: answer.status, body: answer.body, ...(type === '' ? {} : { type }) };
    const refusal = refusals[answer.status] ?? 'unreachable';
    if (refusal === 'ohttp-key') parts.outdated();
    throw new Refusal(refusal);
  }

  function read({ method, target, headers }: Incoming): Answer {
    const file = parts.page(target);
    const found = file === 'no-roster' || file === null ? null : file;
    const isKnown = file !== null || target === '/healthy' || isDocument(target);
    if (!isKnown) throw new Refusal('not-found');
    if (method !== 'GET' && method !== 'HEAD') throw new Refusal('method', 'GET, HEAD');
    const copy = parts.copy();
    // A page without documents could do nothing, and the name and words in it come from the roster.
    if (copy === null) throw new Refusal('stale');
    if (target === '/healthy') return { status: 204, body: new Uint8Array(0) };
    parts.counters.add(found === null ? 'documents' : 'pages');
    if (found !== null) return staticAnswer(found, headers['accept-encoding'], headers['if-none-match']);
    const document = documentIn(copy, target);
    if (document === null) throw new Refusal('not-found');
    return documentAnswer(document, headers['if-none-match']);
  }
}

function isRelayed(target: string): target is RelayedPath {
  return Object.hasOwn(relayed, target);
}

function isDocument(target: string): boolean {
  return (
    target === '/roster' ||
    target === '/bundle' ||
    target === '/pack' ||
    laneForm.test(target) ||
    rosterForm.test(target)
  );
}

function documentIn({ roster, earlier, bundleBytes, pack, indices }: Copy, target: string): Uint8Array | null {
  if (target === '/roster') return roster.signed;
  if (target === '/bundle') return bundleBytes;
  if (target === '/pack') return pack;
  const number = rosterForm.exec(target)?.[1];
  if (number !== undefined) return [...earlier, roster].find((one) => one.number === Number(number))?.signed ?? null;
  return indices[Number(laneForm.exec(target)?.[1])] ?? null;
}
