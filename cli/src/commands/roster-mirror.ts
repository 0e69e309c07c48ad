/** `postern roster mirror`: the signed list of addresses, to which pages go on when one fails (spec ROS-5). */

import { originsBeside, signedOrigins } from '@postern/protocol/keys/addresses';
import type { RosterServer } from '@postern/protocol/keys/roster';
import { Command } from 'commander';
import { nextRoster } from '../organisation/next-roster.ts';
import { addEditOptions, type EditOptions, editedLines, finishEdit, readPlace } from '../organisation/roster-place.ts';
import { type Context, type JsonOption, report, todayOf } from '../terminal/context.ts';
import { refused, usage } from '../terminal/failure.ts';
import { readAddress } from '../terminal/option-values.ts';

interface RosterMirrorOptions extends JsonOption, EditOptions {}

type Change = (servers: readonly RosterServer[], address: string) => readonly RosterServer[];

/** All of them stand in a header of every page, and proxies take only so much. */
const addressesMax = 24;

export function rosterMirrorCommand(context: Context): Command {
  return new Command('mirror')
    .description('the addresses to which pages go on when one fails')
    .addCommand(changeCommand(context, 'add', 'list the address of a mirror, after those before', withAddress))
    .addCommand(changeCommand(context, 'remove', 'drop an address: pages connect to it no longer', withoutAddress));
}

function changeCommand(context: Context, name: string, does: string, change: Change): Command {
  const command = new Command(name)
    .description(`${does}: a draft, or signed by --root and published by --data`)
    .argument('<address>', 'https://<host> or http://<name>.onion', (value: string) => readAddress(value)[0] ?? '');
  return addEditOptions(command)
    .option('--json', 'print one JSON object')
    .action((address: string, options: RosterMirrorOptions) => edit(context, address, change, options));
}

async function edit(context: Context, address: string, change: Change, options: RosterMirrorOptions): Promise<void> {
  const before = await readPlace(options);
  const servers = change(before.servers, address);
  const next = nextRoster(before, { today: todayOf(context), validDays: options.validDays });
  const edited = await finishEdit(context, { ...next, servers }, options);
  const addresses = signedOrigins({ servers });
  report(context, options, { ...edited, addresses }, [
    ...editedLines(edited),
    ...addresses.map((listed, at) => `${at + 1}. ${listed}`),
    'Pages try them in this order. A page that came by https tries https only; one from an onion address tries both.',
  ]);
}

function withAddress(servers: readonly RosterServer[], address: string): readonly RosterServer[] {
  if (originsBeside([address], null).length === 0) {
    throw usage('Give the address as pages name it: lower case, https://<host> or http://<name>.onion.');
  }
  const known = signedOrigins({ servers });
  if (known.includes(address)) throw refused('That address is listed already.');
  if (known.length >= addressesMax) throw refused(`At most ${addressesMax} addresses can be listed: remove one first.`);
  const [first, ...others] = servers;
  if (first === undefined) throw refused('The roster lists no server that it could be a mirror of.');
  return [{ ...first, addresses: [...first.addresses, address] }, ...others];
}

function withoutAddress(servers: readonly RosterServer[], address: string): readonly RosterServer[] {
  const left = servers.map((server) => ({
    ...server,
    addresses: server.addresses.filter((listed) => listed.replace(/\/$/, '') !== address),
  }));
  if (signedOrigins({ servers: left }).length === signedOrigins({ servers }).length) {
    throw refused('That address is not listed. "postern roster show" lists them.');
  }
  if (left.every(({ addresses }) => addresses.length === 0)) throw refused('That is the only address.');
  return left;
}
