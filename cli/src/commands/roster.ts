/** `postern roster`: the commands about rosters. */

import { Command } from 'commander';
import type { Context } from '../terminal/context.ts';
import { rosterDeskCommand } from './roster-desk.ts';
import { rosterMirrorCommand } from './roster-mirror.ts';
import { rosterNameCommand } from './roster-name.ts';
import { rosterPublishCommand } from './roster-publish.ts';
import { rosterRenewCommand } from './roster-renew.ts';
import { rosterShowCommand } from './roster-show.ts';
import { rosterSignCommand } from './roster-sign.ts';
import { rosterVerifyCommand } from './roster-verify.ts';

export function rosterCommand(context: Context): Command {
  return new Command('roster')
    .description('show, renew, sign, verify and publish rosters; names, desks, mirrors')
    .addCommand(rosterShowCommand(context))
    .addCommand(rosterRenewCommand(context))
    .addCommand(rosterNameCommand(context))
    .addCommand(rosterDeskCommand(context))
    .addCommand(rosterMirrorCommand(context))
    .addCommand(rosterSignCommand(context))
    .addCommand(rosterVerifyCommand(context))
    .addCommand(rosterPublishCommand(context));
}
