/** Reads a message file: an Application Resource Bundle (decisions/0105). */
import { type MessageFormatElement, parse } from '@formatjs/icu-messageformat-parser';

/** What the English file says to translators of one text. */
export type Note = {
  readonly description: string;
  /** In columns (see `columnsOf`); undefined where the place gives way. */
  readonly maxLength: number | undefined;
  /** Name of each value → what it could be. */
  readonly examples: Readonly<Record<string, string>>;
};

export type MessageFile = {
  readonly locale: string;
  /** Who has read the translation through: `false` is nobody; undefined if the file does not say. */
  readonly reviewed: string | false | undefined;
  readonly texts: ReadonlyMap<string, string>;
  readonly notes: ReadonlyMap<string, Note>;
};

/** @throws SyntaxError if it is no JSON, TypeError if a part has another type than ARB gives it */
export function readMessageFile(json: string): MessageFile {
  const entries = Object.entries(recordOf(JSON.parse(json), 'the file'));
  const about = (key: string): unknown => entries.find(([name]) => name === key)?.[1];
  const reviewed = about('@@x-reviewed');
  if (reviewed !== undefined && reviewed !== false && (typeof reviewed !== 'string' || reviewed === ''))
    throw new TypeError('read @@x-reviewed: wanted false or a name');
  return {
    locale: textOf(about('@@locale'), '@@locale'),
    reviewed,
    texts: new Map(
      entries.filter(([key]) => !key.startsWith('@')).map(([key, value]) => [key, textOf(value, key)] as const),
    ),
    notes: new Map(
      entries
        .filter(([key]) => /^@[^@]/.test(key))
        .map(([key, value]) => [key.slice(1), noteOf(recordOf(value, key), key)] as const),
    ),
  };
}

function noteOf(note: Readonly<Record<string, unknown>>, key: string): Note {
  const { description, 'x-maxLength': maxLength, placeholders = {} } = note;
  if (maxLength !== undefined && typeof maxLength !== 'number') throw new TypeError(`read ${key}: no number`);
  const examples = Object.entries(recordOf(placeholders, key)).map(([name, value]) => {
    return [name, textOf(recordOf(value, key).example, `${key}: ${name}`)] as const;
  });
  return { description: textOf(description, key), maxLength, examples: Object.fromEntries(examples) };
}

function recordOf(value: unknown, name: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new TypeError(`read ${name}: wanted an object`);
  return value as Readonly<Record<string, unknown>>;
}

function textOf(value: unknown, name: string): string {
  if (typeof value !== 'string') throw new TypeError(`read ${name}: wanted a text`);
  return value;
}

/** One way in which a text can be said: of a text without forms of number the only one. */
export type Form = {
  /** `one`, `few`, `other` …, or an exact number as `=1`; empty for a text without forms. */
  readonly name: string;
  readonly parts: readonly Part[];
};
type Part = { readonly literal: string } | { readonly value: string };

/** @throws SyntaxError if it is not the part of ICU MessageFormat that is used here: values, and one plural of `count` around all */
export function formsOf(text: string): readonly Form[] {
  const elements = parse(text, { ignoreTag: true });
  const [only] = elements;
  if (elements.length !== 1 || only?.type !== 6) return [{ name: '', parts: elements.map(partOf) }];
  if (only.value !== 'count' || only.offset !== 0 || only.pluralType !== 'cardinal')
    throw new SyntaxError('a plural other than {count, plural, …}');
  return Object.entries(only.options).map(([name, { value }]) => ({ name, parts: value.map(partOf) }));
}

// The numbers are the parser's types of elements; its own table is a const enum, which erasable syntax cannot use.
function partOf(element: MessageFormatElement): Part {
  if (element.type === 0) return { literal: element.value };
  if (element.type === 1) return { value: element.value };
  if (element.type === 7) return { value: 'count' };
  throw new SyntaxError('something else than text, {value} and a plural around the whole text');
}

/** As it would be read, with an example in the place of each value. */
export function sampleOf({ parts }: Form, examples: Readonly<Record<string, string>>): string {
  return parts.map((part) => ('literal' in part ? part.literal : (examples[part.value] ?? ''))).join('');
}

export function valuesOf({ parts }: Form): readonly string[] {
  return [...new Set(parts.flatMap((part) => ('value' in part ? [part.value] : [])))].sort();
}
