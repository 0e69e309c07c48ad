/** Writes into a built page what a roster says of the organisation. Whoever checks a server does the same (cli). */

import { bytesToHex } from '@postern/protocol/bytes/encode';
import { verificationWords } from '@postern/protocol/keys/fingerprint';
import type { VerifiedRoster } from '@postern/protocol/keys/roster-chain';
import { loadWordList, wordListIds } from '@postern/protocol/keys/word-lists';
import type { BuiltPages } from '../ports/files.ts';

/** @returns the page's HTML as it is served */
export async function fillPage(
  { html, language, list }: Pick<BuiltPages['pages'][number], 'html' | 'language' | 'list'>,
  roster: VerifiedRoster,
): Promise<string> {
  return fillHtml(html, await valuesFor(roster, language, list));
}

async function valuesFor(roster: VerifiedRoster, language: string, list: string): Promise<ReadonlyMap<string, string>> {
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

/** @throws RangeError for a placeholder without a value: page and server do not fit each other */
function fillHtml(html: string, values: ReadonlyMap<string, string>): string {
  return html.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const value = values.get(name);
    if (value === undefined) throw new RangeError(`fill a page: there is no value for ${name}`);
    return escapeHtml(value);
  });
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"]/g, (sign) => entities[sign] ?? sign);
}
