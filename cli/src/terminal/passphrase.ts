/** Where a passphrase comes from: a file that is named, or the person at the terminal. */

import { readFile } from 'node:fs/promises';
import { passphraseCharactersMin } from '@postern/desk/app/keystore';
import type { Context } from './context.ts';
import { refused, usage } from './failure.ts';

export interface PassphraseQuestion {
  /** What it opens, as in "Passphrase of the root key". */
  readonly what: string;
  /** Its first line is the passphrase. */
  readonly file: string | undefined;
  /** The option that names the file, for whoever has no terminal. */
  readonly option: string;
}

/** For something that is sealed already. */
export async function passphraseFor(context: Context, question: PassphraseQuestion): Promise<string> {
  return (await fromFile(question)) ?? (await typed(context, question, `Passphrase of ${question.what}: `));
}

/** For something new: typed twice, and not too short. */
export async function newPassphraseFor(context: Context, question: PassphraseQuestion): Promise<string> {
  const given = await fromFile(question);
  if (given !== null) return checkLength(given, question);
  const first = checkLength(
    await typed(
      context,
      question,
      `New passphrase of ${question.what} (${passphraseCharactersMin} or more characters): `,
    ),
    question,
  );
  if ((await typed(context, question, 'The same again: ')) !== first) throw refused('The two passphrases differ.');
  return first;
}

async function fromFile({ file }: PassphraseQuestion): Promise<string | null> {
  return file === undefined ? null : firstLineOf(file);
}

/** Without what ends it. */
export async function firstLineOf(file: string): Promise<string> {
  return (await readFile(file, 'utf8')).split(/\r?\n/)[0] ?? '';
}

async function typed({ isInteractive, askSecret }: Context, { what, option }: PassphraseQuestion, text: string) {
  if (!isInteractive)
    throw usage(`The passphrase of ${what} is needed and there is no terminal to ask: use ${option} <file>.`);
  return askSecret(text);
}

function checkLength(passphrase: string, { what }: PassphraseQuestion): string {
  if ([...passphrase.normalize('NFC')].length < passphraseCharactersMin) {
    throw usage(`The passphrase of ${what} is too short: at least ${passphraseCharactersMin} characters.`);
  }
  return passphrase;
}
