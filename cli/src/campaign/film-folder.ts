/** The film of a campaign as people bring it: `film/` with video.mp4, a poster, and captions and transcript in each language. */

import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { FilmProblem } from '@postern/desk/calls/film-view';
import { WireError } from '@postern/protocol/bytes/wire-error';
import { requireCaptions } from '@postern/protocol/campaign/captions';
import { encodeFilm, type FilmText, filmPieces, posterType, requireTranscript } from '@postern/protocol/campaign/film';
import { requirePlain } from '@postern/protocol/campaign/plain-text';
import { FILM_BYTES_MAX, FILM_POSTER_BYTES_MAX } from '@postern/protocol/constants';
import { type DocumentHash, documentHash } from '@postern/protocol/keys/signed';
import { inspectMetadata } from '@postern/protocol/metadata/inspect';
import { type MovieShape, movieShape } from '@postern/protocol/metadata/movie-shape';
import { type FindingKind, MetadataError } from '@postern/protocol/metadata/report';
import { sha256 } from '@postern/protocol/primitives/hash';
import { Failure } from '../terminal/failure.ts';

/** What is stored for a campaign with a film. */
export interface FilmFiles {
  /** What the campaign names by its hash. */
  readonly document: Uint8Array;
  readonly hash: DocumentHash;
  /** The MP4. */
  readonly file: Uint8Array;
}

export const filmFolder = 'film';
export const videoName = 'video.mp4';
const posterForm = /^poster\.(?:jpg|png|webp)$/;

/** Why a film, or a part of one, is none yet. */
export class FilmFailure extends Failure {
  readonly problem: FilmProblem;
  /** Of the problem `traces`. */
  readonly found: readonly FindingKind[];

  constructor(name: string, problem: FilmProblem, what: string, found: readonly FindingKind[] = []) {
    super('refused', `${name === filmFolder ? name : `${filmFolder}/${name}`}${what}.`);
    this.problem = problem;
    this.found = found;
  }
}

/** What lies in the folder of a film; every part is read and checked by itself, video and poster once. */
export interface FilmParts {
  readonly names: readonly string[];
  readonly posters: readonly string[];
  readonly video: () => Promise<MovieShape & { readonly file: Uint8Array }>;
  readonly poster: () => Promise<Uint8Array>;
  readonly captions: (language: string) => Promise<string>;
  readonly transcript: (language: string) => Promise<string>;
}

/**
 * @param folder of the campaign @returns null for one without a film; its functions throw FilmFailure, which names the file
 * @throws FilmFailure for what is there and no folder that can be read
 */
export async function filmParts(folder: string): Promise<FilmParts | null> {
  const path = join(folder, filmFolder);
  const names = await namesIn(path);
  if (names === null) return null;
  const posters = names.filter((name) => posterForm.test(name));
  const read = async (name: string): Promise<Uint8Array> => {
    if (!names.includes(name)) throw new FilmFailure(name, 'missing', ' is missing');
    return readFilmFile(name, join(path, name));
  };
  const readText = async (name: string, check: (text: string) => string): Promise<string> => {
    const text = readLines(name, await read(name));
    await named(name, () => requirePlain(text), 'unseen');
    return named(name, () => check(text));
  };
  return {
    names,
    posters,
    video: once(async () => {
      const file = await read(videoName);
      return { file, ...(await requireVideo(file)) };
    }),
    poster: once(async () => {
      const [name = 'poster.jpg', ...more] = posters;
      if (more.length > 0) throw told(filmFolder, `${posters.join(' and ')}, wanted one`);
      const file = await read(name);
      await requirePoster(name, file);
      return file;
    }),
    captions: (language) => readText(`${language}.vtt`, requireCaptions),
    transcript: (language) => readText(`${language}.md`, requireTranscript),
  };
}

function once<Done>(read: () => Promise<Done>): () => Promise<Done> {
  let reading: Promise<Done> | null = null;
  return () => {
    reading ??= read();
    return reading;
  };
}

/**
 * @param folder of the campaign @param languages those of its texts
 * @returns null for a campaign without a film
 * @throws FilmFailure that names the file: one that is missing, there twice, too large, of another format, or gives away more than it shows
 */
export async function readFilmFolder(folder: string, languages: readonly string[]): Promise<FilmFiles | null> {
  const parts = await filmParts(folder);
  return parts === null ? null : wholeFilm(parts, languages);
}

/** @throws FilmFailure as above */
export async function wholeFilm(parts: FilmParts, languages: readonly string[]): Promise<FilmFiles> {
  const { file, ...shape } = await parts.video();
  const poster = await parts.poster();
  const texts: FilmText[] = [];
  for (const language of languages) {
    const captions = await parts.captions(language);
    texts.push({ language, captions, transcript: await parts.transcript(language) });
  }
  const pieces = await Promise.all(filmPieces(file).map(sha256));
  const film = { ...shape, bytes: file.length, pieces, poster, texts };
  const document = await named(filmFolder, () => encodeFilm(film), 'large');
  return { file, document, hash: documentHash(await sha256(document)) };
}

/** Nothing that is too large is read. @param name by which it is complained of @throws FilmFailure; the system's error */
export async function readFilmFile(name: string, path: string): Promise<Uint8Array> {
  requireFilmSize(name, (await stat(path)).size);
  return new Uint8Array(await readFile(path));
}

/** @throws FilmFailure for more bytes than a film may have */
export function requireFilmSize(name: string, bytes: number): void {
  if (bytes <= FILM_BYTES_MAX) return;
  const what = `${bytes} bytes, wanted at most ${FILM_BYTES_MAX}. Many who watch it are on slow lines`;
  throw told(name, what, 'large');
}

/** @throws FilmFailure */
export async function requireVideo(file: Uint8Array): Promise<MovieShape> {
  requireFilmSize(videoName, file.length);
  await requireClean(videoName, file, 'mp4');
  return named(videoName, () => movieShape(file));
}

/** @throws FilmFailure */
export async function requirePoster(name: string, file: Uint8Array): Promise<void> {
  if (file.length > FILM_POSTER_BYTES_MAX) {
    const what = `${file.length} bytes, wanted at most ${FILM_POSTER_BYTES_MAX}: everybody who opens the page loads it`;
    throw told(name, what, 'large');
  }
  const { type } = await named(name, () => posterType(file), 'format');
  await requireClean(name, file, type.replace('image/', ''));
}

/**
 * Nothing beside sound and pictures, as far as it stands in the file's own boxes or fields: where and when it was made,
 * and by whom, is for nobody. What an encoder wrote into the stream of pictures is not found. @throws FilmFailure
 */
async function requireClean(name: string, file: Uint8Array, format: string): Promise<void> {
  const report = await named(name, () => inspectMetadata(file));
  if (report.format !== format) throw told(name, `it is no ${format.toUpperCase()}`, 'format');
  const kinds = [...new Set(report.findings.map(({ kind }) => kind))];
  if (kinds.length > 0) {
    const what = `: it gives away more than it shows (${kinds.join(', ')}). "postern campaign film" makes a copy that does not`;
    throw new FilmFailure(name, 'traces', what, kinds);
  }
}

async function namesIn(path: string): Promise<string[] | null> {
  try {
    return (await readdir(path)).sort();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    if (code === 'ENOENT') return null;
    throw told(filmFolder, `it is there and cannot be read (${code})`);
  }
}

/** Of whatever system they were written on. */
function readLines(name: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes).replaceAll(/\r\n?/g, '\n').trimEnd();
  } catch {
    throw told(name, 'it is not UTF-8', 'format');
  }
}

/** What a reader of the protocol refuses, with the name of the file. @throws FilmFailure */
export async function named<Done>(
  name: string,
  read: () => Done | Promise<Done>,
  problem: FilmProblem = 'broken',
): Promise<Done> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof WireError || error instanceof MetadataError) throw told(name, error.message, problem);
    if (error instanceof RangeError) throw told(name, 'too long', 'large');
    throw error;
  }
}

function told(name: string, what: string, problem: FilmProblem = 'broken'): FilmFailure {
  return new FilmFailure(name, problem, `: ${what}`);
}
