/** `postern mirror`: another address of an organisation, run by whoever wants to help, with nothing on it to seize. */

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createTransport, type Transport } from '@postern/desk/app/transport';
import type { Fingerprint } from '@postern/protocol/bytes/brand';
import { bytesToHex } from '@postern/protocol/bytes/encode';
import { claimedFingerprint, encodePack } from '@postern/protocol/keys/pack';
import type { MirrorState } from '@postern/server/mirror/start-mirror';
import { startMirror } from '@postern/server/mirror/start-mirror';
import { machineTimer } from '@postern/server/options';
import type { Upstream } from '@postern/server/ports/upstream';
import { Command } from 'commander';
import { isFingerprint } from '../organisation/verification.ts';
import { type Context, type JsonOption, report } from '../terminal/context.ts';
import { refused, unreachable, usage } from '../terminal/failure.ts';
import { type HostPort, needsTor, readHostPort, socksOption } from '../terminal/option-values.ts';
import { untilStopped } from '../terminal/stopping.ts';

interface MirrorCommandOptions extends JsonOption {
  readonly upstream: string;
  readonly fingerprint: string;
  readonly socks?: HostPort;
  readonly listen: HostPort;
  readonly language?: string;
}

const pages = fileURLToPath(new URL('../../../source/dist', import.meta.url));
const usualListen: HostPort = { host: '127.0.0.1', port: 8820 };
/** Each has a connection and, through Tor, a circuit of its own; what visitors send is spread over them. */
const relayCircuits = 16;
const documentCircuit = 'mirror';

export function mirrorCommand(context: Context): Command {
  return new Command('mirror')
    .description("serve an organisation's pages from a verified copy, and pass on what visitors send")
    .requiredOption('--upstream <url>', "the organisation's server: http://….onion or https://…")
    .requiredOption('--fingerprint <words>', 'verification words, 64 digits or the text of the QR code')
    .addOption(socksOption())
    .option(
      '--listen <host:port>',
      'where to listen, behind a proxy; port 0 takes a free one',
      readHostPort,
      usualListen,
    )
    .option('--language <language>', 'of the page at /, such as zh-Hans')
    .option('--json', 'print one JSON object when the mirror is up')
    .action((options: MirrorCommandOptions) => mirror(context, options));
}

async function mirror(context: Context, options: MirrorCommandOptions): Promise<void> {
  if (!existsSync(`${pages}/manifest.json`))
    throw unreachable('The pages are not built yet: run "npm run build" first.');
  const transport = transportTo(context, options);
  try {
    const fingerprint = await pin(transport, options.fingerprint);
    const running = await startMirror({
      fingerprint,
      upstream: upstreamOver(transport),
      ...options.listen,
      pages,
      ...(options.language === undefined ? {} : { language: options.language }),
      clock: { now: context.now },
      timer: machineTimer,
      print: context.note,
      onChange: (state) => context.note(sentenceFor(state)),
    });
    try {
      const stopped = untilStopped();
      report(context, options, { origin: running.origin, fingerprint: bytesToHex(fingerprint) }, [
        `Mirror of ${bytesToHex(fingerprint).slice(0, 16)}… at ${running.origin}`,
        'Counts of each day go to stderr; nothing else is logged, and nothing is written to the disk. Stop with ctrl-c.',
      ]);
      await stopped;
    } finally {
      await running.stop();
    }
  } finally {
    transport.close();
  }
}

function transportTo({ random }: Context, { upstream, socks }: MirrorCommandOptions): Transport {
  try {
    return createTransport({ server: upstream, socks: socks ?? null, random });
  } catch {
    throw usage('--upstream cannot be used: wanted https://<host>, or http://<name>.onion.');
  }
}

/** The whole fingerprint of the roster that the server gives, if what the operator typed stands for it. */
async function pin(transport: Transport, typed: string): Promise<Fingerprint> {
  const answer = await transport.fetchPublic('/roster', documentCircuit).catch(() => null);
  if (answer?.status !== 200) throw unreachable(`The organisation cannot be reached, or gives no roster. ${needsTor}`);
  const claimed = await claimedFingerprint(encodePack({ roster: answer.body, campaigns: [], dayKeys: [] }));
  if (await isFingerprint(typed, claimed)) return claimed;
  throw refused('What is there belongs to another root key than that of the fingerprint: nothing is served.');
}

function upstreamOver(transport: Transport): Upstream {
  let turn = 0;
  return {
    get: (path) => transport.fetchPublic(path, documentCircuit),
    post: (path, body) => {
      turn = (turn + 1) % relayCircuits;
      const circuit = `relay ${turn}`;
      if (path === '/request') return transport.postRequest(body, circuit);
      return path === '/chunk' ? transport.postChunk(body, circuit) : transport.fetchChunk(body, circuit);
    },
  };
}

function sentenceFor(state: MirrorState): string {
  if (state.kind === 'fresh') return 'The copy is verified and fresh.';
  const goesOn = 'What was copied before is served until it is too old.';
  if (state.kind === 'unreachable') return `The organisation cannot be reached, or has no documents now. ${goesOn}`;
  return `What the server gave was refused (${state.code}). ${goesOn}`;
}
