/** `postern roster renew`: the next roster with the same contents and later days. */

import { Command } from 'commander';
import { nextRoster } from '../organisation/next-roster.ts';
import { addEditOptions, type EditOptions, editedLines, finishEdit, readPlace } from '../organisation/roster-place.ts';
import { type Context, dayText, type JsonOption, report, todayOf } from '../terminal/context.ts';

interface RosterRenewOptions extends JsonOption, EditOptions {}

export function rosterRenewCommand(context: Context): Command {
  const command = new Command('renew').description(
    'extend the validity: a draft, or signed by --root and published by --data',
  );
  return addEditOptions(command)
    .option('--json', 'print one JSON object')
    .action((options: RosterRenewOptions) => renew(context, options));
}

async function renew(context: Context, options: RosterRenewOptions): Promise<void> {
  const before = await readPlace(options);
  const next = nextRoster(before, { today: todayOf(context), validDays: options.validDays });
  const edited = await finishEdit(context, next, options);
  const lastDay = dayText(next.lastDay);
  report(context, options, { ...edited, lastDay }, [...editedLines(edited), `Valid until ${lastDay}.`]);
}
