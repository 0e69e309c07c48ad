/** `postern campaign`: public calls for information, from the first draft to the day on which they are withdrawn. */

import { Command } from 'commander';
import type { Context } from '../terminal/context.ts';
import { campaignCheckCommand } from './campaign-check.ts';
import { campaignFilmCommand } from './campaign-film.ts';
import { campaignKitCommand } from './campaign-kit.ts';
import { campaignNewCommand } from './campaign-new.ts';
import { campaignPublishCommand } from './campaign-publish.ts';
import { campaignSignCommand } from './campaign-sign.ts';
import { campaignWithdrawCommand } from './campaign-withdraw.ts';

export function campaignCommand(context: Context): Command {
  return new Command('campaign')
    .description('write, check, sign, publish, spread and withdraw public calls')
    .addCommand(campaignNewCommand(context))
    .addCommand(campaignFilmCommand(context))
    .addCommand(campaignCheckCommand(context))
    .addCommand(campaignPublishCommand(context))
    .addCommand(campaignSignCommand(context))
    .addCommand(campaignKitCommand(context))
    .addCommand(campaignWithdrawCommand(context));
}
