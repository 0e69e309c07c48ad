/** Writes into a built page what a roster says of the organisation. Whoever checks a server does the same (cli). */

import { bytesToHex } from '@postern/protocol/bytes/encode';
import { verificationWords } from '@postern/protocol/keys/fingerprint';
import type { VerifiedRoster } from '@postern/protocol/keys/roster-chain';
import { loadWordList, wordListIds } from '@postern/protocol/keys/word-lists';
import type { BuiltPages } from '../ports/files.ts';
import { fillHtml } from './fill-html.ts';

/** @returns the page's HTML as it is served */
export async function fillPage(
  { html, language, list }: Pick<BuiltPages['pages'][number], 'html' | 'language' | 'list'>,
  roster: VerifiedRoster,
): Promise<string> {
  return fillHtml(html, await valuesFor(roster, language, list));
}

/** Fingerprint, name in this language, and words of this list, by the names of their places. */
export async function valuesFor(
  roster: VerifiedRoster,
  language: string,
  list: string,
): Promise<ReadonlyMap<string, string>> {
  const id = wordListIds.find((known) => known === list) ?? 'english';
  const { words } = await loadWordList(id);
  return new Map([
    ['fingerprint', bytesToHex(roster.fingerprint)],
    ['organisation', nameIn(roster, language)],
    ...verificationWords(roster.fingerprint, words).map((word, at): [string, string] => [`word${at + 1}`, word]),
  ]);
}

/** In this language, else in one that begins alike, else the first. */
function nameIn({ names }: VerifiedRoster, language: string): string {
  const main = mainPart(language);
  const found =
    names.find((name) => name.language === language) ??
    names.find((name) => mainPart(name.language) === main) ??
    names[0];
  return found?.name ?? '';
}

export function mainPart(language: string): string | undefined {
  return language.split('-')[0];
}
