/** All files of a kit, in a new folder. */

import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { bytesToHex, utf8ToBytes } from '@postern/protocol/bytes/encode';
import { sha256 } from '@postern/protocol/primitives/hash';
import { refused } from '../../terminal/failure.ts';
import type { Drawing } from './drawing.ts';
import { FontSlices } from './font-slices.ts';
import type { KitText } from './kit-text.ts';
import { cards, endCard, poster, posters, titleCard } from './pictures.ts';
import { toPdf, toPng } from './render.ts';
import { Typesetter } from './typesetter.ts';
import { caption, captionLimits, captionPath, type Platform, plainText, pressPage, subtitles } from './written.ts';

export interface KitFile {
  /** Within the folder, with `/`. */
  readonly path: string;
  /** SHA-256, 64 digits. */
  readonly hash: string;
}

const run = promisify(execFile);
/** Printed at 150 dots an inch. */
const pixelsPerMillimetre = 150 / 25.4;
const filmSeconds = 6;

/** @param film whether to make films too @throws Failure without the ffmpeg that these take; the system's error for a folder that is not there */
export async function makeKit(folder: string, texts: readonly KitText[], film: boolean): Promise<KitFile[]> {
  // Before minutes of drawing.
  if (film) await requireFfmpeg();
  const files: KitFile[] = [];
  const keep = async (path: string, content: string | Uint8Array): Promise<void> => {
    await writeFile(join(folder, path), content, { flag: 'wx' });
    files.push({ path, hash: await hashOf(content) });
  };
  await mkdir(folder, { recursive: true });
  const setter = await typesetterFor(texts);
  for (const text of texts) {
    await mkdir(join(folder, text.language));
    await keepPosters(setter, text, keep);
    await keepCards(setter, text, keep);
    await keepWritten(text, keep);
    if (film) files.push(...(await makeFilms(folder, text)));
  }
  await writeFile(join(folder, 'press.html'), pressPage(texts, files), { flag: 'wx' });
  await writeFile(join(folder, 'SHA256SUMS'), files.map(({ path, hash }) => `${hash}  ${path}\n`).join(''), {
    flag: 'wx',
  });
  return files;
}

/** With the fonts that these texts need. @throws Failure for a sign that none of them has */
export async function typesetterFor(texts: readonly KitText[]): Promise<Typesetter> {
  const needed = texts.map(({ language, organisation, title, summary, address, words, until, say }) => ({
    language,
    text: [organisation, title, summary, address, ...words, until, ...Object.values(say)].join(' '),
  }));
  const slices = await FontSlices.load(needed);
  for (const { text, language } of needed) {
    const lacking = slices.lacking(text);
    if (lacking.length > 0)
      throw refused(`No font of the kit has these signs of the text in ${language}: ${lacking.join(' ')}`);
  }
  return new Typesetter(slices);
}

async function hashOf(content: string | Uint8Array): Promise<string> {
  return bytesToHex(await sha256(typeof content === 'string' ? utf8ToBytes(content) : content));
}

type Keep = (path: string, content: string | Uint8Array) => Promise<void>;

async function keepPosters(setter: Typesetter, text: KitText, keep: Keep): Promise<void> {
  for (const [name, size] of Object.entries(posters)) {
    const drawing = poster(setter, text, size);
    const path = `${text.language}/${name}`;
    requireRoom(drawing, path);
    await keep(`${path}.svg`, drawing.printed(size.millimetres));
    await keep(`${path}.pdf`, await toPdf(drawing, size.millimetres));
    await keep(`${path}.png`, toPng(drawing, Math.round(size.millimetres * pixelsPerMillimetre)));
  }
}

async function keepCards(setter: Typesetter, text: KitText, keep: Keep): Promise<void> {
  for (const [name, size] of Object.entries(cards)) {
    const drawn: readonly (readonly [string, Drawing])[] = [
      ['title', titleCard(setter, text, size)],
      ['end', endCard(setter, text, size)],
    ];
    for (const [kind, drawing] of drawn) {
      const path = `${text.language}/${kind}-${name}.png`;
      requireRoom(drawing, path);
      await keep(path, toPng(drawing, size.width));
    }
  }
}

function requireRoom({ fits }: Drawing, path: string): void {
  if (!fits) throw refused(`Title and summary are too long for ${path}: shorten them.`);
}

async function keepWritten(text: KitText, keep: Keep): Promise<void> {
  const { language } = text;
  for (const platform of Object.keys(captionLimits) as Platform[]) {
    const words = caption(text, platform);
    if (words !== null) await keep(captionPath(text, platform), `${words}\n`);
  }
  await keep(`${language}/subtitles.srt`, subtitles(text, 'srt'));
  await keep(`${language}/subtitles.vtt`, subtitles(text, 'vtt'));
  await keep(`${language}/text.txt`, plainText(text));
}

/** Debian's, as everybody who has it. @throws Failure */
async function requireFfmpeg(): Promise<void> {
  try {
    await run('ffmpeg', ['-version']);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw refused('Films take the program ffmpeg, which this machine does not have; Debian has it as a package.');
  }
}

/** @throws Failure for what it could not make, in its own words */
async function runFfmpeg(path: string, given: readonly string[]): Promise<void> {
  try {
    await run('ffmpeg', given);
  } catch (error) {
    const { code, stderr } = error as { readonly code?: unknown; readonly stderr?: string };
    if (typeof code === 'string') throw error;
    throw refused(`ffmpeg has not made ${path}: ${stderr?.trim().split('\n').at(-1) ?? ''}`);
  }
}

/** Each title and end card as a film of six seconds. */
async function makeFilms(folder: string, { language }: KitText): Promise<KitFile[]> {
  const made: KitFile[] = [];
  for (const name of Object.keys(cards).flatMap((shape) => [`title-${shape}`, `end-${shape}`])) {
    const path = `${language}/${name}.webm`;
    const still = ['-loop', '1', '-framerate', '5', '-i', join(folder, language, `${name}.png`)];
    const codec = ['-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8', '-pix_fmt', 'yuv420p'];
    const plain = ['-map_metadata', '-1', '-fflags', '+bitexact', '-flags:v', '+bitexact'];
    await runFfmpeg(path, [
      '-v',
      'error',
      '-n',
      ...still,
      '-t',
      String(filmSeconds),
      ...codec,
      ...plain,
      join(folder, path),
    ]);
    made.push({ path, hash: await hashOf(await readFile(join(folder, path))) });
  }
  return made;
}
