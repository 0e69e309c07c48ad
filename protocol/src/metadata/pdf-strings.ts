/** Strings of a PDF: where they stand, and in which form (ISO 32000-1, 7.3.4). */

const stringCharactersMax = 4_000;

/** The string that is an object of its own; undefined where it is not found, or enough have been looked for. */
export type LookUp = (number: string, generation: string) => string | undefined;

/** Each search goes through the whole file. */
const searchesMax = 16;

export function stringObjects(text: string): LookUp {
  let searches = 0;
  return (number, generation) => {
    searches += 1;
    if (searches > searchesMax) return undefined;
    const head = `${number} ${generation} obj`;
    let at = text.lastIndexOf(head);
    while (at > 0 && /\d/.test(text.charAt(at - 1))) at = text.lastIndexOf(head, at - 1);
    const [space = ''] = /^\s{0,9}/.exec(text.slice(at + head.length, at + head.length + 9)) ?? [];
    return at < 0 ? undefined : stringAt(text, at + head.length + space.length);
  };
}

/** Of an entry of a dictionary: empty where the string stands elsewhere and is not found, undefined where there is none. */
export function valueAt(text: string, at: number, lookUp: LookUp): string | undefined {
  const here = stringAt(text, at);
  if (here !== undefined) return here;
  const [, number, generation] = /^(\d{1,9})\s{1,9}(\d{1,5})\s{1,9}R\b/.exec(text.slice(at, at + 40)) ?? [];
  return number === undefined || generation === undefined ? undefined : (lookUp(number, generation) ?? '');
}

/** A string that begins here; parentheses in it need no sign before them where they are in pairs (7.3.4.2). */
function stringAt(text: string, at: number): string | undefined {
  const part = text.slice(at, at + stringCharactersMax);
  if (part.startsWith('<')) {
    const [digits] = /^<[0-9A-Fa-f\s]{0,4000}>?/.exec(part) ?? [];
    return part.startsWith('<<') || digits === undefined ? undefined : pdfString(digits);
  }
  if (!part.startsWith('(')) return undefined;
  let depth = 0;
  for (let end = 0; end < part.length; end++) {
    if (part[end] === '\\') end += 1;
    else if (part[end] === '(') depth += 1;
    else if (part[end] === ')') depth -= 1;
    if (depth === 0) return pdfString(part.slice(0, end + 1));
  }
  return pdfString(`${part})`);
}

/** Both forms of string, in UTF-16 with its mark or in one byte for each character. */
export function pdfString(raw: string): string {
  const text = raw.startsWith('<') ? hexString(raw) : escapedString(raw.slice(1, -1));
  const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
  if (text.startsWith('\xfe\xff')) return new TextDecoder('utf-16be').decode(bytes.subarray(2));
  return text.startsWith('\xef\xbb\xbf') ? new TextDecoder().decode(bytes) : text;
}

function hexString(raw: string): string {
  const digits = raw.replaceAll(/[^0-9A-Fa-f]/g, '');
  return (digits.match(/../g) ?? []).map((pair) => String.fromCharCode(Number.parseInt(pair, 16))).join('');
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' };

function escapedString(raw: string): string {
  return raw.replaceAll(/\\([0-7]{1,3}|[\s\S])/g, (_whole, escaped: string) =>
    /^[0-7]/.test(escaped) ? String.fromCharCode(Number.parseInt(escaped, 8) & 0xff) : (escapes[escaped] ?? escaped),
  );
}
