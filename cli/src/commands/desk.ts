/** `postern desk`: the desk on this machine, with a page that one link opens. */

import { spawn } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { readServerAddress } from '@postern/desk/app/server-address';
import { type StartDeskOptions, startDesk } from '@postern/desk/app/start-desk';
import { DeskEngine } from '@postern/desk/engine/desk-engine';
import { Command } from 'commander';
import { callWorkshop } from '../campaign/workshop.ts';
import { type DevicePassphraseOption, keystoreOf } from '../organisation/device-folder.ts';
import { type Context, type JsonOption, report } from '../terminal/context.ts';
import { unlockDesk } from '../terminal/desk-unlock.ts';
import { unreachable, usage } from '../terminal/failure.ts';
import { type HostPort, readCount, socksOption } from '../terminal/option-values.ts';
import { passphraseFor } from '../terminal/passphrase.ts';
import { untilStopped } from '../terminal/stopping.ts';
import { deskImportCommand } from './desk-import.ts';
import { deskOpenExportCommand } from './desk-open-export.ts';

interface DeskOptions extends JsonOption, DevicePassphraseOption {
  readonly socks?: HostPort;
  readonly server?: string;
  readonly port?: number;
  readonly idleMinutes?: number;
  readonly locked?: boolean;
  readonly open?: boolean;
}

export function deskCommand(context: Context): Command {
  return new Command('desk')
    .description('run the desk on this machine; prints a link that opens its page once')
    .enablePositionalOptions()
    .argument('<folder>', "the device's folder")
    .addOption(socksOption())
    .option('--server <url>', 'in place of the address that the device was set up with')
    .option('--port <port>', 'of the page on 127.0.0.1 (default: a free one)', readCount(0, 65_535))
    .option(
      '--idle-minutes <minutes>',
      'lock after so long without anybody; 0 for never (default: 30)',
      readCount(0, 1_440),
    )
    .option('--locked', 'do not ask for the passphrase here: it is typed in the page')
    .option('--passphrase-file <file>', 'its first line is the passphrase')
    .option('--open', 'open the page in the browser')
    .option('--json', 'print one JSON object when the desk is up')
    .action((folder: string, options: DeskOptions) => runDesk(context, folder, options))
    .addCommand(deskImportCommand(context))
    .addCommand(deskOpenExportCommand(context));
}

async function runDesk(context: Context, folder: string, options: DeskOptions): Promise<void> {
  await stat(keystoreOf(folder)).catch(() => {
    throw unreachable(`There is no device in ${folder}. "postern init" or "postern device new" makes one.`);
  });
  if (options.server !== undefined) checkServer(options.server);
  const passphrase = await passphraseNow(context, options);
  const running = await startDesk(startOptions(folder, options));
  try {
    if (passphrase !== null) await unlockDesk(running.url, passphrase);
    const url = passphrase === null ? running.url : running.newUrl();
    const stopped = untilStopped();
    report(context, options, { url, locked: passphrase === null }, [
      `The desk is at ${url}`,
      'The link works once, on this machine only. Press Enter for another one; stop with ctrl-c.',
    ]);
    if (options.open === true) openBrowser(url);
    if (context.isInteractive) offerLinks(context, running.newUrl);
    await stopped;
  } finally {
    await running.close();
  }
}

/** Null if it is to be typed in the page. */
async function passphraseNow(context: Context, { locked, passphraseFile }: DeskOptions): Promise<string | null> {
  if (locked === true || (passphraseFile === undefined && !context.isInteractive)) return null;
  return passphraseFor(context, { what: 'this device', file: passphraseFile, option: '--passphrase-file' });
}

function startOptions(folder: string, options: DeskOptions): StartDeskOptions {
  const { socks, server, port, idleMinutes } = options;
  return {
    folder,
    workshop: callWorkshop,
    openEngine: (ports, identity) => DeskEngine.open(ports, identity),
    ...(socks === undefined ? {} : { socks }),
    ...(server === undefined ? {} : { server }),
    ...(port === undefined ? {} : { port }),
    ...(idleMinutes === undefined ? {} : { idleMinutes }),
  };
}

function checkServer(server: string): void {
  try {
    readServerAddress(server);
  } catch {
    throw usage('--server cannot be used: wanted https://<host>, http://127.0.0.1:<port>, or http://<name>.onion.');
  }
}

function offerLinks({ print }: Context, newUrl: () => string): void {
  const lines = createInterface({ input: process.stdin });
  // The process ends by its signals, not by the end of its input.
  process.stdin.unref();
  lines.on('line', () => print(newUrl()));
}

function openBrowser(url: string): void {
  const opener = process.platform === 'darwin' ? 'open' : 'xdg-open';
  const child = spawn(opener, [url], { stdio: 'ignore', detached: true });
  // The link is on the screen as well.
  child.on('error', () => undefined);
  child.unref();
}
