/** The pictures in a HEIC file that are not shown when it is opened: small copies, depths, mattes, and others beside the one that is. */

import type { HeicItems, Item } from './heic-items.ts';
import type { FindingSink } from './report.ts';

const pictureTypes = new Set(['hvc1', 'hvt1', 'lhv1', 'av01', 'grid', 'iden', 'iovl', 'jpeg', 'avc1', 'vvc1', 'tmap']);

export const isPicture = ({ type }: Item): boolean => pictureTypes.has(type);

/** From a picture to what it cannot be drawn without. */
const needed = new Set(['dimg', 'tbas', 'exbl', 'pred']);
/** How see-through it is: part of what is seen. */
const seeThrough = /auxiliary:alpha$|auxid:1$/;

/** The ids of the picture that is shown, and of what it is made of. */
export function shownPictures({ items, main, references }: HeicItems): ReadonlySet<number> {
  const veils = new Set(items.filter(({ purpose }) => seeThrough.test(purpose)).map(({ id }) => id));
  const next = new Map<number, number[]>();
  const lead = (from: number, to: number): void => {
    const known = next.get(from);
    if (known === undefined) next.set(from, [to]);
    else known.push(to);
  };
  for (const { kind, from, to } of references) {
    for (const other of to) {
      if (needed.has(kind)) lead(from, other);
      if (kind === 'auxl' && veils.has(from)) lead(other, from);
    }
  }
  const shown = new Set([main]);
  for (const id of shown) for (const other of next.get(id) ?? []) shown.add(other);
  return shown;
}

/** Every picture that is not shown, each of its tiles too. */
export function otherPictures(heic: HeicItems, shown: ReadonlySet<number>): readonly Item[] {
  return heic.items.filter((item) => isPicture(item) && !shown.has(item.id));
}

/** One line for each, its tiles and inputs not counted. */
export function tellPictures(heic: HeicItems, shown: ReadonlySet<number>, findings: FindingSink): void {
  const others = otherPictures(heic, shown);
  const ids = new Set(others.map(({ id }) => id));
  const kinds = new Map<number, string>();
  const parts = new Set<number>();
  for (const { kind, from, to } of heic.references) {
    if (kind === 'thmb' || kind === 'auxl') kinds.set(from, kind);
    if (needed.has(kind) && ids.has(from)) for (const part of to) parts.add(part);
  }
  for (const { id, type, size, purpose } of others) {
    const kind = kinds.get(id);
    if (kind === 'thmb') findings.add('thumbnail', 'HEIC thmb', size);
    else if (kind === 'auxl') findings.add('hidden', 'HEIC auxl', `${nameOf(purpose)} ${size}`);
    else if (!parts.has(id)) findings.add('hidden', `HEIC ${type}`, size);
  }
}

/** Such as `depth` or `hdrgainmap`. */
const nameOf = (purpose: string): string => (purpose.endsWith('auxid:2') ? 'depth' : (purpose.split(':').at(-1) ?? ''));
