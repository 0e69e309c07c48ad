/** `postern campaign withdraw`: its pages say so as soon as the server has the next roster (CAM-15). */

import { encodeCampaign } from '@postern/protocol/campaign/campaign';
import { Command } from 'commander';
import { campaignsIn, listWith, storeCampaign } from '../campaign/campaign-store.ts';
import { nextRoster } from '../organisation/next-roster.ts';
import { addEditOptions, type EditOptions, editedLines, finishEdit, readPlace } from '../organisation/roster-place.ts';
import { type Context, type JsonOption, report, todayOf } from '../terminal/context.ts';
import { refused, usage } from '../terminal/failure.ts';

interface CampaignWithdrawOptions extends JsonOption, EditOptions {}

export function campaignWithdrawCommand(context: Context): Command {
  const command = new Command('withdraw')
    .description('say on its pages that a campaign was withdrawn: a draft, or signed by --root and published')
    .argument('<name>', 'its place in addresses');
  return addEditOptions(command)
    .option('--json', 'print one JSON object')
    .action((name: string, options: CampaignWithdrawOptions) => withdraw(context, name, options));
}

async function withdraw(context: Context, name: string, options: CampaignWithdrawOptions): Promise<void> {
  const { data } = options;
  if (data === undefined) throw usage('Say where the campaign is stored: --data <folder> of the server.');
  const found = (await campaignsIn(data)).find((campaign) => campaign.name === name);
  if (found === undefined) throw refused('The roster lists no campaign of that name.');
  const withdrawn = { ...found, withdrawn: true };
  const payload = encodeCampaign(withdrawn);
  const before = await readPlace(options);
  const next = nextRoster(before, { today: todayOf(context), validDays: options.validDays });
  const campaigns = await listWith(before.campaigns, found.id, payload);
  await storeCampaign(data, { campaign: withdrawn, film: null }, payload);
  const edited = await finishEdit(context, { ...next, campaigns }, options);
  const said =
    'As soon as the server has this roster it says that the call was withdrawn, before the rest comes into use.';
  report(context, options, { ...edited, name }, [...editedLines(edited), said]);
}
