/** `postern onion client`: keys with which Tor lets a desk's machine find the desks' own onion address (rend-spec-v3, client authorisation). */

import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { base32ToBytes, bytesToBase32 } from '@postern/protocol/bytes/base32';
import { x25519PublicKey } from '@postern/protocol/primitives/x25519-key';
import { addDeskClient, deskClients, deskClientsMax, removeDeskClient } from '@postern/server/onion/desk-access';
import { ensureOnionKey, onionAddress } from '@postern/server/onion/onion-key';
import { Command, InvalidArgumentError } from 'commander';
import { type Context, type JsonOption, report } from '../terminal/context.ts';
import { refused } from '../terminal/failure.ts';

interface ClientNewOptions extends JsonOption {
  readonly address: string;
}

interface ClientOptions extends JsonOption {
  readonly data: string;
}

/** Tor reads only files of this name in the folder that `ClientOnionAuthDir` names. */
const fileEnd = '.auth_private';
const keyBytes = 32;
const prefix = 'descriptor:x25519:';

export function clientNewCommand(context: Context): Command {
  return new Command('new')
    .description("on the desk's machine: make a key for its Tor; the private half stays here")
    .argument('<file>', `where the private half goes, a name that ends in ${fileEnd}`, readFileName)
    .requiredOption('--address <name>.onion', "the desks' address, from whoever runs the server", readOnion)
    .option('--json', 'print one JSON object')
    .action((file: string, options: ClientNewOptions) => makeClient(context, file, options));
}

export function clientAddCommand(context: Context): Command {
  return clientCommand(context, 'add', 'let the machine with this key find the address', async (data, key) => {
    const clients = await deskClients(data);
    if (clients.includes(keyText(key))) throw refused('That key is listed already.');
    if (clients.length >= deskClientsMax) throw refused(`At most ${deskClientsMax} keys can be listed.`);
    await addDeskClient(data, key);
    await ensureOnionKey(data, 'desk', context.random);
  });
}

export function clientRemoveCommand(context: Context): Command {
  return clientCommand(context, 'remove', 'hide the address from the machine with this key', async (data, key) => {
    if (!(await removeDeskClient(data, key))) throw refused('That key is not listed.');
  });
}

export function clientListCommand(context: Context): Command {
  return new Command('list')
    .description("the desks' address and the keys that find it")
    .requiredOption('--data <folder>', "the server's data folder")
    .option('--json', 'print one JSON object')
    .action(async (options: ClientOptions) => show(context, options));
}

type Change = (data: string, key: Uint8Array) => Promise<void>;

function clientCommand(context: Context, name: string, does: string, change: Change): Command {
  return new Command(name)
    .description(does)
    .argument('<key>', `${prefix}…, as "postern onion client new" printed it`, readKey)
    .requiredOption('--data <folder>', "the server's data folder")
    .option('--json', 'print one JSON object')
    .action(async (key: Uint8Array, options: ClientOptions) => {
      await change(options.data, key);
      await show(context, options);
    });
}

async function makeClient(context: Context, file: string, options: ClientNewOptions): Promise<void> {
  const privateKey = context.random(keyBytes);
  const key = `${prefix}${keyText(await x25519PublicKey(privateKey))}`;
  const id = options.address.replace(/\.onion$/, '');
  await writeFile(file, `${id}:${prefix}${keyText(privateKey)}\n`, { flag: 'wx', mode: 0o600 });
  privateKey.fill(0);
  report(context, options, { file: resolve(file), key }, [
    `Private half: ${resolve(file)}. It must not leave this machine.`,
    `Give this to whoever runs the server: ${key}`,
    'Next, here: put the file into a folder that only the user of Tor can read, name that folder in the torrc as',
    '"ClientOnionAuthDir <folder>", and restart Tor. Then start the desk with',
    `--socks 127.0.0.1:9050 --server http://${options.address}`,
  ]);
}

async function show(context: Context, options: ClientOptions): Promise<void> {
  const clients = await deskClients(options.data);
  const address = await onionAddress(options.data, 'desk');
  report(context, options, { address, clients }, [
    `The desks' address: ${address ?? 'none yet'}${clients.length === 0 ? ' (not published: no key is listed)' : ''}`,
    ...clients.map((client) => `  ${prefix}${client}`),
    'A server that runs with --onion takes changes up within a minute.',
  ]);
}

function keyText(bytes: Uint8Array): string {
  return bytesToBase32(bytes).toUpperCase();
}

function readKey(value: string): Uint8Array {
  const bytes = base32ToBytes(value.startsWith(prefix) ? value.slice(prefix.length) : value);
  if (bytes?.length !== keyBytes) throw new InvalidArgumentError(`wanted ${prefix} and 52 characters.`);
  return bytes;
}

function readFileName(value: string): string {
  if (!value.endsWith(fileEnd)) throw new InvalidArgumentError(`Tor reads only names that end in ${fileEnd}.`);
  return value;
}

function readOnion(value: string): string {
  const address = value.replace(/^http:\/\//, '').replace(/\/$/, '');
  if (!/^[a-z2-7]{56}\.onion$/.test(address)) throw new InvalidArgumentError('wanted <56 characters>.onion.');
  return address;
}
