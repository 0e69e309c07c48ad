/** Puts a film into the folder of a campaign, part by part, and says of each part what is wrong with it. */

import { mkdir, readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readOwnFile, replaceOwnFile } from '@postern/desk/app/own-file';
import {
  type FilmFault,
  type FilmFileKind,
  type FilmTaken,
  type FilmView,
  type FilmWords,
  plainFault,
} from '@postern/desk/calls/film-view';
import { utf8ToBytes } from '@postern/protocol/bytes/encode';
import { posterType } from '@postern/protocol/campaign/film';
import { FILM_BYTES_MAX } from '@postern/protocol/constants';
import { cleanMetadata, inspectMetadata } from '@postern/protocol/metadata/inspect';
import type { FindingKind } from '@postern/protocol/metadata/report';
import {
  FilmFailure,
  filmFolder,
  filmParts,
  named,
  requireFilmSize,
  requirePoster,
  requireVideo,
  videoName,
  wholeFilm,
} from './film-folder.ts';

/** A cleaned copy of a file that was brought. */
export interface CleanedFile {
  /** Of the file in the folder of the film. */
  readonly name: string;
  readonly bytes: Uint8Array;
  /** What was found in the file that was brought. */
  readonly removed: readonly FindingKind[];
}

/** A copy without what boxes or fields tell beside sound and pictures. @throws FilmFailure for what cannot be cleaned or is no such file */
export async function cleanFilmFile(kind: FilmFileKind, given: Uint8Array): Promise<CleanedFile> {
  const brought = kind === 'video' ? videoName : 'poster';
  requireFilmSize(brought, given.length);
  const { format, findings } = await named(brought, () => inspectMetadata(given));
  const isKnown = kind === 'video' ? format === 'mp4' : ['jpeg', 'png', 'webp'].includes(format);
  if (!isKnown)
    throw new FilmFailure(brought, 'format', `: it is no ${kind === 'video' ? 'MP4' : 'JPEG, PNG or WebP'}`);
  const bytes = await named(brought, () => cleanMetadata(given));
  const name = kind === 'video' ? videoName : `poster.${posterType(bytes).extension}`;
  await (kind === 'video' ? requireVideo(bytes) : requirePoster(name, bytes));
  return { name, bytes, removed: [...new Set(findings.map((finding) => finding.kind))] };
}

/** Takes the place of the former, also of a picture of another kind. */
export async function putFilmFile(folder: string, { name, bytes }: CleanedFile): Promise<void> {
  const path = join(folder, filmFolder);
  await mkdir(path, { recursive: true, mode: 0o700 });
  const posters = name === videoName ? [] : ((await filmParts(folder))?.posters ?? []);
  await replaceOwnFile(join(path, name), bytes);
  for (const former of posters) if (former !== name) await rm(join(path, former));
}

/** The same for the desk's app, to which a refusal is an answer. */
export async function takeFilmFile(folder: string, kind: FilmFileKind, given: Uint8Array): Promise<FilmTaken> {
  try {
    const cleaned = await cleanFilmFile(kind, given);
    await putFilmFile(folder, cleaned);
    return { removed: cleaned.removed };
  } catch (error) {
    return faultOf(error);
  }
}

/** As they were typed, right or not; what is empty is not there. */
export async function writeFilmWords(folder: string, language: string, words: FilmWords): Promise<void> {
  // It becomes the name of a file.
  if (!/^[A-Za-z0-9-]{1,35}$/.test(language)) throw new RangeError('write the words of a film: no tag of a language');
  const path = join(folder, filmFolder);
  const files = [
    [`${language}.vtt`, words.captions],
    [`${language}.md`, words.transcript],
  ] as const;
  const isEmpty = files.every(([, text]) => text.trim() === '');
  if (isEmpty && (await filmParts(folder)) === null) return;
  await mkdir(path, { recursive: true, mode: 0o700 });
  for (const [name, text] of files) {
    if (text.trim() === '') await rm(join(path, name), { force: true });
    else await replaceOwnFile(join(path, name), utf8ToBytes(text));
  }
  if ((await readdir(path)).length === 0) await rmdir(path);
}

export async function removeFilm(folder: string): Promise<void> {
  await rm(join(folder, filmFolder), { recursive: true, force: true });
}

/** As it is shown to who writes the call, right or not. @returns null for none */
export function readVideo(folder: string): Promise<Uint8Array | null> {
  return readOwnFile(join(folder, filmFolder, videoName), FILM_BYTES_MAX);
}

export async function viewFilm(folder: string, languages: readonly string[]): Promise<FilmView> {
  const parts = await filmParts(folder).catch(faultOf);
  if (parts === null) return { ...nothing, words: emptyWords(languages), fault: null };
  if ('problem' in parts) return { ...nothing, isThere: true, words: emptyWords(languages), fault: parts };
  const words: Record<string, FilmView['words'][string]> = {};
  for (const language of languages) {
    const written = async (name: string): Promise<string> => {
      const bytes = await readOwnFile(join(folder, filmFolder, name), wordsBytesMax);
      return bytes === null ? '' : new TextDecoder().decode(bytes);
    };
    words[language] = {
      captions: await written(`${language}.vtt`),
      transcript: await written(`${language}.md`),
      faults: {
        captions: await faultIn(parts.captions(language)),
        transcript: await faultIn(parts.transcript(language)),
      },
    };
  }
  const video = await parts.video().then(({ file, ...shape }) => ({ ...shape, bytes: file.length }), faultOf);
  const poster = await parts.poster().then(({ length }) => ({ bytes: length }), faultOf);
  const areRight =
    !('problem' in video || 'problem' in poster) &&
    Object.values(words).every(({ faults }) => faults.captions === null && faults.transcript === null);
  return {
    isThere: true,
    video,
    poster,
    words,
    fault: areRight ? await faultIn(wholeFilm(parts, languages)) : null,
  };
}

/** Of what the page can give back; a film may have less. */
const wordsBytesMax = 400_000;
const missing = plainFault('missing');
const nothing = { isThere: false, video: missing, poster: missing } as const;

function emptyWords(languages: readonly string[]): FilmView['words'] {
  const faults = { captions: missing, transcript: missing };
  return Object.fromEntries(languages.map((language) => [language, { captions: '', transcript: '', faults }]));
}

function faultIn(reading: Promise<unknown>): Promise<FilmFault | null> {
  return reading.then(() => null, faultOf);
}

function faultOf(error: unknown): FilmFault {
  if (error instanceof FilmFailure) return { problem: error.problem, found: error.found, said: error.message };
  throw error;
}
