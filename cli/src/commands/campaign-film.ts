/** `postern campaign film`: gives a campaign a film and its picture, without what the boxes and fields of the two tell beside sound and pictures. */

import { join } from 'node:path';
import { Command } from 'commander';
import { languagesIn } from '../campaign/campaign-folder.ts';
import { cleanFilmFile, putFilmFile } from '../campaign/film-desk.ts';
import { filmFolder, filmParts, readFilmFile, videoName } from '../campaign/film-folder.ts';
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
  const video = await cleanFilmFile('video', await readFilmFile(videoName, options.video));
  const poster = await cleanFilmFile('poster', await readFilmFile('poster', options.poster));
  await putFilmFile(folder, video);
  await putFilmFile(folder, poster);
  const names = (await filmParts(folder))?.names ?? [];
  const wanted = languages.flatMap((language) => [`${language}.vtt`, `${language}.md`]);
  const missing = wanted.filter((name) => !names.includes(name)).map((name) => `${filmFolder}/${name}`);
  report(context, options, { video: video.bytes.length, poster: poster.bytes.length, missing }, [
    `Film of ${video.bytes.length} bytes and ${poster.name} are in ${join(folder, filmFolder)}. Watch the copy before you publish it.`,
    'What camera or program wrote into the stream of pictures itself is still there: the README says how to take it out.',
    ...(missing.length === 0
      ? []
      : [`Still to be written, captions in WebVTT and transcripts in Markdown: ${missing.join(' ')}`]),
  ]);
}
