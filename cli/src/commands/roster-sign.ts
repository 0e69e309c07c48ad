/** `postern roster sign`: the root key's signature under a draft, where the root key is. */

import { readFile } from 'node:fs/promises';
import type { Roster } from '@postern/protocol/keys/roster';
import { Command } from 'commander';
import { openRootKey, type RootKeyOptions } from '../organisation/root-key.ts';
import { decodeDraft, isDraft, openSignedRoster, writeSignedRoster } from '../organisation/roster-file.ts';
import { sign } from '../organisation/roster-place.ts';
import { linesOf, summaryOf } from '../organisation/roster-text.ts';
import { type Context, type JsonOption, report } from '../terminal/context.ts';
import { refused } from '../terminal/failure.ts';

export interface RosterSignOptions extends JsonOption, RootKeyOptions {
  readonly out: string;
  readonly yes?: boolean;
}

export function rosterSignCommand(context: Context): Command {
  return new Command('sign')
    .description('sign a draft with the root key, on the machine where it is')
    .argument('<draft>', 'of "postern device add", "roster renew" or another that changes the roster')
    .requiredOption('--root <file>', 'the root key')
    .option('--root-passphrase-file <file>', 'its first line is the passphrase of the root key')
    .requiredOption('--out <file>', 'where the signed roster goes')
    .option('--yes', 'sign without asking')
    .option('--json', 'print one JSON object')
    .action((draft: string, options: RosterSignOptions) => signDraft(context, draft, options));
}

/** @param check refuses a draft that is not the one that was meant */
export async function signDraft(
  context: Context,
  file: string,
  options: RosterSignOptions,
  check: (draft: Roster) => Promise<void> = async () => undefined,
): Promise<void> {
  const bytes = new Uint8Array(await readFile(file));
  if (!isDraft(bytes)) throw refused('That is no draft of a roster.');
  const draft = decodeDraft(bytes);
  await check(draft);
  if (context.isInteractive && options.yes !== true) {
    context.note(linesOf(draft).join('\n'));
    const answer = await context.askLine('Sign this roster? (yes/no) ');
    if (answer.toLowerCase() !== 'yes') throw refused('Not signed.');
  }
  const key = await openRootKey(context, options);
  const signed = await openSignedRoster(await sign(context, draft, key));
  await writeSignedRoster(options.out, signed);
  report(context, options, { out: options.out, roster: summaryOf(signed) }, [
    ...linesOf(signed),
    `Signed: ${options.out}`,
    'Next: npx postern roster publish <file> --data <folder>, or --device <folder> from a desk.',
  ]);
}
