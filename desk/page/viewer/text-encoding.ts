/** How a text without a name for its encoding is written: by its mark, as UTF-8, or as what older machines in China and Russia write where that can be told. */

import { readText, textIn } from '@postern/protocol/metadata/plain-text';

/** Those that are told by what they hold, and said to whoever reads. */
export const guessedEncodings = ['GB18030', 'Windows-1251'] as const;
export type GuessedEncoding = (typeof guessedEncodings)[number];

export interface ReadText {
  readonly text: string;
  /** Null where the bytes leave no doubt. */
  readonly guessed: GuessedEncoding | null;
}

const sampleBytes = 256 * 1024;
/** Signs and words that hardly a line of Chinese lacks. Written by other encodings, none of them is a pair of common letters. */
const commonChinese = new Set('，。、：的一不到说国和要时大为就地个得会可过对后发多没好看之都小家');
const commonShareMin = 0.06;
const knownShareMin = 0.8;
/** Of the letters а в е и л н о р с т in Windows-1251; they make up more than half of a Russian text. */
const commonCyrillic = new Set([0xe0, 0xe2, 0xe5, 0xe8, 0xeb, 0xed, 0xee, 0xf0, 0xf1, 0xf2]);
const cyrillicLettersMin = 8;
/** Ё, letters of Ukrainian and Belarusian, dashes, quotation marks, №: what such texts have beside those from 0xC0 on. */
const besideCyrillic = new Set(
  '\x84\x85\x91\x92\x93\x94\x96\x97\xa0\xa1\xa2\xa5\xa8\xaa\xab\xaf\xb2\xb3\xb4\xb8\xb9\xba\xbb\xbf',
);
const otherShareMax = 0.02;

/** @returns null for what is no text, or one of which the encoding cannot be told */
export function decodeText(bytes: Uint8Array): ReadText | null {
  const plain = readText(bytes) ?? utf16In(bytes);
  if (plain !== null) return { text: plain, guessed: null };
  const sample = bytes.subarray(0, sampleBytes);
  const guessed = isChinese(sample) ? 'GB18030' : isCyrillic(sample) ? 'Windows-1251' : null;
  const text = guessed === null ? null : textIn(bytes, guessed);
  return text === null ? null : { text, guessed };
}

function utf16In(bytes: Uint8Array): string | null {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return textIn(bytes, 'utf-16le');
  return bytes[0] === 0xfe && bytes[1] === 0xff ? textIn(bytes, 'utf-16be') : null;
}

/** Nearly every pair of bytes decodes; of a text in Chinese most are of the characters that its schools teach first. */
function isChinese(bytes: Uint8Array): boolean {
  let [pairs, known] = [0, 0];
  for (let at = 0; at + 1 < bytes.length; at++) {
    const [first = 0, second = 0] = [bytes[at], bytes[at + 1]];
    if (first < 0x80) continue;
    pairs += 1;
    at += 1;
    const isTaught = first >= 0xb0 && first <= 0xd7;
    const isSign = first >= 0xa1 && first <= 0xa3;
    if (second >= 0xa1 && (isTaught || isSign)) known += 1;
  }
  const text = new TextDecoder('gb18030').decode(bytes);
  const common = [...text].filter((character) => commonChinese.has(character)).length;
  return pairs > 0 && known >= knownShareMin * pairs && common >= Math.max(2, commonShareMin * pairs);
}

/** Each byte is some letter; of a text in Russian half are ten of them, and few are of the Latin alphabet. */
function isCyrillic(bytes: Uint8Array): boolean {
  const letters = bytes.filter((byte) => byte >= 0xc0);
  const latin = bytes.filter((byte) => /[a-z]/i.test(String.fromCharCode(byte))).length;
  const others = bytes.filter((byte) => byte >= 0x80 && byte < 0xc0 && !besideCyrillic.has(String.fromCharCode(byte)));
  if (others.length > otherShareMax * letters.length) return false;
  const common = letters.filter((byte) => commonCyrillic.has(byte | 0x20)).length;
  return letters.length >= Math.max(cyrillicLettersMin, latin) && common >= 0.5 * letters.length;
}
