/** Whether an address, a QR code's text, verification words or a file belong to the organisation whose key is pinned. */

import type { Fingerprint } from '@postern/protocol/bytes/brand';
import { equal } from '@postern/protocol/bytes/equal';
import { fingerprintToQr, verificationNumbers } from '@postern/protocol/keys/fingerprint';
import { readTyped } from '@postern/protocol/keys/passphrase-typing';
import type { WordList } from '@postern/protocol/keys/word-lists';
import { sha256 } from '@postern/protocol/primitives/hash';

/** What is known of the organisation for sure. */
export type Pinned = {
  readonly fingerprint: Fingerprint;
  readonly addresses: readonly string[];
  /** SHA-256 of its offline page; zeros for none. */
  readonly offlinePage: Uint8Array;
  /** Of the roster that names the addresses. */
  readonly lastDay: number;
};

type What = 'address' | 'words' | 'code' | 'file';

/** Two texts with the part of each in which they differ. */
type Difference = { readonly given: Marked; readonly real: Marked };
export type Marked = { readonly before: string; readonly differing: string; readonly after: string };

export type Verdict =
  | { readonly answer: 'yes'; readonly what: What }
  /** Places, from 1, of words that are wrong. */
  | {
      readonly answer: 'no';
      readonly what: What;
      readonly difference?: Difference;
      readonly places?: readonly number[];
    }
  /**
   * `stale`: the list of addresses is too old. `list`: no words of the lists at hand. `twelve`: a phrase, which is a
   * secret. `page`: the organisation names no offline page. `nothing`: it is none of these things.
   */
  | { readonly answer: 'unsure'; readonly why: 'stale' | 'list' | 'twelve' | 'page' | 'nothing' };

/** No address or code is longer; readers of a text without end would take their time with it. */
const textMax = 4096;
const wordCount = 8;
const phraseCount = 12;

/** @param lists those in which words are looked up @param today UTC day */
export async function judge(
  given: string | Uint8Array,
  pinned: Pinned,
  lists: readonly WordList[],
  today: number,
): Promise<Verdict> {
  if (typeof given !== 'string') return judgeFile(given, pinned);
  const text = given.trim();
  if (text === '' || text.length > textMax) return { answer: 'unsure', why: 'nothing' };
  if (/^postern:/i.test(text)) return judgeCode(text, pinned);
  if (/^\S+\.\S+$/u.test(text)) return judgeAddress(text, pinned, today);
  return judgeWords(text, pinned, lists);
}

async function judgeFile(bytes: Uint8Array, { offlinePage }: Pinned): Promise<Verdict> {
  if (offlinePage.every((byte) => byte === 0)) return { answer: 'unsure', why: 'page' };
  return { answer: equal(await sha256(bytes), offlinePage) ? 'yes' : 'no', what: 'file' };
}

function judgeCode(text: string, { fingerprint }: Pinned): Verdict {
  // Camera programs keep the rest as it is, but some write the first word large.
  const code = text.replace(/^postern:/i, 'postern:');
  return { answer: code === fingerprintToQr(fingerprint) ? 'yes' : 'no', what: 'code' };
}

function judgeAddress(text: string, { addresses, lastDay }: Pinned, today: number): Verdict {
  const hasScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(text);
  const origin = originOf(hasScheme ? text : `http://${text}`);
  if (origin === undefined) return { answer: 'unsure', why: 'nothing' };
  const shown = (address: string): string => (hasScheme ? address : address.replace(/^[a-z]+:\/\//, ''));
  const real = addresses.map((address) => shown(originOf(address) ?? address));
  if (real.includes(shown(origin))) {
    return today > lastDay ? { answer: 'unsure', why: 'stale' } : { answer: 'yes', what: 'address' };
  }
  // As it was typed: other alphabets' look-alike letters would be unreadable in their technical form.
  const typed = /^([a-z][a-z0-9+.-]*:\/\/)?[^/?#]*/i.exec(text)?.[0] ?? text;
  const nearest = nearestOf(typed, real);
  return { answer: 'no', what: 'address', ...(nearest === undefined ? {} : { difference: nearest }) };
}

/** Scheme, host and port, without a name before the host, as browsers understand it. */
function originOf(text: string): string | undefined {
  try {
    const { protocol, host } = new URL(text);
    return host === '' ? undefined : `${protocol}//${host}`;
  } catch {
    return undefined;
  }
}

const alikeMin = 4;

/** The one that is most like it, if it is like one at all. */
function nearestOf(given: string, real: readonly string[]): Difference | undefined {
  const differences = real.map((address) => differenceOf(given, address));
  const alike = ({ real: { before, after } }: Difference): number =>
    before.replace(/^[a-z]+:\/\//, '').length + after.replace(/\.[a-z]+$/, '').length;
  const [nearest] = differences.toSorted((a, b) => alike(b) - alike(a));
  return nearest !== undefined && alike(nearest) >= alikeMin ? nearest : undefined;
}

/** What two texts share at their beginnings and ends, and what lies between. */
export function differenceOf(given: string, real: string): Difference {
  const [a, b] = [[...given], [...real]];
  const shortest = Math.min(a.length, b.length);
  let before = 0;
  while (before < shortest && a[before]?.toLowerCase() === b[before]?.toLowerCase()) before += 1;
  let after = 0;
  while (after < shortest - before && a.at(-1 - after)?.toLowerCase() === b.at(-1 - after)?.toLowerCase()) after += 1;
  const cut = (signs: readonly string[]): Marked => ({
    before: signs.slice(0, before).join(''),
    differing: signs.slice(before, signs.length - after).join(''),
    after: signs.slice(signs.length - after).join(''),
  });
  return { given: cut(a), real: cut(b) };
}

function judgeWords(text: string, { fingerprint }: Pinned, lists: readonly WordList[]): Verdict {
  const wanted = verificationNumbers(fingerprint);
  let verdict: Verdict = { answer: 'unsure', why: 'list' };
  for (const list of lists) {
    const numbers = readTyped(text, list).map((word) => list.words.indexOf(word));
    if (numbers.includes(-1)) continue;
    if (numbers.length === phraseCount) return { answer: 'unsure', why: 'twelve' };
    if (numbers.length !== wordCount) continue;
    const places = wanted.flatMap((number, at) => (numbers[at] === number ? [] : [at + 1]));
    if (places.length === 0) return { answer: 'yes', what: 'words' };
    // Two lists share some words; the one that comes nearer is meant.
    const isNearer = verdict.answer !== 'no' || places.length < (verdict.places?.length ?? wordCount + 1);
    if (isNearer) verdict = { answer: 'no', what: 'words', places };
  }
  return verdict;
}
