/** `postern device new`: keys of a new device, made on it, and the line that asks for it to be listed. */

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createDeviceIdentity, deviceRequest } from '@postern/desk/engine/identity';
import { bytesToHex } from '@postern/protocol/bytes/encode';
import { Command } from 'commander';
import {
  createDeviceFolder,
  type DevicePassphraseOption,
  requestName,
  requireEmpty,
} from '../organisation/device-folder.ts';
import { type Context, type JsonOption, report } from '../terminal/context.ts';
import { newPassphraseFor } from '../terminal/passphrase.ts';

interface DeviceNewOptions extends JsonOption, DevicePassphraseOption {}

export function deviceNewCommand(context: Context): Command {
  return new Command('new')
    .description('on the new machine: make its keys and a request for whoever holds the root key')
    .argument('<folder>', 'a new folder for the device')
    .option('--passphrase-file <file>', "its first line seals the device's keys")
    .option('--json', 'print one JSON object')
    .action((folder: string, options: DeviceNewOptions) => newDevice(context, folder, options));
}

async function newDevice(context: Context, folder: string, options: DeviceNewOptions): Promise<void> {
  await requireEmpty(folder, 'The folder');
  const question = { what: 'the new device', file: options.passphraseFile, option: '--passphrase-file' };
  const passphrase = await newPassphraseFor(context, question);
  const identity = await createDeviceIdentity(context.random);
  const request = deviceRequest(identity.device);
  const deviceId = bytesToHex(identity.deviceId);
  await createDeviceFolder(context, { folder, identity, passphrase, enrolment: null });
  const file = join(folder, requestName);
  await writeFile(file, `${request}\n`, { flag: 'wx', mode: 0o600 });
  report(context, options, { deviceId, request, file }, [
    `Device ${deviceId}. Its request, also in ${file}:`,
    `  ${request}`,
    '',
    'Give the request to whoever holds the root key, and compare the 16 digits of the device by voice.',
    `When the device is listed:  npx postern device join ${folder} --server <url> --fingerprint "<words>"`,
  ]);
}
