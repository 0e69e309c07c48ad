/** `postern demo`, which is `npm start`: an organisation on this machine alone, to try everything out. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bytesToHex } from '@postern/protocol/bytes/encode';
import { Command, Option } from 'commander';
import { ensureBuilt } from '../../../tools/build.ts';
import { type ExampleName, exampleNames } from '../demo/demo-examples.ts';
import { demoPassphrase } from '../demo/demo-organisation.ts';
import { type Demo, startDemo } from '../demo/run-demo.ts';
import { requireEmpty } from '../organisation/device-folder.ts';
import { listsFor, wordsIn } from '../organisation/verification.ts';
import { type Context, type JsonOption, report } from '../terminal/context.ts';
import { readCount } from '../terminal/option-values.ts';
import { untilStopped } from '../terminal/stopping.ts';

interface DemoOptions extends JsonOption {
  readonly example: ExampleName;
  readonly data?: string;
  readonly sourcePort: number;
  readonly deskPort: number;
}

export function demoCommand(context: Context): Command {
  return new Command('demo')
    .description('a whole organisation on this machine, to try: ctrl-c ends it and leaves nothing behind')
    .addOption(
      new Option('--example <name>', 'whose call: a newspaper, an inspector general, an anti-corruption office')
        .choices(exampleNames)
        .default(exampleNames[0]),
    )
    .option('--data <folder>', 'a new folder, which is kept, in place of one that is removed at the end')
    .option(
      '--source-port <port>',
      'of the page for sources; the next free one if it is taken',
      readCount(0, 65_535),
      8810,
    )
    .option('--desk-port <port>', "of the desk's page; the next free one if it is taken", readCount(0, 65_535), 8811)
    .option('--json', 'print one JSON object when everything is up')
    .action((options: DemoOptions) => runDemo(context, options));
}

async function runDemo(context: Context, options: DemoOptions): Promise<void> {
  if (options.data !== undefined) await requireEmpty(options.data, 'The folder');
  const stopped = untilStopped();
  context.note('Building the pages if they have changed, then starting …');
  await ensureBuilt();
  const folder = options.data ?? (await mkdtemp(join(tmpdir(), 'postern-demo-')));
  try {
    const ports = { source: options.sourcePort, desk: options.deskPort };
    const demo = await startDemo(context, folder, ports, options.example);
    try {
      await tell(context, options, demo);
      await stopped;
    } finally {
      await demo.stop();
    }
  } finally {
    if (options.data === undefined) await rm(folder, { recursive: true, force: true });
  }
}

async function tell(context: Context, options: DemoOptions, { organisation, sourceUrl, deskUrl }: Demo): Promise<void> {
  const { fingerprint } = organisation;
  const words = await wordsIn(fingerprint, listsFor(organisation.names));
  const call = `${sourceUrl}/c/${organisation.campaign}/en`;
  const others = exampleNames.filter((name) => name !== options.example);
  const byList = Object.fromEntries(words.map(({ list, text }) => [list, text]));
  report(
    context,
    options,
    {
      source: sourceUrl,
      call,
      desk: deskUrl,
      fingerprint: bytesToHex(fingerprint),
      words: byList,
      passphrase: demoPassphrase,
    },
    [
      '',
      `  Source's page   ${sourceUrl}/`,
      `  A public call   ${call}`,
      `  Desk            ${deskUrl}`,
      ...words.map(({ list, text }) => `  Words           ${text}  (${list})`),
      '',
      'Try this:',
      `1. Open the source's page in a private window, or the call, which leads there with questions. Compare the words, write to ${organisation.desk}, and keep the twelve words.`,
      '2. Open the desk, wait a few seconds for the message, and answer it.',
      "3. Open the source's page anew, enter the twelve words, and read the answer about twenty seconds later.",
      '',
      `Other organisations: ${others.map((name) => `npm start -- --example ${name}`).join(', ')}`,
      `A demo: everything is on this machine and much faster than is safe. Should the desk be locked: "${demoPassphrase}".`,
      options.data === undefined
        ? 'Stop with ctrl-c; nothing is left behind.'
        : `Stop with ctrl-c; the data stays in ${options.data}.`,
    ],
  );
}
