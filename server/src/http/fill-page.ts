/** Writes into a built page what a roster says of the organisation. Whoever checks a server does the same (cli). */

import { bytesToHex } from '@postern/protocol/bytes/encode';
import { signedOrigins } from '@postern/protocol/keys/addresses';
import { verificationWords } from '@postern/protocol/keys/fingerprint';
import { inLanguage } from '@postern/protocol/keys/in-language';
import { activeDesks } from '@postern/protocol/keys/roster';
import type { VerifiedRoster } from '@postern/protocol/keys/roster-chain';
import { loadWordList, wordListIds } from '@postern/protocol/keys/word-lists';
import type { BuiltPages } from '../ports/files.ts';
import { fillHtml, keepSections, type Sections } from './fill-html.ts';

/** @returns the page's HTML as it is served */
export async function fillPage(
  { html, language, list }: Pick<BuiltPages['pages'][number], 'html' | 'language' | 'list'>,
  roster: VerifiedRoster,
  sections: Sections = {},
): Promise<string> {
  const origins = signedOrigins(roster);
  const listed = { several: origins.length > 1, origins: origins.map((origin) => new Map([['origin', origin]])) };
  return fillHtml(keepSections(html, { ...listed, ...sections }), await valuesFor(roster, language, list));
}

/** Fingerprint, addresses, name in this language, and words of this list, by the names of their places. */
export async function valuesFor(
  roster: VerifiedRoster,
  language: string,
  list: string,
): Promise<ReadonlyMap<string, string>> {
  const id = wordListIds.find((known) => known === list) ?? 'english';
  const { words } = await loadWordList(id);
  return new Map([
    ['fingerprint', bytesToHex(roster.fingerprint)],
    ['addresses', signedOrigins(roster).join(' ')],
    ['organisation', inLanguage(roster.names, language)?.name ?? ''],
    ...verificationWords(roster.fingerprint, words).map((word, at): [string, string] => [`word${at + 1}`, word]),
  ]);
}

/** Names and descriptions of the desks that take messages. */
export function deskSections(roster: VerifiedRoster, language: string): ReadonlyMap<string, string>[] {
  return activeDesks(roster).map(({ names }) => {
    const found = inLanguage(names, language);
    return new Map([
      ['name', found?.name ?? ''],
      ['about', found?.description ?? ''],
    ]);
  });
}
