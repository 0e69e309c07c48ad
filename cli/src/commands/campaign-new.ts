/** `postern campaign new`: a folder in which a campaign is written. */

import { inLanguage } from '@postern/protocol/keys/in-language';
import { Command } from 'commander';
import { writeCampaignFolder } from '../campaign/campaign-folder.ts';
import { firstDraft } from '../campaign/first-draft.ts';
import { requireEmpty } from '../organisation/device-folder.ts';
import { addPlaceOptions, type PlaceOptions, readPlace } from '../organisation/roster-place.ts';
import { deskLabel } from '../organisation/roster-text.ts';
import { type Context, dayText, type JsonOption, report, todayOf } from '../terminal/context.ts';
import { usage } from '../terminal/failure.ts';
import { readCount } from '../terminal/option-values.ts';

interface CampaignNewOptions extends JsonOption, PlaceOptions {
  readonly name: string;
  readonly language?: readonly string[];
  readonly days: number;
}

export function campaignNewCommand(context: Context): Command {
  const command = new Command('new')
    .description('make a folder in which a campaign is written')
    .argument('<folder>', 'a folder that is not there yet, or empty')
    .requiredOption('--name <name>', 'its place in addresses: a-z, 0-9 and hyphens')
    .option('--language <tags...>', 'languages of its text, such as en zh-Hans ar')
    .option('--days <days>', 'how long it runs', readCount(1, 3660), 90);
  return addPlaceOptions(command)
    .option('--json', 'print one JSON object')
    .action((folder: string, options: CampaignNewOptions) => makeFolder(context, folder, options));
}

async function makeFolder(context: Context, folder: string, options: CampaignNewOptions): Promise<void> {
  const { name, days, language: languages = ['en'] } = options;
  if (!/^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/.test(name)) {
    throw usage('The name has only a-z, 0-9 and hyphens between them, at most 40.');
  }
  if (languages.some((tag) => !/^[a-z]{2,8}(?:-[A-Za-z0-9]{1,8})*$/.test(tag))) {
    throw usage('A language is a tag such as en, zh-Hans or ar.');
  }
  const today = todayOf(context);
  const [language = ''] = languages;
  const desks = (await readPlace(options)).desks
    .filter(({ paused }) => !paused)
    .map((desk) => inLanguage(desk.names, language)?.name ?? deskLabel(desk));
  await requireEmpty(folder, 'The folder');
  const draft = { name, from: dayText(today), until: dayText(today + days - 1), desks, languages };
  const { structure, texts } = firstDraft(draft, context.random);
  await writeCampaignFolder(folder, structure, texts);
  report(context, options, { folder, name, languages }, [
    `Made ${folder}: what it asks in campaign.json, its words in texts/.`,
    `Next: write, then npx postern campaign check ${folder} --data <folder of the server>`,
  ]);
}
