/** What stands in a cleaned copy in place of the original's bytes, at the same places, so that nothing else moves. */

import { type SlicedFile, type SplicedFile, type Stretch, splice } from './sliced-file.ts';

type Range = readonly [from: number, to: number];

export class Patches {
  readonly #zeros: Range[] = [];
  readonly #names: { readonly at: number; readonly bytes: Uint8Array }[] = [];

  zero(from: number, to: number): void {
    if (to > from) this.#zeros.push([from, to]);
  }

  /** Four letters; they stand unless zeros reach there. */
  name(at: number, name: string): void {
    this.#names.push({ at, bytes: new TextEncoder().encode(name) });
  }

  applyTo(file: SlicedFile): SplicedFile {
    const stretches: Stretch[] = [];
    const names = this.#names.sort((one, other) => one.at - other.at);
    let [at, next] = [0, 0];
    const keepTo = (to: number): void => {
      for (let name = names[next]; name !== undefined && name.at < to; name = names[++next]) {
        const end = name.at + name.bytes.length;
        if (name.at < at || end > to) continue;
        if (name.at > at) stretches.push({ from: at, to: name.at });
        stretches.push({ bytes: name.bytes });
        at = end;
      }
      if (to > at) stretches.push({ from: at, to });
    };
    for (const [from, to] of merged(this.#zeros)) {
      keepTo(from);
      stretches.push({ zeros: to - from });
      at = to;
    }
    keepTo(file.size);
    return splice(file, stretches);
  }
}

/** In rising order, none touching another. */
function merged(ranges: readonly Range[]): readonly Range[] {
  const joined: [number, number][] = [];
  for (const [from, to] of [...ranges].sort(([one], [other]) => one - other)) {
    const last = joined.at(-1);
    if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], to);
    else joined.push([from, to]);
  }
  return joined;
}
