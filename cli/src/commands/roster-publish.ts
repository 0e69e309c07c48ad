/** `postern roster publish`: a signed roster into a data folder, or to the server by way of a device. */

import { eraseKeystore } from '@postern/desk/app/keystore';
import { createTransport } from '@postern/desk/app/transport';
import { DeskServer } from '@postern/desk/engine/desk-server';
import { prepareKeys } from '@postern/desk/engine/identity';
import { MemoryStore } from '@postern/desk/engine/memory-store';
import type { VerifiedRoster } from '@postern/protocol/keys/roster-chain';
import { nativeRecipient } from '@postern/protocol/primitives/hpke-native';
import { Command, Option } from 'commander';
import { type DevicePassphraseOption, deskPassphrase, openEnrolled } from '../organisation/device-folder.ts';
import { readSignedRoster } from '../organisation/roster-file.ts';
import { comesIntoUse } from '../organisation/roster-place.ts';
import { publishInFolder } from '../organisation/roster-store.ts';
import { type Context, type JsonOption, report } from '../terminal/context.ts';
import { usage } from '../terminal/failure.ts';
import { type HostPort, socksOption } from '../terminal/option-values.ts';

interface RosterPublishOptions extends JsonOption, DevicePassphraseOption {
  readonly data?: string;
  readonly device?: string;
  readonly server?: string;
  readonly socks?: HostPort;
}

export function rosterPublishCommand(context: Context): Command {
  return new Command('publish')
    .description('give a signed roster to the server')
    .argument('<file>', 'the signed roster')
    .addOption(new Option('--data <folder>', "the server's data folder, on its machine").conflicts('device'))
    .option('--device <folder>', 'the folder of a listed device, on any machine')
    .option('--server <url>', 'in place of the address that the device was set up with')
    .addOption(socksOption())
    .option('--passphrase-file <file>', 'its first line is the passphrase of the device')
    .option('--json', 'print one JSON object')
    .action((file: string, options: RosterPublishOptions) => publish(context, file, options));
}

async function publish(context: Context, file: string, options: RosterPublishOptions): Promise<void> {
  const roster = await readSignedRoster(file);
  const isServed = await give(context, roster, options);
  report(context, options, { number: roster.number, isServed }, [
    `Published roster ${roster.number}${isServed ? '; the server has it.' : '. The server takes it up when it starts.'}`,
    comesIntoUse,
  ]);
}

async function give(context: Context, roster: VerifiedRoster, options: RosterPublishOptions): Promise<boolean> {
  if (options.data !== undefined) return publishInFolder(options.data, roster.signed);
  if (options.device === undefined)
    throw usage('Say where it goes: --data <folder> of the server, or --device <folder> of a device.');
  await giveByDevice(context, roster, options.device, options);
  return true;
}

async function giveByDevice(
  context: Context,
  roster: VerifiedRoster,
  folder: string,
  options: RosterPublishOptions,
): Promise<void> {
  const { random, now } = context;
  const { enrolment, ...keystore } = await openEnrolled(folder, await deskPassphrase(context, options));
  const { deviceSeed } = keystore;
  const transport = createTransport({
    server: options.server ?? enrolment.server,
    socks: options.socks ?? null,
    random,
  });
  try {
    const { fingerprint, deskId } = enrolment;
    const keys = await prepareKeys({ fingerprint, deskId, deviceSeed, roster: enrolment.roster });
    // Nothing is kept: the store is only there because an engine would have one.
    const ports = { ...transport, now, random, recipient: nativeRecipient, store: new MemoryStore() };
    await new DeskServer(ports, keys).ask({ kind: 'publish-roster', roster: roster.signed });
  } finally {
    transport.close();
    eraseKeystore({ ...keystore, enrolment });
  }
}
