/** What the recogniser of text must know of a language: English comes with the desk, others are looked for on this machine. */

import { glob, readFile, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';

/** BCP 47, and the name of the data. */
const dataNames: Readonly<Record<string, string>> = {
  ar: 'ara',
  be: 'bel',
  bg: 'bul',
  bn: 'ben',
  bo: 'bod',
  cs: 'ces',
  de: 'deu',
  el: 'ell',
  en: 'eng',
  es: 'spa',
  fa: 'fas',
  fr: 'fra',
  he: 'heb',
  hi: 'hin',
  hu: 'hun',
  id: 'ind',
  it: 'ita',
  ja: 'jpn',
  ka: 'kat',
  kk: 'kaz',
  km: 'khm',
  ko: 'kor',
  ky: 'kir',
  mn: 'mon',
  my: 'mya',
  nl: 'nld',
  pl: 'pol',
  ps: 'pus',
  pt: 'por',
  ro: 'ron',
  ru: 'rus',
  sv: 'swe',
  tg: 'tgk',
  th: 'tha',
  tr: 'tur',
  ug: 'uig',
  uk: 'ukr',
  ur: 'urd',
  uz: 'uzb',
  vi: 'vie',
  'zh-Hans': 'chi_sim',
  'zh-Hant': 'chi_tra',
};

/** Where the packages of Debian, Fedora, Arch and Homebrew put the data of Tesseract. */
const machineFolders = [
  '/usr/share/tesseract-ocr/*/tessdata',
  '/usr/share/tesseract/tessdata',
  '/usr/share/tessdata',
  '/usr/local/share/tessdata',
  '/opt/homebrew/share/tessdata',
];
const shippedLanguage = 'en';
const shipped = '@tesseract.js-data/eng/4.0.0_best_int/eng.traineddata.gz';
/** The largest that there are have half as much. */
const dataBytesMax = 48 * 1024 * 1024;

export class LanguageData {
  readonly #own: string;
  readonly #folders: readonly string[];

  /** @param own a folder for what this machine has no package of @param folders patterns */
  constructor(own: string, folders: readonly string[] = machineFolders) {
    this.#own = own;
    this.#folders = folders;
  }

  /** Languages (BCP 47) whose text can be recognised here. */
  async list(): Promise<readonly string[]> {
    const paths = await Promise.all(
      Object.keys(dataNames).map(async (language) => [language, await this.#find(language)]),
    );
    return paths
      .filter(([language, path]) => language === shippedLanguage || path !== null)
      .map(([language]) => language ?? '');
  }

  /** Not verified: it is read where files of strangers are, and nowhere else. @returns null where there is none */
  async read(language: string): Promise<Uint8Array | null> {
    const path = await this.#find(language);
    if (path !== null) return readFile(path);
    if (language !== shippedLanguage) return null;
    return promisify(gunzip)(await readFile(createRequire(import.meta.url).resolve(shipped)));
  }

  async #find(language: string): Promise<string | null> {
    const name = Object.hasOwn(dataNames, language) ? dataNames[language] : undefined;
    if (name === undefined) return null;
    const file = `${name}.traineddata`;
    const own = join(this.#own, file);
    if (await isData(own)) return own;
    for (const folder of this.#folders) {
      for await (const path of glob(join(folder, file))) if (await isData(path)) return path;
    }
    return null;
  }
}

async function isData(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => null);
  return found?.isFile() === true && found.size <= dataBytesMax;
}
