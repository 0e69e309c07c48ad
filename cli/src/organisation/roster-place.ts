/** Where a command finds the newest roster, and where its result goes: the options that the roster commands share. */

import type { Roster } from '@postern/protocol/keys/roster';
import { signRoster, type VerifiedRoster } from '@postern/protocol/keys/roster-chain';
import { type Command, Option } from 'commander';
import type { Context } from '../terminal/context.ts';
import { usage } from '../terminal/failure.ts';
import { readCount } from '../terminal/option-values.ts';
import { usualValidDays } from './next-roster.ts';
import { openRootKey } from './root-key.ts';
import { openSignedRoster, readSignedRoster, writeDraft, writeSignedRoster } from './roster-file.ts';
import { newestRosterIn, publishInFolder } from './roster-store.ts';

export interface PlaceOptions {
  readonly data?: string;
  readonly roster?: string;
}

export interface EditOptions extends PlaceOptions {
  readonly validDays: number;
  readonly root?: string;
  readonly rootPassphraseFile?: string;
  readonly out?: string;
}

/** Adds `--data` and `--roster`. */
export function addPlaceOptions(command: Command): Command {
  return command
    .addOption(new Option('--data <folder>', "a server's data folder").conflicts('roster'))
    .option('--roster <file>', 'a signed roster in a file');
}

/** Adds what every change of the roster takes. */
export function addEditOptions(command: Command): Command {
  return addPlaceOptions(command)
    .option('--root <file>', 'sign with the root key of this file at once; without it a draft is written')
    .option('--root-passphrase-file <file>', 'its first line is the passphrase of the root key')
    .option('--out <file>', 'where the draft or the signed roster goes')
    .option('--valid-days <days>', 'how many days the next roster is valid', readCount(1, 366), usualValidDays);
}

export async function readPlace({ data, roster }: PlaceOptions): Promise<VerifiedRoster> {
  if (data !== undefined) return newestRosterIn(data);
  if (roster !== undefined) return readSignedRoster(roster);
  throw usage('Say where the roster is: --data <folder> of the server, or --roster <file>.');
}

/** What became of a change. */
export interface Edited {
  readonly number: number;
  readonly state: 'draft' | 'signed' | 'published';
  readonly out: string | null;
  /** Whether a running server has taken it up. */
  readonly isServed: boolean;
}

/** Writes the draft, or signs it; publishes it if the roster came from a data folder. Both only as far as options say. */
export async function finishEdit(context: Context, roster: Roster, options: EditOptions): Promise<Edited> {
  const { data, root, out, rootPassphraseFile } = options;
  const { number } = roster;
  if (root === undefined) {
    if (out === undefined) throw usage('Say where the draft goes by --out <file>, or sign at once by --root <file>.');
    await writeDraft(out, roster);
    return { number, state: 'draft', out, isServed: false };
  }
  if (data === undefined && out === undefined) throw usage('Say where the signed roster goes: --out <file>.');
  const key = await openRootKey(context, rootPassphraseFile === undefined ? { root } : { root, rootPassphraseFile });
  const signed = await openSignedRoster(await sign(context, roster, key));
  if (out !== undefined) await writeSignedRoster(out, signed);
  if (data === undefined) return { number, state: 'signed', out: out ?? null, isServed: false };
  const isServed = await publishInFolder(data, signed.signed);
  return { number, state: 'published', out: out ?? null, isServed };
}

export async function sign(
  { random }: Context,
  roster: Roster,
  key: Awaited<ReturnType<typeof openRootKey>>,
): Promise<Uint8Array> {
  try {
    return await signRoster(roster, key, random);
  } catch (error) {
    if (error instanceof RangeError) throw usage('That is the root key of another organisation.');
    throw error;
  }
}

export const comesIntoUse =
  'It comes into use when every desk that is not paused has signed its day keys under it; those online do so within minutes.';

/** What a person does next. @param signing the command that signs a draft of this kind, with what it looks at */
export function editedLines({ number, state, out, isServed }: Edited, signing = 'roster sign'): string[] {
  if (state === 'draft') {
    return [
      `Draft of roster ${number}: ${out}`,
      `Next, where the root key is: npx postern ${signing} <draft> --root <key> --out <file>`,
    ];
  }
  if (state === 'signed') {
    return [
      `Signed roster ${number}: ${out}`,
      'Next: npx postern roster publish <file> --data <folder>, or --device <folder> from a desk.',
    ];
  }
  return [
    `Published roster ${number}${isServed ? '; the running server has it.' : '. The server takes it up when it starts.'}`,
    comesIntoUse,
  ];
}
