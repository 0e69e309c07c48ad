/** `postern device add`: the next roster with one more device, as a draft, or signed and published at once. */

import { readFile } from 'node:fs/promises';
import { readDeviceRequest } from '@postern/desk/engine/identity';
import { bytesToHex } from '@postern/protocol/bytes/encode';
import { deviceIdOf, type RosterDevice } from '@postern/protocol/keys/roster';
import { Command } from 'commander';
import { findDesk, nextRoster, withDesk, withDevice } from '../organisation/next-roster.ts';
import { addEditOptions, type EditOptions, editedLines, finishEdit, readPlace } from '../organisation/roster-place.ts';
import { type Context, type JsonOption, report, todayOf } from '../terminal/context.ts';
import { usage } from '../terminal/failure.ts';
import { type NameGiven, readName } from '../terminal/option-values.ts';

interface DeviceAddOptions extends JsonOption, EditOptions {
  readonly desk?: string;
  readonly newDesk?: readonly NameGiven[];
}

export function deviceAddCommand(context: Context): Command {
  const command = new Command('add')
    .description('list a device in the next roster: a draft, or signed by --root and published by --data')
    .argument('<request>', 'the request of "postern device new": its file or its line')
    .option('--desk <desk>', 'id or name of its desk; needed if there are several')
    .option('--new-desk <language=name>', 'make a new desk of this name for it; once for each language', readName);
  return addEditOptions(command)
    .option('--json', 'print one JSON object')
    .action((request: string, options: DeviceAddOptions) => addDevice(context, request, options));
}

async function addDevice(context: Context, request: string, options: DeviceAddOptions): Promise<void> {
  const device = await readRequest(request);
  const before = await readPlace(options);
  const validity = { today: todayOf(context), validDays: options.validDays };
  const { newDesk } = options;
  if (newDesk !== undefined && options.desk !== undefined) throw usage('Give either --desk or --new-desk.');
  const names = newDesk?.map(({ language, text }) => ({ language, name: text, description: '' }));
  const desks =
    names === undefined
      ? withDevice(before.desks, findDesk(before.desks, options.desk).id, device)
      : withDesk(before.desks, names, device, context.random);
  const edited = await finishEdit(context, nextRoster(before, validity, desks), options);
  const deviceId = bytesToHex(deviceIdOf(device.keyHash));
  report(context, options, { deviceId, ...edited }, [
    `Device ${deviceId}: compare these digits with those on the new machine.`,
    ...editedLines(edited),
  ]);
}

async function readRequest(given: string): Promise<RosterDevice> {
  return readDeviceRequest(given.startsWith('postern-device:') ? given : await readFile(given, 'utf8'));
}
