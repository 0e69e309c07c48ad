/** `postern roster show`: what a roster or a draft says. */

import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import { decodeDraft, isDraft, openSignedRoster } from '../organisation/roster-file.ts';
import { addPlaceOptions, type PlaceOptions, readPlace } from '../organisation/roster-place.ts';
import { linesOf, summaryOf } from '../organisation/roster-text.ts';
import { type Context, type JsonOption, report } from '../terminal/context.ts';

interface RosterShowOptions extends JsonOption, PlaceOptions {}

export function rosterShowCommand(context: Context): Command {
  const command = new Command('show')
    .description('print a roster or a draft')
    .argument('[file]', 'a signed roster or a draft; else --data or --roster');
  return addPlaceOptions(command)
    .option('--json', 'print one JSON object')
    .action((file: string | undefined, options: RosterShowOptions) => show(context, file, options));
}

async function show(context: Context, file: string | undefined, options: RosterShowOptions): Promise<void> {
  const bytes = file === undefined ? null : new Uint8Array(await readFile(file));
  if (bytes !== null && isDraft(bytes)) {
    const draft = decodeDraft(bytes);
    report(context, options, { signed: false, ...summaryOf(draft) }, [...linesOf(draft), 'A draft: not signed.']);
    return;
  }
  const roster = bytes === null ? await readPlace(options) : await openSignedRoster(bytes);
  report(context, options, { signed: true, ...summaryOf(roster) }, linesOf(roster));
}
