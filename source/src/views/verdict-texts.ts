/** What is said of a verdict, on a page with scripts and without. */
import type { DynamicKey, Texts } from '../texts.ts';
import type { Marked, Verdict } from '../verdict.ts';

/** @returns the title, the lines below it, and what is compared by name: what was given, what is real */
export function verdictTexts(
  text: Texts,
  verdict: Verdict,
): readonly [string, readonly string[], readonly (readonly [string, Marked])[]] {
  const title = text(titles[verdict.answer]);
  if (verdict.answer === 'unsure') return [title, [text(unsureKeys[verdict.why])], []];
  if (verdict.answer === 'yes') return [title, [text(yesKeys[verdict.what])], []];
  const { what, difference, places } = verdict;
  const wrong = places === undefined ? [] : [text('verify.places', { places: places.join(', ') })];
  const compared: readonly (readonly [string, Marked])[] =
    difference === undefined
      ? []
      : [
          [text('verify.given'), difference.given],
          [text('verify.real'), difference.real],
        ];
  return [title, [text(noKeys[what]), ...wrong], compared];
}

/** Where a sign is missing. */
export const gap = '␣';

const titles = {
  yes: 'verify.yes',
  no: 'verify.no',
  unsure: 'verify.unsure',
} as const satisfies Record<Verdict['answer'], DynamicKey>;
const yesKeys = {
  address: 'verify.yesAddress',
  words: 'verify.yesWords',
  code: 'verify.yesCode',
  file: 'verify.yesFile',
} as const satisfies Record<string, DynamicKey>;
const noKeys = {
  address: 'verify.noAddress',
  words: 'verify.noWords',
  code: 'verify.noCode',
  file: 'verify.noFile',
} as const satisfies Record<string, DynamicKey>;
const unsureKeys = {
  stale: 'verify.stale',
  list: 'verify.list',
  twelve: 'verify.twelve',
  page: 'verify.noPage',
  nothing: 'verify.nothing',
} as const satisfies Record<string, DynamicKey>;
