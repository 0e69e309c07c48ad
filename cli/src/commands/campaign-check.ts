/** `postern campaign check`: whether a campaign is ready to be signed. */

import { Command } from 'commander';
import { readCampaignFolder } from '../campaign/campaign-folder.ts';
import { checkCampaign, problemText } from '../campaign/check.ts';
import { pageLanguages } from '../campaign/page-languages.ts';
import { addPlaceOptions, type PlaceOptions, readPlace } from '../organisation/roster-place.ts';
import { type Context, type JsonOption, report, todayOf } from '../terminal/context.ts';
import { Failure } from '../terminal/failure.ts';

interface CampaignCheckOptions extends JsonOption, PlaceOptions {}

export function campaignCheckCommand(context: Context): Command {
  const command = new Command('check')
    .description('tell what is missing before a campaign can be published; exit code 1 if something is')
    .argument('<folder>', 'the folder of "campaign new"');
  return addPlaceOptions(command)
    .option('--json', 'print one JSON object')
    .action((folder: string, options: CampaignCheckOptions) => check(context, folder, options));
}

async function check(context: Context, folder: string, options: CampaignCheckOptions): Promise<void> {
  const { campaign, film } = await readCampaignFolder(folder, await readPlace(options));
  const { hash, payload, ...found } = await checkCampaign(campaign, await pageLanguages(), todayOf(context));
  const problems = found.problems.map(problemText);
  const languages = campaign.texts.map(({ language }) => language);
  report(context, options, { hash, bytes: payload.length, languages, problems }, [
    `Campaign "${campaign.name}" in ${languages.join(', ')}: ${payload.length} bytes, ${campaign.questions.length} questions.`,
    ...(film === null ? [] : [`Film: ${film.file.length} bytes, poster, captions and transcript in each language.`]),
    `Hash ${hash}`,
    ...problems.map((problem) => `- ${problem}`),
    ...(problems.length === 0 ? ['Ready to be published.'] : []),
  ]);
  if (problems.length > 0) throw new Failure('failedCheck', 'The campaign is not ready.', true);
}
