/** What the recogniser of text must know of a language: English comes with the desk, others are looked for on this machine. */

import { glob, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
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
  readonly #patterns: readonly string[];

  /** @param own a folder for what this machine has no package of @param patterns of folders where packages put theirs */
  constructor(own: string, patterns: readonly string[] = machineFolders) {
    this.#own = own;
    this.#patterns = patterns;
  }

  /** Languages (BCP 47) whose text can be recognised here. */
  async list(): Promise<readonly string[]> {
    const folders = await this.#folders();
    const languages: string[] = [];
    for (const [language, name] of Object.entries(dataNames)) {
      if (language === shippedLanguage || (await find(folders, name)) !== null) languages.push(language);
    }
    return languages;
  }

  /** Not verified: it is read where files of strangers are, and nowhere else. @returns null where there is none */
  async read(language: string): Promise<Uint8Array | null> {
    const name = Object.hasOwn(dataNames, language) ? dataNames[language] : undefined;
    if (name === undefined) return null;
    const path = await find(await this.#folders(), name);
    if (path !== null) return readFile(path);
    if (language !== shippedLanguage) return null;
    return promisify(gunzip)(await readFile(fileURLToPath(import.meta.resolve(shipped))));
  }

  /** The own one comes first, and is no pattern. */
  async #folders(): Promise<readonly string[]> {
    const folders = [this.#own];
    for (const pattern of this.#patterns) for await (const folder of glob(pattern)) folders.push(folder);
    return folders;
  }
}

async function find(folders: readonly string[], name: string): Promise<string | null> {
  for (const folder of folders) {
    const path = join(folder, `${name}.traineddata`);
    if (await isData(path)) return path;
  }
  return null;
}

async function isData(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => null);
  return found?.isFile() === true && found.size <= dataBytesMax;
}
