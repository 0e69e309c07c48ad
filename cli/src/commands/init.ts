/** `postern init`: a new organisation, with its root key, its server's data folder and the first device of its first desk. */

import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createDeviceIdentity } from '@postern/desk/engine/identity';
import { bytesToHex } from '@postern/protocol/bytes/encode';
import { fingerprintOf } from '@postern/protocol/keys/fingerprint';
import { keyHashOf } from '@postern/protocol/keys/signed';
import { hybridKey } from '@postern/protocol/primitives/hybrid-signature';
import { createDataFolder, makeFolder } from '@postern/server/files/data-folder';
import { ensureOnionKey } from '@postern/server/onion/onion-key';
import { Command } from 'commander';
import { createDeviceFolder, requireEmpty } from '../organisation/device-folder.ts';
import { type FirstRoster, firstRoster, usualSchedule, usualValidDays } from '../organisation/next-roster.ts';
import { hashOfOfflinePage } from '../organisation/offline-page.ts';
import { createRootKey, rootKeyName } from '../organisation/root-key.ts';
import { openSignedRoster, writeSignedRoster } from '../organisation/roster-file.ts';
import { sign } from '../organisation/roster-place.ts';
import { publishInFolder } from '../organisation/roster-store.ts';
import { digitsOf, listsFor, wordsIn } from '../organisation/verification.ts';
import { type Context, type JsonOption, report, todayOf } from '../terminal/context.ts';
import { refused, usage } from '../terminal/failure.ts';
import {
  type HostPort,
  type NameGiven,
  readAddress,
  readCount,
  readHostPort,
  readName,
} from '../terminal/option-values.ts';
import { newPassphraseFor } from '../terminal/passphrase.ts';

interface InitOptions extends JsonOption {
  readonly name?: readonly NameGiven[];
  readonly address?: readonly string[];
  readonly deskName?: readonly NameGiven[];
  readonly deskDescription?: readonly NameGiven[];
  readonly listen: HostPort;
  readonly onion?: boolean;
  readonly root?: string;
  /** False by `--no-passphrase`. */
  readonly passphrase: boolean;
  readonly rootPassphraseFile?: string;
  readonly deskPassphraseFile?: string;
  readonly repliesADay: number;
  readonly validDays: number;
}

/** All that is decided before anything is written. */
interface Decided {
  readonly names: readonly NameGiven[];
  readonly addresses: readonly string[];
  readonly isOnion: boolean;
  readonly deskNames: readonly NameGiven[];
  readonly rootPassphrase: string | null;
  readonly deskPassphrase: string;
}

const usualListen: HostPort = { host: '127.0.0.1', port: 8810 };

export function initCommand(context: Context): Command {
  return new Command('init')
    .description('make a new organisation: root key, server folder, first desk with its first device')
    .argument('<folder>', 'a new folder; everything goes into it')
    .option('--name <language=name>', 'what the organisation is called; once for each language', readName)
    .option(
      '--address <url>',
      'where sources reach the server: https://… or http://….onion; may be given again',
      readAddress,
    )
    .option('--onion', 'make an onion address, which "postern serve --onion" serves')
    .option('--desk-name <language=name>', 'what the first desk is called; once for each language', readName)
    .option('--desk-description <language=text>', 'one sentence that sources read; once for each language', readName)
    .option(
      '--listen <host:port>',
      'where the server listens, behind an onion service or proxy',
      readHostPort,
      usualListen,
    )
    .option('--root <file>', `where the root key goes, such as a removable disk (default: <folder>/${rootKeyName})`)
    .option('--no-passphrase', 'leave the file of the root key unsealed')
    .option('--root-passphrase-file <file>', 'its first line seals the root key')
    .option('--desk-passphrase-file <file>', "its first line seals the device's keys")
    .option('--replies-a-day <number>', 'replies of each desk, real and cover together', readCount(1, 10_000), 48)
    .option('--valid-days <days>', 'how many days the first roster is valid', readCount(1, 366), usualValidDays)
    .option('--json', 'print one JSON object')
    .action((folder: string, options: InitOptions) => init(context, folder, options));
}

async function init(context: Context, folder: string, options: InitOptions): Promise<void> {
  const root = options.root ?? join(folder, rootKeyName);
  const [data, device] = [join(folder, 'server'), join(folder, 'desk')];
  await requireEmpty(folder, 'The folder');
  if (await exists(root)) throw refused(`There is a root key already: ${root}. Nothing was changed.`);
  const decided = await decide(context, options);
  const made = await make(
    context,
    { folder, data, device, root, roster: join(folder, 'organisation.roster') },
    decided,
    options,
  );
  const words = await wordsIn(made.fingerprint, listsFor(decided.names));
  report(
    context,
    options,
    {
      fingerprint: bytesToHex(made.fingerprint),
      words: Object.fromEntries(words.map(({ list, text }) => [list, text])),
      root,
      data,
      device,
      deviceId: made.deviceId,
      addresses: made.addresses,
    },
    [
      'The organisation is made. These words stand for its root key:',
      ...words.map(({ list, text }) => `  ${text}  (${list})`),
      `  ${digitsOf(made.fingerprint)}`,
      ...made.addresses.map((address) => `Sources will reach it at ${address}`),
      '',
      ...nextSteps({ root, data, device, isOnion: decided.isOnion, ...made, validDays: options.validDays }),
    ],
  );
}

interface Steps {
  readonly root: string;
  readonly data: string;
  readonly device: string;
  readonly isOnion: boolean;
  readonly addresses: readonly string[];
  readonly validDays: number;
}

function nextSteps({ root, data, device, isOnion, addresses, validDays }: Steps): string[] {
  const isByOnion = addresses[0]?.endsWith('.onion') === true;
  return [
    'What to do next:',
    `1. Move ${root} to a disk that is kept offline, and a copy of it to another place. Who has it can name new`,
    '   devices in your name; without it no device can be added or removed, and the roster cannot be renewed.',
    `2. Start the server:  npx postern serve ${data}${isOnion ? ' --onion' : ''}`,
    `3. Start the desk, here or on another machine to which you move its folder:  npx postern desk ${device}`,
    ...(isByOnion ? ['   It goes through Tor at 127.0.0.1:9050; --socks <host:port> names another place.'] : []),
    '   Until the desk has been online once, sources cannot write.',
    `4. Publish the words where people trust what they read: on paper, on a poster, in a broadcast.`,
    `5. Renew the roster within ${validDays} days:  npx postern roster renew --data ${data} --root <root key>`,
  ];
}

async function decide(context: Context, options: InitOptions): Promise<Decided> {
  const names = await namesFor(context, options.name, '--name', 'Name of the organisation');
  const isAsked = options.address === undefined && options.onion !== true;
  const addresses = isAsked ? await askAddress(context) : (options.address ?? []);
  const deskNames = await namesFor(context, options.deskName, '--desk-name', 'Name of the first desk');
  const rootQuestion = { what: 'the root key', file: options.rootPassphraseFile, option: '--root-passphrase-file' };
  const deskQuestion = { what: 'the first device', file: options.deskPassphraseFile, option: '--desk-passphrase-file' };
  return {
    names,
    addresses,
    isOnion: options.onion === true || addresses.length === 0,
    deskNames,
    rootPassphrase: options.passphrase ? await newPassphraseFor(context, rootQuestion) : null,
    deskPassphrase: await newPassphraseFor(context, deskQuestion),
  };
}

async function namesFor(
  { isInteractive, askLine }: Context,
  given: readonly NameGiven[] | undefined,
  option: string,
  question: string,
): Promise<readonly NameGiven[]> {
  if (given !== undefined) return given;
  if (!isInteractive) throw usage(`${option} <language=name> is missing, and there is no terminal to ask.`);
  let names: NameGiven[] = [];
  for (;;) {
    const more =
      names.length === 0 ? ', as language=name, such as en=The Example' : ' in another language (nothing: no more)';
    const line = await askLine(`${question}${more}: `);
    if (line === '' && names.length > 0) return names;
    try {
      names = readName(line, names);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      process.stderr.write(`${error.message}\n`);
    }
  }
}

async function askAddress({ isInteractive, askLine }: Context): Promise<readonly string[]> {
  if (!isInteractive) throw usage('--address <url> or --onion is missing, and there is no terminal to ask.');
  const line = await askLine(
    'Address at which sources reach the server, https://… (nothing: an onion address of its own): ',
  );
  if (line === '') return [];
  try {
    return readAddress(line);
  } catch {
    throw usage('That address cannot be used: wanted https://<host> or http://<name>.onion, without a path.');
  }
}

interface Places {
  readonly folder: string;
  readonly data: string;
  readonly device: string;
  readonly root: string;
  readonly roster: string;
}

async function make(context: Context, places: Places, decided: Decided, options: InitOptions) {
  const { random } = context;
  const { names, deskNames } = decided;
  await makeFolder(places.folder);
  const identity = await createDeviceIdentity(random);
  const rootKey = await createRootKey(places.root, { random, passphrase: decided.rootPassphrase });
  const fingerprint = await fingerprintOf(rootKey.publicKey);
  const folder = await createDataFolder(places.data, { fingerprint, ...options.listen }, random);
  const serverKey = await hybridKey(folder.seed);
  const onion = decided.isOnion ? [`http://${await ensureOnionKey(places.data, 'public', random)}`] : [];
  const addresses = [...decided.addresses, ...onion];
  const first: FirstRoster = {
    rootPublicKey: rootKey.publicKey,
    names: names.map(({ language, text }) => ({ language, name: text })),
    serverKeyHash: await keyHashOf(serverKey.publicKey),
    addresses,
    desks: [{ names: deskNames.map((name) => deskNameOf(name, options.deskDescription)), devices: [identity.device] }],
    schedule: { ...usualSchedule, repliesADay: options.repliesADay },
    offlinePage: await hashOfOfflinePage(),
  };
  const draft = firstRoster(first, { today: todayOf(context), validDays: options.validDays }, random);
  const roster = await openSignedRoster(await sign(context, draft, rootKey));
  await publishInFolder(places.data, roster.signed);
  await writeSignedRoster(places.roster, roster);
  const enrolment = {
    fingerprint,
    deskId: roster.desks[0]?.id ?? new Uint8Array(0),
    roster: roster.signed,
    server: addresses[0] ?? '',
  };
  await createDeviceFolder(context, { folder: places.device, identity, passphrase: decided.deskPassphrase, enrolment });
  return { fingerprint, deviceId: bytesToHex(identity.deviceId), addresses };
}

function deskNameOf({ language, text }: NameGiven, descriptions: readonly NameGiven[] = []) {
  const description = descriptions.find((given) => given.language === language)?.text ?? '';
  return { language, name: text, description };
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
