/** Facts about the onion addresses of a data folder for the operator, also from beside a running server. */

import { spawn } from 'node:child_process';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { Random } from '@postern/protocol/primitives/random';
import { DataFolderError } from '../files/data-folder.ts';
import type { Timer } from '../ports/clock.ts';
import { type Control, openControl } from './control.ts';
import type { Reply } from './control-lines.ts';
import { deskClients } from './desk-access.ts';
import { type OnionName, onionAddress } from './onion-key.ts';
import { torFolderName } from './start-onion.ts';
import { controlSocketOf, cookieFileOf } from './torrc.ts';

export interface AddressFacts {
  /** `open`: others can read it, and it is not used before that is mended. `missing`: none was made yet. */
  readonly key: 'good' | 'missing' | 'open' | 'damaged';
  /** With `.onion`; null unless the key is good. */
  readonly address: string | null;
  /** Whether the network gave its descriptor back just now; null if no tor of our own runs to ask. */
  readonly isPublished: boolean | null;
}

export interface OnionFacts {
  readonly public: AddressFacts;
  readonly desk: AddressFacts;
  /** Devices that can reach the desks' address; null for a list that is damaged. */
  readonly deskClients: number | null;
  /** The program that a tor of our own would be; null if it is not installed. */
  readonly program: { readonly version: string; readonly hasProofOfWork: boolean } | null;
  /** The tor of our own that runs for this folder; null if there is none. */
  readonly running: { readonly version: string; readonly progress: number } | null;
}

const pauseSeconds = 0.1;
const quietSecondsMax = 2;

export interface StatusOptions {
  readonly dataFolder: string;
  readonly timer: Timer;
  readonly random: Random;
  /** `tor` unless told. */
  readonly program?: string;
  /** How long to wait for the network; 30 unless told. */
  readonly fetchSecondsMax?: number;
}

/** Never throws for the state in which it finds things. */
export async function onionStatus(options: StatusOptions): Promise<OnionFacts> {
  const { dataFolder, program = 'tor' } = options;
  const clients = await deskClients(dataFolder).catch(() => null);
  const [publicKey, deskKey] = [await keyFacts(dataFolder, 'public'), await keyFacts(dataFolder, 'desk')];
  const installed = await programFacts(program);
  const events: Reply[] = [];
  const control = await connect(options, (event) => events.push(event));
  const ask = async ({ address }: KeyFacts): Promise<boolean | null> =>
    control === null || address === null ? null : isPublished(control, events, address, options);
  try {
    return {
      // One after the other: tor gives the events of both on one connection.
      public: { ...publicKey, isPublished: await ask(publicKey) },
      desk: { ...deskKey, isPublished: clients?.length === 0 ? null : await ask(deskKey) },
      deskClients: clients?.length ?? null,
      program: installed,
      running: control === null ? null : await runningFacts(control),
    };
  } finally {
    control?.close();
  }
}

type KeyFacts = Omit<AddressFacts, 'isPublished'>;

async function keyFacts(dataFolder: string, name: OnionName): Promise<KeyFacts> {
  try {
    const address = await onionAddress(dataFolder, name);
    return { key: address === null ? 'missing' : 'good', address };
  } catch (error) {
    return { key: error instanceof DataFolderError && error.code === 'open' ? 'open' : 'damaged', address: null };
  }
}

async function connect(
  { dataFolder, random, timer }: StatusOptions,
  onEvent: (event: Reply) => void,
): Promise<Control | null> {
  const folder = join(dataFolder, torFolderName);
  const socketPath = controlSocketOf(folder);
  try {
    await access(socketPath);
    return await openControl(
      { socketPath },
      { credentials: { cookieFile: cookieFileOf(folder) }, random, timer, onEvent },
    );
  } catch {
    return null;
  }
}

async function runningFacts(control: Control): Promise<OnionFacts['running']> {
  try {
    const phase = await control.info('status/bootstrap-phase');
    const progress = Number(/ PROGRESS=([0-9]{1,3}) /.exec(phase)?.[1] ?? 0);
    return { version: await control.info('version'), progress };
  } catch {
    return null;
  }
}

/** Asks the network for the descriptor, as a visitor would. */
async function isPublished(
  control: Control,
  events: Reply[],
  address: string,
  { timer, fetchSecondsMax = 30 }: StatusOptions,
): Promise<boolean | null> {
  const id = address.replace(/\.onion$/, '');
  try {
    await control.command('SETEVENTS HS_DESC');
    await control.command(`HSFETCH ${id}`);
  } catch {
    return null;
  }
  let heard = 0;
  let quietSeconds = 0;
  for (let waited = 0; waited < fetchSecondsMax; waited += pauseSeconds) {
    await new Promise<void>((resolve) => void timer.after(pauseSeconds, resolve));
    const said = events.map(({ lines }) => lines[0]?.text.split(' ') ?? []).filter((words) => words[2] === id);
    if (said.some(([, action]) => action === 'RECEIVED')) return true;
    quietSeconds = said.length === heard ? quietSeconds + pauseSeconds : 0;
    heard = said.length;
    // A directory that fails is followed by the next, at once, until none is left.
    if (said.at(-1)?.[1] === 'FAILED' && quietSeconds > quietSecondsMax) return false;
  }
  return false;
}

async function programFacts(program: string): Promise<OnionFacts['program']> {
  const version = /^Tor version (\S+?)\.?$/m.exec(await output(program, '--version'))?.[1];
  if (version === undefined) return null;
  return { version, hasProofOfWork: /^pow: yes$/m.test(await output(program, '--list-modules')) };
}

function output(program: string, argument: string): Promise<string> {
  return new Promise((resolve) => {
    const child = spawn(program, [argument], { stdio: ['ignore', 'pipe', 'ignore'], env: { PATH: process.env.PATH } });
    let text = '';
    child.stdout.on('data', (piece) => {
      text += piece;
    });
    child.once('error', () => resolve(''));
    child.once('close', () => resolve(text));
  });
}
