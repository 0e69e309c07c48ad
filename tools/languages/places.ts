/** Which text of a catalogue stands where on a page, and which others can stand in the same place. */
import { fill } from '@postern/source/texts';

type Texts = Readonly<Record<string, string>>;
/** A text found on the page: its key, and what stands in the place of its values. */
export type Found = { readonly key: string; readonly values: Readonly<Record<string, string>> };

/** @returns undefined for what is no text of the catalogue, such as a name or a word */
export function textFound(shown: string, english: Texts): Found | undefined {
  const whole = Object.keys(english).find((key) => english[key] === shown);
  if (whole !== undefined) return { key: whole, values: {} };
  const fitting = Object.keys(english).flatMap((key) => {
    const text = english[key] ?? '';
    const names = [...text.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
    const literal = text.replaceAll(/\{\w+\}/g, '');
    if (names.length === 0 || !/\p{L}{2}/u.test(literal)) return [];
    const form = new RegExp(`^${text.replaceAll(/[.*+?^$()[\]\\|]/g, '\\$&').replaceAll(/\{\w+\}/g, '(.+)')}$`, 'u');
    const match = form.exec(shown);
    if (match === null) return [];
    const values = Object.fromEntries(names.map((name, at) => [name, match[at + 1] ?? '']));
    return [{ key, values, literal: literal.length }];
  });
  return fitting.sort((a, b) => b.literal - a.literal)[0];
}

/** @param stands the key that stands in the place of another, by the other; those not named stand for themselves */
export function textsInPlace(
  found: ReadonlyMap<string, Found>,
  texts: Texts,
  samples: Readonly<Record<string, Readonly<Record<string, string>>>>,
  stands: ReadonlyMap<string, string>,
): Texts {
  const made = [...found].map(([shown, { key, values }]) => {
    const other = stands.get(key);
    return [shown, fill(texts[other ?? key] ?? '', other === undefined ? values : { ...samples[other], ...values })];
  });
  return Object.fromEntries(made);
}

/**
 * Rounds in which each text that is not placed yet stands once where another of its kind does: one that takes its place
 * without scripts, or one of the same section and the same length at most.
 */
export function roundsFor(
  seen: ReadonlySet<string>,
  lengths: Readonly<Record<string, number | undefined>>,
  placed: Set<string>,
): readonly ReadonlyMap<string, string>[] {
  const kindOf = (key: string): string => `${key.replace(/^plain\./, '').split('.')[0]} ${lengths[key] ?? ''}`;
  for (const key of seen) placed.add(key);
  const rounds: Map<string, string>[] = [new Map()];
  const waiting = Object.keys(lengths).filter((key) => !placed.has(key));
  for (const key of seen) {
    const others = waiting.filter(
      (other) => !placed.has(other) && (other === `plain.${key}` || kindOf(other) === kindOf(key)),
    );
    for (const [at, other] of others.entries()) {
      placed.add(other);
      const round = rounds[at + 1] ?? new Map<string, string>();
      round.set(key, other);
      rounds[at + 1] = round;
    }
  }
  return rounds;
}
