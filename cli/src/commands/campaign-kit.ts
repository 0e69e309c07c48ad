/** `postern campaign kit`: posters, cards and words that lead to a campaign, in each of its languages. */

import { Command } from 'commander';
import { readCampaignFolder } from '../campaign/campaign-folder.ts';
import { kitAddress, kitTexts } from '../campaign/kit/kit-text.ts';
import { makeKit } from '../campaign/kit/make-kit.ts';
import { captionsWithoutWords } from '../campaign/kit/written.ts';
import { requireEmpty } from '../organisation/device-folder.ts';
import { addPlaceOptions, type PlaceOptions, readPlace } from '../organisation/roster-place.ts';
import { type Context, type JsonOption, report } from '../terminal/context.ts';
import { refused, usage } from '../terminal/failure.ts';

interface CampaignKitOptions extends JsonOption, PlaceOptions {
  readonly out: string;
  readonly address?: string;
  readonly unreviewed?: boolean;
  readonly film?: boolean;
}

export function campaignKitCommand(context: Context): Command {
  const command = new Command('kit')
    .description('make posters, cards for films, captions and subtitles that lead to a campaign')
    .argument('<folder>', 'the folder of "campaign new"')
    .requiredOption('--out <folder>', 'a new folder for the kit');
  return addPlaceOptions(command)
    .option('--address <url>', "which of the organisation's addresses; the first onion address by default")
    .option('--film', 'also make films of title and end cards, with the ffmpeg of this machine')
    .option('--unreviewed', 'also with texts that nobody has reviewed; pictures say so')
    .option('--json', 'print one JSON object')
    .action((folder: string, options: CampaignKitOptions) => make(context, folder, options));
}

async function make(context: Context, folder: string, options: CampaignKitOptions): Promise<void> {
  const roster = await readPlace(options);
  const { campaign } = await readCampaignFolder(folder, roster);
  const addresses = roster.servers.flatMap((server) => server.addresses);
  const wanted = options.address ?? kitAddress(roster);
  if (wanted === undefined || !addresses.includes(wanted)) {
    throw usage(`The roster has no such address. It has: ${addresses.join(', ')}`);
  }
  const texts = await kitTexts(campaign, roster, wanted);
  const draft = texts.find(({ isDraft }) => isDraft);
  if (draft !== undefined && options.unreviewed !== true) {
    throw refused(
      `The text in ${draft.language} has been reviewed by nobody. --unreviewed makes the kit all the same.`,
    );
  }
  await requireEmpty(options.out, 'The folder');
  const files = await makeKit(options.out, texts, options.film === true);
  const languages = texts.map(({ language }) => language);
  const lacking = captionsWithoutWords(texts);
  report(context, options, { languages, address: wanted, files, captionsWithoutWords: lacking }, [
    `${files.length} files in ${languages.join(', ')}: ${options.out}`,
    ...(lacking.length === 0
      ? []
      : [`No room for the verification words, or for any caption: ${lacking.join(' ')}. Shorten the title.`]),
    'Look at every picture, and try its code with a telephone, before you print or publish it.',
  ]);
}
