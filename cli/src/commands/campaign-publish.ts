/** `postern campaign publish`: stores a campaign and lists it in the next roster. */

import { Command } from 'commander';
import { readCampaignFolder } from '../campaign/campaign-folder.ts';
import { listWith, storeCampaign } from '../campaign/campaign-store.ts';
import { checkCampaign, problemText } from '../campaign/check.ts';
import { pageLanguages } from '../campaign/page-languages.ts';
import { nextRoster } from '../organisation/next-roster.ts';
import { addEditOptions, type EditOptions, editedLines, finishEdit, readPlace } from '../organisation/roster-place.ts';
import { type Context, type JsonOption, report, todayOf } from '../terminal/context.ts';
import { refused } from '../terminal/failure.ts';

interface CampaignPublishOptions extends JsonOption, EditOptions {
  readonly unreviewed?: boolean;
}

export function campaignPublishCommand(context: Context): Command {
  const command = new Command('publish')
    .description('list a campaign in the next roster: a draft, or signed by --root and published by --data')
    .argument('<folder>', 'the folder of "campaign new"')
    .option('--unreviewed', 'also with texts that nobody has reviewed; their pages say so');
  return addEditOptions(command)
    .option('--json', 'print one JSON object')
    .action((folder: string, options: CampaignPublishOptions) => publish(context, folder, options));
}

async function publish(context: Context, folder: string, options: CampaignPublishOptions): Promise<void> {
  const before = await readPlace(options);
  const read = await readCampaignFolder(folder, before);
  const { campaign } = read;
  const today = todayOf(context);
  const { payload, hash, problems } = await checkCampaign(campaign, await pageLanguages(), today);
  const [problem] = problems;
  if (problem !== undefined && options.unreviewed !== true) {
    throw refused(
      `${problemText(problem)} "postern campaign check" tells all; --unreviewed publishes it all the same.`,
    );
  }
  const next = nextRoster(before, { today, validDays: options.validDays });
  const campaigns = await listWith(before.campaigns, campaign.id, payload);
  // Before the roster: a server that takes the roster up finds what it lists.
  if (options.data !== undefined) await storeCampaign(options.data, read, payload);
  const edited = await finishEdit(context, { ...next, campaigns }, options);
  const paths = campaign.texts.map(({ language }) => `/c/${campaign.name}/${language}`);
  report(context, options, { ...edited, hash, paths }, [
    // Which looks that the draft lists this very folder.
    ...editedLines(edited, 'campaign sign <folder>'),
    `Pages: ${paths.join(' ')}`,
  ]);
}
