/** `postern serve`: the server of an organisation, until it is told to stop. */

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { fingerprint as asFingerprint } from '@postern/protocol/bytes/brand';
import { bytesToHex } from '@postern/protocol/bytes/encode';
import { openDataFolder } from '@postern/server/files/data-folder';
import { type RunningServer, startServer } from '@postern/server/main';
import { Command } from 'commander';
import { listenForRosters } from '../organisation/control-socket.ts';
import { newestRosterIn } from '../organisation/roster-store.ts';
import { listsFor, wordsIn } from '../organisation/verification.ts';
import { type Context, type JsonOption, report } from '../terminal/context.ts';
import { unreachable } from '../terminal/failure.ts';
import { type HostPort, readHostPort } from '../terminal/option-values.ts';
import { untilStopped } from '../terminal/stopping.ts';

interface ServeOptions extends JsonOption {
  readonly listen?: HostPort;
}

const pages = fileURLToPath(new URL('../../../source/dist', import.meta.url));

export function serveCommand(context: Context): Command {
  return new Command('serve')
    .description('run the server until it is stopped (ctrl-c, SIGTERM)')
    .argument('<data>', "the server's data folder")
    .option('--listen <host:port>', "in place of the folder's setting; port 0 takes a free one", readHostPort)
    .option('--json', 'print one JSON object when the server is up')
    .action((data: string, options: ServeOptions) => serve(context, data, options));
}

async function serve(context: Context, data: string, options: ServeOptions): Promise<void> {
  if (!existsSync(`${pages}/manifest.json`))
    throw unreachable('The pages are not built yet: run "npm run build" first.');
  const { settings, seed } = await openDataFolder(data);
  seed.fill(0);
  const roster = await newestRosterIn(data);
  const server = await startServer({ folder: data, pages, ...options.listen, print: context.note });
  const control = await listenForRosters(data, server.addRoster).catch(() => null);
  if (control === null) context.note('No control socket: restart the server after a new roster was published.');
  try {
    const fingerprint = asFingerprint(settings.fingerprint);
    const words = await wordsIn(fingerprint, listsFor(roster.names));
    report(
      context,
      options,
      {
        origin: server.origin,
        fingerprint: bytesToHex(fingerprint),
        words: Object.fromEntries(words.map(({ list, text }) => [list, text])),
        addresses: roster.servers.flatMap(({ addresses }) => addresses),
      },
      [
        `Listening at ${server.origin}`,
        ...roster.servers.flatMap(({ addresses }) => addresses.map((address) => `Public address ${address}`)),
        ...words.map(({ list, text }) => `Verification words (${list}): ${text}`),
        'Counts of each day go to stderr; nothing else is logged. Stop with ctrl-c.',
      ],
    );
    await untilStopped();
  } finally {
    await stopAll(server, control);
  }
}

async function stopAll(server: RunningServer, control: { readonly stop: () => Promise<void> } | null): Promise<void> {
  await control?.stop();
  await server.stop();
}
