/** `postern serve`: the server of an organisation, until it is told to stop. */

import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fingerprint as asFingerprint } from '@postern/protocol/bytes/brand';
import { bytesToHex } from '@postern/protocol/bytes/encode';
import { openDataFolder } from '@postern/server/files/data-folder';
import { startServer } from '@postern/server/main';
import { ensureOnionKey } from '@postern/server/onion/onion-key';
import { type ManagedTor, type RunningTor, startOnion } from '@postern/server/onion/start-onion';
import { machineTimer } from '@postern/server/options';
import { Command } from 'commander';
import { listenForRosters } from '../organisation/control-socket.ts';
import { unlistedOnion } from '../organisation/listed-onion.ts';
import { hashOfOfflinePage, namesOfflinePage, otherOfflinePage } from '../organisation/offline-page.ts';
import { newestRosterIn } from '../organisation/roster-store.ts';
import { chosenTor, readControlAddress, type TorOptions } from '../organisation/tor-choice.ts';
import { listsFor, wordsIn } from '../organisation/verification.ts';
import { type Context, type JsonOption, report } from '../terminal/context.ts';
import { unreachable, usage } from '../terminal/failure.ts';
import { type HostPort, readHostPort } from '../terminal/option-values.ts';
import { untilStopped } from '../terminal/stopping.ts';

interface ServeOptions extends JsonOption, TorOptions {
  readonly listen?: HostPort;
  readonly onion?: boolean;
  readonly onionLocation?: boolean;
  readonly clearPage?: boolean;
  readonly plain: boolean;
}

const onionSocketName = 'onion.sock';
const pages = fileURLToPath(new URL('../../../source/dist', import.meta.url));

export function serveCommand(context: Context): Command {
  return new Command('serve')
    .description('run the server until it is stopped (ctrl-c, SIGTERM)')
    .argument('<data>', "the server's data folder")
    .option('--listen <host:port>', "in place of the folder's setting; port 0 takes a free one", readHostPort)
    .option('--onion', 'be reachable at an onion address too, by a tor that is started for it')
    .option('--onion-location', 'with --onion: pages at the clear-web address lead Tor Browser to the onion address')
    .option(
      '--clear-page',
      'with --onion: the clear-web address takes no messages and shows a plain page that leads to the onion address',
    )
    .option('--tor-config <file>', 'with --onion: lines for that tor about bridges, transports and proxies')
    .option(
      '--tor-control <port or socket>',
      'with --onion: use the tor that runs there, such as 127.0.0.1:9051, and start none',
      readControlAddress,
    )
    .option('--tor-password-file <file>', 'with --tor-control: its first line is the password, in place of the cookie')
    .option('--no-plain', 'without the mode for visitors whose browsers run no scripts')
    .option('--json', 'print one JSON object when the server is up')
    .action((data: string, options: ServeOptions) => serve(context, data, options));
}

async function serve(context: Context, data: string, options: ServeOptions): Promise<void> {
  requireOnion(options);
  const tor = await chosenTor(options);
  if (!existsSync(`${pages}/manifest.json`))
    throw unreachable('The pages are not built yet: run "npm run build" first.');
  const { settings, seed } = await openDataFolder(data);
  seed.fill(0);
  const roster = await newestRosterIn(data);
  if (!namesOfflinePage(roster, await hashOfOfflinePage())) context.note(otherOfflinePage(roster));
  const stops: (() => Promise<void>)[] = [];
  try {
    const { server, onion } = await startAll(context, data, options, tor, stops);
    const fingerprint = asFingerprint(settings.fingerprint);
    const words = await wordsIn(fingerprint, listsFor(roster.names));
    const unlisted = onion === null ? null : unlistedOnion(roster, onion);
    if (unlisted !== null) context.note(unlisted);
    const stopped = untilStopped();
    report(
      context,
      options,
      {
        origin: server.origin,
        fingerprint: bytesToHex(fingerprint),
        words: Object.fromEntries(words.map(({ list, text }) => [list, text])),
        onion,
        addresses: roster.servers.flatMap(({ addresses }) => addresses),
      },
      [
        `Listening at ${server.origin}`,
        ...roster.servers.flatMap(({ addresses }) => addresses.map((address) => `Public address ${address}`)),
        ...(onion === null ? [] : [`Onion address ${onion} (a minute or two until it is published)`]),
        ...words.map(({ list, text }) => `Verification words (${list}): ${text}`),
        'Counts of each day go to stderr; nothing else is logged. Stop with ctrl-c.',
      ],
    );
    await stopped;
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

/** Server, control socket and onion service; `stops` gets what ends each, in the order of starting. */
async function startAll(
  context: Context,
  data: string,
  options: ServeOptions,
  tor: ManagedTor | RunningTor,
  stops: (() => Promise<void>)[],
) {
  const isOnion = options.onion === true;
  const socketPath = join(resolve(data), onionSocketName);
  const server = await startServer({
    folder: data,
    pages,
    plain: options.plain ? {} : null,
    ...options.listen,
    ...(isOnion ? { socketPath } : {}),
    clearPage: options.clearPage === true,
    ...(options.onionLocation === true || options.clearPage === true
      ? { onionLocation: `http://${await ensureOnionKey(data, 'public', context.random)}` }
      : {}),
    print: context.note,
  });
  stops.push(server.stop);
  const control = await listenForRosters(data, server.addRoster).catch(() => null);
  if (control === null) context.note('No control socket: restart the server after a new roster was published.');
  else stops.push(control.stop);
  if (!isOnion) return { server, onion: null };
  const running = await startOnion({
    dataFolder: resolve(data),
    target: 'control' in tor ? { port: loopbackPort(server.origin) } : { socketPath },
    tor,
    timer: machineTimer,
    random: context.random,
    onChange: (name, state) => {
      if (name === 'public' && state.kind === 'published') context.note('The onion address is published.');
      if (name === 'public' && state.kind === 'failed')
        context.note(`The onion address cannot be reached now: ${state.reason}`);
    },
  });
  stops.push(running.stop);
  return { server, onion: `http://${running.addresses.public}` };
}

function requireOnion({
  onion = false,
  onionLocation,
  clearPage,
  torControl,
  torConfig,
  torPasswordFile,
}: ServeOptions) {
  if (onionLocation === true && !onion)
    throw usage('--onion-location tells of the address that --onion serves: give both.');
  if (clearPage === true && !onion) throw usage('--clear-page leads to the address that --onion serves: give both.');
  const isOfTor = torControl !== undefined || torConfig !== undefined || torPasswordFile !== undefined;
  if (isOfTor && !onion) throw usage('--tor-control and --tor-config are about the tor of --onion: give both.');
  // Such a tor comes in where everybody does, and there nothing would be taken.
  if (torControl !== undefined && clearPage === true)
    throw usage('--clear-page needs a tor that is started here: leave --tor-control out.');
}

/** Another user's tor cannot open a socket in the data folder, which is closed to others. */
function loopbackPort(origin: string): number {
  const { hostname, port } = new URL(origin);
  if (hostname !== '127.0.0.1' && hostname !== '0.0.0.0')
    throw usage('--tor-control needs a server that listens at 127.0.0.1: say so by --listen.');
  return Number(port);
}
