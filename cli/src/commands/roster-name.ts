/** `postern roster name`: what the organisation is called, in each language. */

import { Command } from 'commander';
import { nextRoster } from '../organisation/next-roster.ts';
import { addEditOptions, type EditOptions, editedLines, finishEdit, readPlace } from '../organisation/roster-place.ts';
import { type Context, type JsonOption, report, todayOf } from '../terminal/context.ts';
import { type NameGiven, readName } from '../terminal/option-values.ts';

interface RosterNameOptions extends JsonOption, EditOptions {}

export function rosterNameCommand(context: Context): Command {
  const command = new Command('name')
    .description(
      'name the organisation in more languages, or anew: a draft, or signed by --root and published by --data',
    )
    .argument('<language=name...>', 'such as fr="L’Exemple"; names in other languages stay', readName);
  return addEditOptions(command)
    .option('--json', 'print one JSON object')
    .action((names: readonly NameGiven[], options: RosterNameOptions) => rename(context, names, options));
}

async function rename(context: Context, given: readonly NameGiven[], options: RosterNameOptions): Promise<void> {
  const before = await readPlace(options);
  const kept = before.names.filter(({ language }) => given.every((name) => name.language !== language));
  const names = [...kept, ...given.map(({ language, text }) => ({ language, name: text }))];
  const next = nextRoster(before, { today: todayOf(context), validDays: options.validDays });
  const edited = await finishEdit(context, { ...next, names }, options);
  report(context, options, edited, editedLines(edited));
}
