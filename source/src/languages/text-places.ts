/** Which texts the script reads, and where each stands in the template: what it names whole needs no name there. */
import { callKeys, composedSections, staticSections, type TextKey } from '../texts.ts';
import en from './en.json' with { type: 'json' };

const sectionOf = (key: string): string => key.split('.')[0] ?? '';
const elsewhere: readonly string[] = ['plain', ...staticSections];
const ofCalls: readonly string[] = callKeys;
const all = (Object.keys(en) as TextKey[])
  .filter((key) => !key.startsWith('@') && (!elsewhere.includes(sectionOf(key)) || ofCalls.includes(key)))
  .sort();
const isNamed = (key: string): boolean => composedSections.includes(sectionOf(key));
const isOffline = (key: string): boolean => sectionOf(key) === 'offline' || ofCalls.includes(key);

/** In the order of the template: those of `offline` are there in the offline page alone. */
export const scriptKeys: Readonly<Record<'numbered' | 'offline' | 'named', readonly TextKey[]>> = {
  numbered: all.filter((key) => !isNamed(key) && !isOffline(key)),
  offline: all.filter(isOffline),
  named: all.filter(isNamed),
};

const places: ReadonlyMap<string, number> = new Map(
  [...scriptKeys.numbered, ...scriptKeys.offline].map((key, place) => [key, place]),
);

/**
 * A module of the page with the place of each text for its key.
 * @throws Error where a key is put together in a section that is not named as one of those
 */
export function withPlaces(code: string): string {
  const [, composed] = [...code.matchAll(/`([a-z]+)\.\$\{/g)].find(([, section]) => isNumbered(section)) ?? [];
  if (composed !== undefined) throw new Error(`number texts: keys of "${composed}" are put together`);
  return code.replaceAll(/(["'])([a-z]+\.[A-Za-z0-9]+)\1/g, (whole, quote: string, key: string) => {
    const place = places.get(key);
    return place === undefined ? whole : `${quote}${place}${quote}`;
  });
}

function isNumbered(section: string | undefined): boolean {
  return [...places.keys()].some((key) => sectionOf(key) === section);
}
