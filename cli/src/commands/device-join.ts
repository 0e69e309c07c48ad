/** `postern device join`: a new device that is listed learns its organisation, its desk and its server. */

import { enrolKeystore, eraseKeystore, openKeystore } from '@postern/desk/app/keystore';
import { createTransport, type Transport } from '@postern/desk/app/transport';
import { bytesToHex } from '@postern/protocol/bytes/encode';
import type { Secret } from '@postern/protocol/bytes/secret';
import { rosterDevice, signerOf } from '@postern/protocol/keys/roster';
import { acceptRosters, type VerifiedRoster, verifyRoster } from '@postern/protocol/keys/roster-chain';
import { hybridKey } from '@postern/protocol/primitives/hybrid-signature';
import { Command } from 'commander';
import { type DevicePassphraseOption, deskPassphrase, keystoreOf } from '../organisation/device-folder.ts';
import { openSignedRoster, readSignedRoster } from '../organisation/roster-file.ts';
import { deskLabel } from '../organisation/roster-text.ts';
import { isFingerprint, listsFor, wordsIn } from '../organisation/verification.ts';
import { type Context, type JsonOption, report, todayOf } from '../terminal/context.ts';
import { refused, unreachable, usage } from '../terminal/failure.ts';
import { type HostPort, socksOption } from '../terminal/option-values.ts';

interface JoinOptions extends JsonOption, DevicePassphraseOption {
  readonly server: string;
  readonly socks?: HostPort;
  readonly roster?: string;
  readonly fingerprint?: string;
}

const circuit = 'join';

export function deviceJoinCommand(context: Context): Command {
  return new Command('join')
    .description('on the new machine, once it is listed: compare the fingerprint and take the roster')
    .argument('<folder>', "the device's folder")
    .requiredOption('--server <url>', "the organisation's server")
    .addOption(socksOption())
    .option('--roster <file>', 'take the signed roster from a file and not from the server')
    .option('--fingerprint <words>', 'verification words, 64 digits or the text of the QR code')
    .option('--passphrase-file <file>', 'its first line is the passphrase of the device')
    .option('--json', 'print one JSON object')
    .action((folder: string, options: JoinOptions) => join(context, folder, options));
}

async function join(context: Context, folder: string, options: JoinOptions): Promise<void> {
  const passphrase = await deskPassphrase(context, options);
  const keystore = await openKeystore(keystoreOf(folder), passphrase);
  try {
    if (keystore.enrolment !== null) throw refused('This device has joined already; nothing was changed.');
    const given =
      options.roster === undefined ? await fetchRoster(context, options) : await readSignedRoster(options.roster);
    await requireFingerprint(context, given, options.fingerprint);
    const roster = await verifyRoster(given.signed, given.fingerprint, todayOf(context));
    const desk = await deskOfDevice(roster, keystore.deviceSeed);
    const enrolment = {
      fingerprint: roster.fingerprint,
      deskId: desk.id,
      roster: roster.signed,
      server: options.server,
    };
    await enrolKeystore(keystoreOf(folder), passphrase, enrolment, { random: context.random });
    report(
      context,
      options,
      { desk: bytesToHex(desk.id), fingerprint: bytesToHex(roster.fingerprint), roster: roster.number },
      [
        `This device belongs to ${deskLabel(desk)} now. Start it:  npx postern desk ${folder}`,
        'It learns the state of the desk from another device as soon as both are online.',
      ],
    );
  } finally {
    eraseKeystore(keystore);
  }
}

/** The newest that the server knows: the one in use may be older, until all desks have signed their keys under the next. */
async function fetchRoster(context: Context, { server, socks }: JoinOptions): Promise<VerifiedRoster> {
  const transport = openTransport(context, server, socks);
  try {
    const { status, body } = await transport.fetchPublic('/roster', circuit);
    if (status !== 200) throw unreachable('The server gives no roster.');
    let newest = await openSignedRoster(body);
    for (;;) {
      const next = await transport.fetchPublic(`/roster/${newest.number + 1}`, circuit);
      if (next.status !== 200) return newest;
      newest = await acceptRosters(newest, [next.body], todayOf(context));
    }
  } finally {
    transport.close();
  }
}

function openTransport({ random }: Context, server: string, socks: HostPort | undefined): Transport {
  try {
    return createTransport({ server, socks: socks ?? null, random });
  } catch {
    throw usage('--server cannot be used: wanted https://<host>, http://127.0.0.1:<port>, or http://<name>.onion.');
  }
}

async function requireFingerprint(context: Context, roster: VerifiedRoster, given: string | undefined): Promise<void> {
  if (given !== undefined) {
    if (await isFingerprint(given, roster.fingerprint)) return;
    throw refused('The fingerprint differs: this is the roster of another organisation, or a forged one.');
  }
  if (!context.isInteractive) throw usage('--fingerprint is missing, and there is no terminal to ask.');
  for (const { text, list } of await wordsIn(roster.fingerprint, listsFor(roster.names)))
    context.note(`  ${text}  (${list})`);
  const answer = await context.askLine('Are these the words that you were given, all eight in this order? (yes/no) ');
  if (answer.toLowerCase() !== 'yes') throw refused('Not joined; nothing was changed.');
}

async function deskOfDevice(roster: VerifiedRoster, seed: Secret) {
  const { publicKey } = await hybridKey(seed.reveal());
  const { keyHash } = await rosterDevice(publicKey);
  const listed = signerOf(roster, keyHash);
  if (listed === null)
    throw refused('The roster does not list this device yet: give its request to whoever holds the root key.');
  return listed.desk;
}
