/** In which language a text is written, as far as the device can tell by itself. */

import { francAll } from 'franc-all';
import { pageLanguages } from '../engine/cover-visit.ts';

/** The library's codes (ISO 639-3) for the languages that are looked for, and ours (BCP 47): more would only add mistakes. */
const tags: Readonly<Record<string, string>> = {
  ara: 'ar',
  arb: 'ar',
  bel: 'be',
  ben: 'bn',
  bod: 'bo',
  bul: 'bg',
  ces: 'cs',
  cmn: 'zh',
  deu: 'de',
  ell: 'el',
  eng: 'en',
  fra: 'fr',
  heb: 'he',
  hin: 'hi',
  hun: 'hu',
  ind: 'id',
  ita: 'it',
  jpn: 'ja',
  kat: 'ka',
  kaz: 'kk',
  khk: 'mn',
  khm: 'km',
  kir: 'ky',
  kor: 'ko',
  mya: 'my',
  nld: 'nl',
  pbu: 'ps',
  pes: 'fa',
  pol: 'pl',
  por: 'pt',
  ron: 'ro',
  rus: 'ru',
  spa: 'es',
  swe: 'sv',
  tgk: 'tg',
  tha: 'th',
  tur: 'tr',
  uig: 'ug',
  ukr: 'uk',
  urd: 'ur',
  uzn: 'uz',
  vie: 'vi',
};
const only = Object.keys(tags);
const charactersMax = 2_000;

/** In so few characters two languages of one script look alike; then the second must be less likely by this much. */
const short = { characters: 40, secondMax: 0.88 } as const;

/** Those in which calls and pages are offered: a source most likely writes one of them. */
const offered: ReadonlySet<string> = new Set(pageLanguages.map((tag) => tag.split('-')[0] ?? ''));
/** So near to the most likely language, one of those offered is taken for it. */
const nearMin = 0.95;
/** Letters that a language does not write: it loses a text to its neighbours otherwise, or takes one from them. One in so many may be of a name, or quoted. */
const foreign: Readonly<Record<string, RegExp>> = {
  be: /[ищъїєґ]/giu,
  bg: /[ыэёіїєґў]/giu,
  es: /[ãõçå]/giu,
  pt: /[ñ¿¡]/giu,
  ru: /[іїєґў]/giu,
  uk: /[ыэёъў]/giu,
};
const foreignEvery = 120;
/** Where only what is much less likely is left, such letters tell nothing. */
const ownMin = 0.8;

/** BCP 47, or empty for a text that is too short to tell or of a language that is not looked for. */
export function detectLanguage(text: string): string {
  const begin = text.slice(0, charactersMax);
  const all = francAll(begin, { only, minLength: 8 }).map(([code, score]) => ({ tag: tags[code] ?? '', score }));
  const own = all.filter(({ tag }) => !isForeign(tag, begin));
  const scores = (own[0]?.score ?? 0) >= ownMin * (all[0]?.score ?? 0) ? own : all;
  const [first, second] = scores;
  if (first === undefined) return '';
  if (text.trim().length < short.characters && (second?.score ?? 0) > short.secondMax) return '';
  const near = scores.find(({ tag, score }) => offered.has(tag) && score >= nearMin * first.score);
  return (near ?? first).tag;
}

function isForeign(tag: string, text: string): boolean {
  const letters = foreign[tag];
  return letters !== undefined && (text.match(letters)?.length ?? 0) * foreignEvery > text.length;
}

/** Of a message: what its text is written in, as far as that can be told, else what the page was set to that sent it. */
export function writtenLanguage({ text, language }: { readonly text: string; readonly language: string }): string {
  const detected = detectLanguage(text);
  // The page tells more of the same: in which script.
  return detected === '' || language.split('-')[0] === detected ? language : detected;
}
