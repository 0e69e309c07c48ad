/** `postern desk import`: gives a desk sealed messages that somebody has carried to it. */

import { readFile } from 'node:fs/promises';
import type { Answers } from '@postern/desk/app/api';
import { startDesk } from '@postern/desk/app/start-desk';
import { groupLines } from '@postern/protocol/messages/carried';
import { Command } from 'commander';
import { type DevicePassphraseOption, deskPassphrase } from '../organisation/device-folder.ts';
import { type Context, type JsonOption, report } from '../terminal/context.ts';
import { unlockDesk } from '../terminal/desk-unlock.ts';
import { Failure, usage } from '../terminal/failure.ts';
import { type HostPort, socksOption } from '../terminal/option-values.ts';

interface ImportOptions extends JsonOption, DevicePassphraseOption {
  readonly device: string;
  readonly socks?: HostPort;
  readonly server?: string;
}

type Taken = Answers['carried'];

const sentences: Readonly<Record<Extract<Taken, { problem: unknown }>['problem'], string>> = {
  missing: 'some of its lines are missing',
  lines: 'its lines are damaged, or none of a sealed message',
  organisation: 'it is for another organisation, or damaged',
  old: 'it came too late: the keys that open it are erased',
};

export function deskImportCommand(context: Context): Command {
  return new Command('import')
    .description('give a desk sealed messages that were carried to it; exit code 1 if one could not be taken')
    .argument('<file...>', 'text files with the lines of one message or many, in any order')
    .requiredOption('--device <folder>', "the device's folder; its desk must not be running")
    .addOption(socksOption())
    .option('--server <url>', 'in place of the address that the device was set up with')
    .option('--passphrase-file <file>', 'its first line is the passphrase')
    .option('--json', 'print one JSON object')
    .action((files: string[], options: ImportOptions) => importFiles(context, files, options));
}

async function importFiles(context: Context, files: readonly string[], options: ImportOptions): Promise<void> {
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8')));
  const messages = groupLines(texts.join('\n'));
  if (messages.length === 0) throw usage('There is no line of a sealed message in these files.');
  const passphrase = await deskPassphrase(context, options);
  const { socks, server } = options;
  const desk = await startDesk({
    folder: options.device,
    ...(socks === undefined ? {} : { socks }),
    ...(server === undefined ? {} : { server }),
  });
  try {
    const call = await unlockDesk(desk.url, passphrase);
    const taken: Taken[] = [];
    for (const text of messages) taken.push(await call('carried', { text }));
    tell(context, options, taken);
  } finally {
    await desk.close();
  }
}

function tell(context: Context, options: ImportOptions, taken: readonly Taken[]): void {
  const lines = taken.map((one, at) => `Message ${at + 1}: ${sentenceOf(one)}.`);
  const isAll = taken.every((one) => !('problem' in one) && one.opened + one.known > 0);
  const later = isAll ? ['The desk tells its other devices when it is online.'] : [];
  report(context, options, { ok: isAll, messages: taken }, [...lines, ...later]);
  if (!isAll) throw new Failure('failedCheck', 'Not every message could be taken.', true);
}

function sentenceOf(taken: Taken): string {
  if ('problem' in taken) return sentences[taken.problem];
  const { opened, known, notForThisDesk, malformed } = taken;
  if (malformed > 0) return 'it opens, but is no message';
  if (notForThisDesk > 0) return 'this desk cannot open it: it is for another desk, or a key is missing';
  return opened > 0 ? `taken, ${opened} ${opened === 1 ? 'part' : 'parts'}` : `here already, ${known} parts`;
}
