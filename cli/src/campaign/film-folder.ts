/** The film of a campaign as people bring it: `film/` with video.mp4, a poster, and captions and transcript in each language. */

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WireError } from '@postern/protocol/bytes/wire-error';
import { requireCaptions } from '@postern/protocol/campaign/captions';
import { encodeFilm, type FilmText, filmPieces, posterType } from '@postern/protocol/campaign/film';
import { FILM_BYTES_MAX, FILM_POSTER_BYTES_MAX } from '@postern/protocol/constants';
import { type DocumentHash, documentHash } from '@postern/protocol/keys/signed';
import { inspectMetadata } from '@postern/protocol/metadata/inspect';
import { movieShape } from '@postern/protocol/metadata/movie-shape';
import { MetadataError } from '@postern/protocol/metadata/report';
import { sha256 } from '@postern/protocol/primitives/hash';
import { type Failure, refused } from '../terminal/failure.ts';

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

/**
 * What lies in the folder of a film, and what of it are posters: there should be one. Null for a folder that is not there.
 * @throws Failure
 */
export async function filmNames(path: string): Promise<{ readonly all: string[]; readonly posters: string[] } | null> {
  try {
    const all = (await readdir(path)).sort();
    return { all, posters: all.filter((name) => posterForm.test(name)) };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    if (code === 'ENOENT') return null;
    throw told(filmFolder, `it is there and cannot be read (${code})`);
  }
}

/**
 * @param folder of the campaign @param languages those of its texts
 * @returns null for a campaign without a film
 * @throws Failure that names the file: one that is missing, there twice, too large, of another format, or gives away more than it shows
 */
export async function readFilmFolder(folder: string, languages: readonly string[]): Promise<FilmFiles | null> {
  const path = join(folder, filmFolder);
  const names = await filmNames(path);
  if (names === null) return null;
  const read = async (name: string): Promise<Uint8Array> => {
    if (!names.all.includes(name)) throw refused(`${filmFolder}/${name} is missing.`);
    return new Uint8Array(await readFile(join(path, name)));
  };
  const file = await read(videoName);
  await requireVideo(videoName, file);
  const [posterName = 'poster.jpg', ...morePosters] = names.posters;
  if (morePosters.length > 0) throw told(filmFolder, `${names.posters.join(' and ')}, wanted one`);
  const poster = await read(posterName);
  await requirePoster(posterName, poster);
  const texts: FilmText[] = [];
  for (const language of languages) {
    const captions = readLines(`${language}.vtt`, await read(`${language}.vtt`));
    const transcript = readLines(`${language}.md`, await read(`${language}.md`));
    await named(`${language}.vtt`, () => requireCaptions(captions));
    texts.push({ language, captions, transcript });
  }
  const shape = await named(videoName, () => movieShape(file));
  const pieces = await Promise.all(filmPieces(file).map(sha256));
  const film = { ...shape, bytes: file.length, pieces, poster, texts };
  const document = await named(filmFolder, () => encodeFilm(film));
  return { file, document, hash: documentHash(await sha256(document)) };
}

/** @throws Failure */
export async function requireVideo(name: string, file: Uint8Array): Promise<void> {
  if (file.length > FILM_BYTES_MAX)
    throw told(name, `${file.length} bytes, wanted at most ${FILM_BYTES_MAX}. Many who watch it are on slow lines`);
  await requireClean(name, file, 'mp4');
}

/** @throws Failure */
export async function requirePoster(name: string, file: Uint8Array): Promise<void> {
  if (file.length > FILM_POSTER_BYTES_MAX)
    throw told(
      name,
      `${file.length} bytes, wanted at most ${FILM_POSTER_BYTES_MAX}: everybody who opens the page loads it`,
    );
  const { type } = await named(name, () => posterType(file));
  await requireClean(name, file, type.replace('image/', ''));
}

/**
 * Nothing beside sound and pictures, as far as it stands in the file's own boxes or fields: where and when it was made,
 * and by whom, is for nobody. What an encoder wrote into the stream of pictures is not found. @throws Failure
 */
async function requireClean(name: string, file: Uint8Array, format: string): Promise<void> {
  const report = await named(name, () => inspectMetadata(file));
  if (report.format !== format) throw told(name, `it is no ${format.toUpperCase()}`);
  const kinds = [...new Set(report.findings.map(({ kind }) => kind))];
  if (kinds.length > 0)
    throw told(
      name,
      `it gives away more than it shows (${kinds.join(', ')}). "postern campaign film" makes a copy that does not`,
    );
}

/** Of whatever system they were written on. */
function readLines(name: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes).replaceAll(/\r\n?/g, '\n').trimEnd();
  } catch {
    throw told(name, 'it is not UTF-8');
  }
}

/** What a reader of the protocol refuses, with the name of the file. @throws Failure */
export async function named<Done>(name: string, read: () => Done | Promise<Done>): Promise<Done> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof WireError || error instanceof MetadataError) throw told(name, error.message);
    if (error instanceof RangeError) throw told(name, 'too long');
    throw error;
  }
}

function told(name: string, what: string): Failure {
  return refused(`${name === filmFolder ? name : `${filmFolder}/${name}`}: ${what}.`);
}
