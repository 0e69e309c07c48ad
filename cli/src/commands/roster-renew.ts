/** `postern roster renew`: the next roster with the same contents, later days and the offline page of this release. */

import { bytesToHex } from '@postern/protocol/bytes/encode';
import { equal } from '@postern/protocol/bytes/equal';
import { Command } from 'commander';
import { nextRoster } from '../organisation/next-roster.ts';
import { hashOfOfflinePage } from '../organisation/offline-page.ts';
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
  const built = await hashOfOfflinePage();
  const isBuilt = built.some((byte) => byte !== 0);
  const offlinePage = isBuilt ? built : before.offlinePage;
  const edited = await finishEdit(context, { ...next, offlinePage }, options);
  const lastDay = dayText(next.lastDay);
  report(context, options, { ...edited, lastDay, offlinePage: bytesToHex(offlinePage) }, [
    ...editedLines(edited),
    `Valid until ${lastDay}.`,
    ...(isBuilt ? pageLines(before.offlinePage, built) : notBuilt),
  ]);
}

const notBuilt: readonly string[] = [
  'The pages are not built here, so the offline page is the one of the roster before. If the server runs another release',
  'than then, renew once more after "npm run build".',
];

function pageLines(before: Uint8Array, built: Uint8Array): string[] {
  if (equal(before, built)) return [];
  return [
    `The offline page is now that of the release here: SHA-256 ${bytesToHex(built)}`,
    'The server must run the same release; copies that were saved before are no longer the listed one.',
  ];
}
