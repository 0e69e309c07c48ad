/** `postern device remove`: the next roster without a device, as a draft, or signed and published at once. */

import { Command } from 'commander';
import { nextRoster, withoutDevice } from '../organisation/next-roster.ts';
import { addEditOptions, type EditOptions, editedLines, finishEdit, readPlace } from '../organisation/roster-place.ts';
import { type Context, type JsonOption, report, todayOf } from '../terminal/context.ts';
import { usage } from '../terminal/failure.ts';

interface DeviceRemoveOptions extends JsonOption, EditOptions {
  readonly pauseDesk?: boolean;
}

export function deviceRemoveCommand(context: Context): Command {
  const command = new Command('remove')
    .description('drop a device from the next roster: a draft, or signed by --root and published by --data')
    .argument('<id>', 'the 16 digits of the device, or the first of them')
    .option('--pause-desk', 'if it is the last device of its desk, pause the desk');
  return addEditOptions(command)
    .option('--json', 'print one JSON object')
    .action((id: string, options: DeviceRemoveOptions) => removeDevice(context, id, options));
}

async function removeDevice(context: Context, id: string, options: DeviceRemoveOptions): Promise<void> {
  if (!/^[0-9a-f]{4,16}$/.test(id))
    throw usage('The id of a device is 16 digits of 0-9 and a-f; at least the first four are needed.');
  const before = await readPlace(options);
  const validity = { today: todayOf(context), validDays: options.validDays };
  const desks = withoutDevice(before.desks, id, options.pauseDesk === true);
  const edited = await finishEdit(context, nextRoster(before, validity, desks), options);
  report(context, options, edited, [
    ...editedLines(edited),
    'The other devices of the desk make new keys as soon as they see the roster. Until the old one ends, a client that has',
    'not seen the new one may still trust the removed device; and it keeps what it has read.',
    'Answers that it posted and no source has read yet cannot be opened any more: the desk shows which, to be written again.',
    "If its Tor had a key for the desks' own onion address: npx postern onion client remove <key> --data <folder>",
  ]);
}
