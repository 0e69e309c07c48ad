/** Answers with films of campaigns, whole or the part that a player asks for, from verified pieces (http 1, HTTP-9). */

import { bytesToHex } from '@postern/protocol/bytes/encode';
import type { Film } from '@postern/protocol/campaign/film';
import type { Counters } from '../rules/counters.ts';
import { type Span, spanOf } from '../rules/films.ts';
import { type Answer, documentAnswer, matches } from './answer.ts';
import type { Incoming } from './listener.ts';
import { placesFor } from './places.ts';
import { Refusal } from './refusal.ts';

/** A film that a page shows. */
export interface ShownFilm {
  readonly film: Film;
  /** Of its document. */
  readonly hash: Uint8Array;
  /** @returns null for one that is not there */
  readonly piece: (hash: Uint8Array) => Promise<Uint8Array | null>;
}

export interface Films {
  /** By the address of a video; null if there is none. */
  readonly findFilm: (path: string) => ShownFilm | null;
  /** A piece as mirrors take it, by hash in hex. */
  readonly findFilmPart: (hash: string) => Promise<Uint8Array | null>;
}

const nothing = new Uint8Array(0);
const partForm = /^\/film\/([0-9a-f]{64})$/;

/**
 * @param filmsMax sent at the same time, and as many parts apart from them: mirrors take these for whoever plays a film there
 * @returns null for what is no film, and none of its parts
 */
export function filmRoute(
  films: Films,
  filmsMax: number,
  counters: Counters,
): (incoming: Incoming) => Promise<Answer | null> {
  const play = filmAnswers(filmsMax);
  const parts = placesFor(filmsMax);
  return async (incoming) => {
    const { method, target, headers } = incoming;
    const shown = films.findFilm(target);
    if (shown !== null) {
      counters.add('films');
      return play(shown, incoming);
    }
    const hash = partForm.exec(target)?.[1];
    if (hash === undefined) return null;
    return parts.answer(incoming, async () => {
      const part = await films.findFilmPart(hash);
      if (part === null) return null;
      counters.add('films');
      if (method !== 'GET' && method !== 'HEAD') throw new Refusal('method', 'GET, HEAD');
      return documentAnswer(part, headers['if-none-match']);
    });
  };
}

/**
 * @param filmsMax sent at the same time, each with a piece or two in memory; one more is told `busy`
 * @returns what rejects as the source of pieces does when the first one cannot be had
 */
export function filmAnswers(filmsMax: number): (shown: ShownFilm, incoming: Incoming) => Promise<Answer> {
  const places = placesFor(filmsMax);
  return async ({ film, hash, piece }, incoming) => {
    const { method, headers } = incoming;
    if (method !== 'GET' && method !== 'HEAD') throw new Refusal('method', 'GET, HEAD');
    const etag = `"${bytesToHex(hash)}"`;
    const own = [
      ['ETag', etag],
      ['Accept-Ranges', 'bytes'],
    ] as const;
    if (matches(headers['if-none-match'], etag)) return { status: 304, body: nothing, headers: own };
    const isSame = headers['if-range'] === undefined || headers['if-range'] === etag;
    const span = isSame ? spanIn(headers.range, film.bytes) : 'all';
    if (span === 'none') {
      return { status: 416, body: nothing, headers: [...own, ['Content-Range', `bytes */${film.bytes}`]] };
    }
    const { from, to } = span === 'all' ? { from: 0, to: film.bytes - 1 } : span;
    const part = [...own, ['Content-Range', `bytes ${from}-${to}/${film.bytes}`] as const];
    const answer = {
      type: 'video/mp4',
      body: nothing,
      ...(span === 'all' ? { status: 200, headers: own } : { status: 206, headers: part }),
    };
    const bytes = to - from + 1;
    const pieces = spanOf(film, { from, to }, piece);
    if (method === 'HEAD') return { ...answer, stream: { bytes, pieces } };
    return places.answer(incoming, async () => ({ ...answer, stream: { bytes, pieces: await begun(pieces) } }));
  };
}

/** One range, as players ask for it. More than one, or another unit, may be answered with the whole (RFC 9110 section 14.2). */
export function spanIn(range: string | undefined, length: number): Span | 'all' | 'none' {
  const found = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(range ?? '');
  const [, first = '', last = ''] = found ?? [];
  if (found === null || (first === '' && last === '')) return 'all';
  const from = first === '' ? Math.max(0, length - Number(last)) : Number(first);
  const to = first === '' || last === '' ? length - 1 : Math.min(Number(last), length - 1);
  if (first !== '' && last !== '' && Number(last) < from) return 'all';
  return from > to ? 'none' : { from, to };
}

/** With the first piece at hand, so that a film that is not there is refused and not begun. */
async function begun(pieces: AsyncGenerator<Uint8Array>): Promise<AsyncIterable<Uint8Array>> {
  const first = await pieces.next();
  return (async function* all() {
    if (first.done !== true) yield first.value;
    yield* pieces;
  })();
}
