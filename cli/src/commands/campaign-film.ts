/** `postern campaign film`: gives a campaign a film and its picture, without what the boxes and fields of the two tell beside sound and pictures. */

import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { posterType } from '@postern/protocol/campaign/film';
import { cleanMetadata } from '@postern/protocol/metadata/inspect';
import { Command } from 'commander';
import { languagesIn } from '../campaign/campaign-folder.ts';
import { filmFolder, filmNames, named, requirePoster, requireVideo, videoName } from '../campaign/film-folder.ts';
import { type Context, type JsonOption, report } from '../terminal/context.ts';

interface CampaignFilmOptions extends JsonOption {
  readonly video: string;
  readonly poster: string;
}

export function campaignFilmCommand(context: Context): Command {
  return new Command('film')
    .description('put cleaned copies of a video and its poster picture into the folder of a campaign')
    .argument('<folder>', 'the folder of "campaign new"')
    .requiredOption('--video <file>', 'an MP4, at most 32 MiB')
    .requiredOption('--poster <file>', 'a JPEG, PNG or WebP that stands in its place, at most 32 KiB')
    .option('--json', 'print one JSON object')
    .action((folder: string, options: CampaignFilmOptions) => addFilm(context, folder, options));
}

async function addFilm(context: Context, folder: string, options: CampaignFilmOptions): Promise<void> {
  const languages = await languagesIn(folder);
  const video = await cleaned(videoName, options.video);
  await requireVideo(videoName, video);
  const poster = await cleaned('poster', options.poster);
  const posterName = `poster.${(await named('poster', () => posterType(poster))).extension}`;
  await requirePoster(posterName, poster);
  const path = join(folder, filmFolder);
  await mkdir(path, { recursive: true });
  const before = await filmNames(path);
  await writeFile(join(path, videoName), video);
  for (const former of before?.posters ?? []) await rm(join(path, former));
  await writeFile(join(path, posterName), poster);
  const wanted = languages.flatMap((language) => [`${language}.vtt`, `${language}.md`]);
  const missing = wanted.filter((name) => !before?.all.includes(name)).map((name) => `${filmFolder}/${name}`);
  report(context, options, { video: video.length, poster: poster.length, missing }, [
    `Film of ${video.length} bytes and ${posterName} are in ${path}. Watch the copy before you publish it.`,
    'What camera or program wrote into the stream of pictures itself is still there: the README says how to take it out.',
    ...(missing.length === 0
      ? []
      : [`Still to be written, captions in WebVTT and transcripts in Markdown: ${missing.join(' ')}`]),
  ]);
}

async function cleaned(name: string, path: string): Promise<Uint8Array> {
  const file = new Uint8Array(await readFile(path));
  return named(name, () => cleanMetadata(file));
}
