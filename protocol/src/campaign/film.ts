/** The film of a campaign: the document behind the hash that the campaign names, and the pieces that it names (spec/protocol.md section 2.7). */

import { utf8ToBytes } from '../bytes/encode.ts';
import { equal } from '../bytes/equal.ts';
import { Reader } from '../bytes/reader.ts';
import { requireSorted, sortByKey } from '../bytes/sorted.ts';
import { WireError } from '../bytes/wire-error.ts';
import { Writer } from '../bytes/writer.ts';
import {
  FILM_DOCUMENT_BYTES_MAX,
  FILM_PIECE_BYTES,
  FILM_PIECES_MAX,
  FILM_POSTER_BYTES_MAX,
  HASH_BYTES,
} from '../constants.ts';
import { DocumentError } from '../keys/document-error.ts';
import { sha256 } from '../primitives/hash.ts';
import type { Campaign } from './campaign.ts';
import { requireCaptions } from './captions.ts';
import { requirePlain } from './plain-text.ts';

/** An MP4 in pieces, the picture that stands in its place, and its words. */
export type Film = {
  /** Of the whole file. */
  readonly bytes: number;
  /** Pixels, and whole seconds: how much room and time it takes. At least 1 each. */
  readonly width: number;
  readonly height: number;
  readonly seconds: number;
  /** SHA-256 of each {@link FILM_PIECE_BYTES} of the file, and of what is left. */
  readonly pieces: readonly Uint8Array[];
  /** JPEG, PNG or WebP. */
  readonly poster: Uint8Array;
  /** Sorted by language: those of the campaign. */
  readonly texts: readonly FilmText[];
};

export type FilmText = {
  /** BCP 47. */
  readonly language: string;
  /** WebVTT. */
  readonly captions: string;
  /** Markdown: all that is said and shown, for who cannot or should not play it. */
  readonly transcript: string;
};

const version = 1;
const mp4 = 1;

const posterTypes = [
  { type: 'image/jpeg', extension: 'jpg', isOne: (head: string) => head.startsWith('\xff\xd8\xff') },
  { type: 'image/png', extension: 'png', isOne: (head: string) => head.startsWith('\x89PNG\r\n\x1a\n') },
  { type: 'image/webp', extension: 'webp', isOne: (head: string) => head.startsWith('RIFF') && head.endsWith('WEBP') },
] as const;

/** By its first bytes. @throws WireError bad-value for another format */
export function posterType(poster: Uint8Array): (typeof posterTypes)[number] {
  const head = String.fromCharCode(...poster.subarray(0, 12));
  const found = posterTypes.find(({ isOne }) => isOne(head));
  if (found === undefined) throw wrong('its picture is neither JPEG, PNG nor WebP');
  return found;
}

/** Languages sorted. @throws WireError for contents that {@link decodeFilm} would refuse; RangeError for fields that do not fit */
export function encodeFilm(film: Film): Uint8Array {
  const bytes = new Writer()
    .u8(version)
    .u8(mp4)
    .u32(film.bytes)
    .u16(film.width)
    .u16(film.height)
    .u16(film.seconds)
    .list8(film.pieces, (hash, w) => w.bytes(hash, HASH_BYTES))
    .var16(film.poster)
    .list8(sortByKey(film.texts, languageKey), ({ language, captions, transcript }, w) =>
      w.text8(language).text16(captions).text16(transcript),
    )
    .done();
  decodeFilm(bytes);
  return bytes;
}

/** Reads a film's document, whoever it comes from [CAM-12]. @throws WireError */
export function decodeFilm(bytes: Uint8Array): Film {
  if (bytes.length > FILM_DOCUMENT_BYTES_MAX) {
    throw new WireError('bad-length', `read a film: ${bytes.length} bytes, wanted at most ${FILM_DOCUMENT_BYTES_MAX}`);
  }
  const reader = new Reader(bytes);
  reader.version(version);
  if (reader.u8() !== mp4) throw wrong('its type is not known');
  const length = reader.u32();
  const [width, height, seconds] = [reader.u16(), reader.u16(), reader.u16()];
  if (Math.min(width, height, seconds) === 0) throw wrong('it takes no room or no time');
  const pieces = reader.list8(FILM_PIECES_MAX, (r) => r.bytes(HASH_BYTES));
  if (length === 0 || Math.ceil(length / FILM_PIECE_BYTES) !== pieces.length)
    throw wrong('length and pieces do not fit');
  const poster = reader.var16(FILM_POSTER_BYTES_MAX);
  posterType(poster);
  const texts = requireSorted(reader.list8(255, readText), languageKey);
  reader.end();
  return { bytes: length, width, height, seconds, pieces, poster, texts };
}

/**
 * The film that a campaign names, with words in each of its languages [CAM-10].
 * @throws WireError; DocumentError wrong-roster for another document, incomplete for one that lacks a language
 */
export async function openFilm(
  bytes: Uint8Array,
  { film: hash, texts }: Pick<Campaign, 'film' | 'texts'>,
): Promise<Film> {
  if (hash === null || !equal(await sha256(bytes), hash)) {
    throw new DocumentError('wrong-roster', 'open a film: the campaign does not name it');
  }
  const film = decodeFilm(bytes);
  const has = new Set(film.texts.map(({ language }) => language));
  if (has.size !== texts.length || !texts.every(({ language }) => has.has(language))) {
    throw new DocumentError('incomplete', 'open a film: its languages are not those of the campaign');
  }
  return film;
}

/** Of an MP4: what {@link Film.pieces} are the hashes of. */
export function filmPieces(file: Uint8Array): Uint8Array[] {
  const count = Math.ceil(file.length / FILM_PIECE_BYTES);
  return Array.from({ length: count }, (_, at) => file.subarray(at * FILM_PIECE_BYTES, (at + 1) * FILM_PIECE_BYTES));
}

function readText(reader: Reader): FilmText {
  const language = requirePlain(reader.text8());
  const captions = requireCaptions(reader.text16());
  const transcript = requireTranscript(reader.text16());
  return { language, captions, transcript };
}

/** The text itself. @throws WireError bad-value for one that is empty, or has signs that are not seen */
export function requireTranscript(text: string): string {
  if (text.trim() === '') throw wrong('a transcript is empty');
  return requirePlain(text);
}

function languageKey({ language }: FilmText): Uint8Array {
  return utf8ToBytes(language);
}

function wrong(what: string): WireError {
  return new WireError('bad-value', `read a film: ${what}`);
}
