/** `postern roster desk`: what sources read of a desk, and whether they can write to it. */

import { Command, Option } from 'commander';
import { findDesk, nextRoster, withPaused, withTexts } from '../organisation/next-roster.ts';
import { addEditOptions, type EditOptions, editedLines, finishEdit, readPlace } from '../organisation/roster-place.ts';
import { type Context, type JsonOption, report, todayOf } from '../terminal/context.ts';
import { usage } from '../terminal/failure.ts';
import { type NameGiven, readName } from '../terminal/option-values.ts';

interface RosterDeskOptions extends JsonOption, EditOptions {
  readonly name?: readonly NameGiven[];
  readonly description?: readonly NameGiven[];
  readonly pause?: boolean;
  readonly resume?: boolean;
}

export function rosterDeskCommand(context: Context): Command {
  const command = new Command('desk')
    .description('rename, describe, pause or resume a desk: a draft, or signed by --root and published by --data')
    .argument('<desk>', 'its id, the beginning of it, or one of its names')
    .option('--name <language=name>', 'what the desk is called; once for each language', readName)
    .option('--description <language=text>', 'one sentence that sources read; once for each language', readName)
    .addOption(new Option('--pause', 'close it: the others can be written to without it').conflicts('resume'))
    .option('--resume', 'open it again');
  return addEditOptions(command)
    .option('--json', 'print one JSON object')
    .action((desk: string, options: RosterDeskOptions) => editDesk(context, desk, options));
}

async function editDesk(context: Context, given: string, options: RosterDeskOptions): Promise<void> {
  const { name = [], description = [], pause = false, resume = false } = options;
  if (name.length + description.length === 0 && !pause && !resume)
    throw usage('Say what changes: --name, --description, --pause or --resume.');
  const before = await readPlace(options);
  const { id } = findDesk(before.desks, given);
  const named = withTexts(before.desks, id, name, description);
  const desks = pause || resume ? withPaused(named, id, pause) : named;
  const next = nextRoster(before, { today: todayOf(context), validDays: options.validDays }, desks);
  const edited = await finishEdit(context, next, options);
  report(context, options, edited, [...editedLines(edited), ...(pause ? pausedLines : [])]);
}

const pausedLines: readonly string[] = [
  'Pages then show the desk as closed. What was written to it and none of its devices has fetched is deleted as soon as the',
  'other desks have passed that day, from two days after it on: start a device of it before, if one can be started.',
];
