/** In which language a text is written, as far as the device can tell by itself. */

import { francAll } from 'franc-all';

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

/** BCP 47, or empty for a text that is too short to tell or of a language that is not looked for. */
export function detectLanguage(text: string): string {
  const [first, second] = francAll(text.slice(0, charactersMax), { only, minLength: 8 });
  const isUnsure = text.trim().length < short.characters && (second?.[1] ?? 0) > short.secondMax;
  return isUnsure ? '' : (tags[first?.[0] ?? ''] ?? '');
}
