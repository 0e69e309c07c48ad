/** `postern campaign sign`: signs a draft that lists a campaign, after a look that it lists this one. */

import { equal } from '@postern/protocol/bytes/equal';
import { encodeCampaign } from '@postern/protocol/campaign/campaign';
import { fingerprintOf } from '@postern/protocol/keys/fingerprint';
import type { Roster } from '@postern/protocol/keys/roster';
import { sha256 } from '@postern/protocol/primitives/hash';
import { Command } from 'commander';
import { readCampaignFolder } from '../campaign/campaign-folder.ts';
import type { Context } from '../terminal/context.ts';
import { refused } from '../terminal/failure.ts';
import { type RosterSignOptions, signDraft } from './roster-sign.ts';

export function campaignSignCommand(context: Context): Command {
  return new Command('sign')
    .description('sign the draft of "campaign publish" where the root key is, if it lists the campaign of this folder')
    .argument('<folder>', 'the campaign, copied to where the root key is')
    .argument('<draft>', 'of "postern campaign publish --out"')
    .requiredOption('--root <file>', 'the root key')
    .option('--root-passphrase-file <file>', 'its first line is the passphrase of the root key')
    .requiredOption('--out <file>', 'where the signed roster goes')
    .option('--yes', 'sign without asking')
    .option('--json', 'print one JSON object')
    .action((folder: string, draft: string, options: RosterSignOptions) =>
      signDraft(context, draft, options, (roster) => requireListed(context, folder, roster)),
    );
}

/** Whoever signs has read the folder: the draft must mean that text, to the last sign. @throws Failure */
async function requireListed(context: Context, folder: string, roster: Roster): Promise<void> {
  const fingerprint = await fingerprintOf(roster.rootPublicKey);
  const { campaign, film } = await readCampaignFolder(folder, { fingerprint, desks: roster.desks });
  const hash = await sha256(encodeCampaign(campaign));
  if (!roster.campaigns.some((listed) => equal(listed.hash, hash) && equal(listed.id, campaign.id))) {
    throw refused('Not signed: the draft lists no campaign of exactly these contents.');
  }
  const contents = `texts in ${campaign.texts.map(({ language }) => language).join(', ')}`;
  context.note(
    `Campaign "${campaign.name}": ${contents}; ${film === null ? 'no film' : `a film of ${film.file.length} bytes`}.`,
  );
}
