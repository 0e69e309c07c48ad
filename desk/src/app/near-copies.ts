/**
 * Groups texts that are nearly the same, on the device: MinHash over runs of four characters (Broder 1997), which works
 * for scripts without spaces too, with banding, so that ten thousand texts need no ten thousand comparisons each.
 */

export interface Alike {
  /** The id that stands for the group: the smallest. */
  readonly group: string;
  readonly count: number;
}

const runCharacters = 4;
const bands = 16;
const rows = 4;
const hashes = bands * rows;
/** Estimated share of runs in common from which two texts count as alike. */
const shareMin = 0.6;
/** Longer texts are told apart by their beginning. */
const charactersMax = 6_000;
/** Shorter ones are alike only if they are the same. */
const charactersMin = 12;

export class NearCopies {
  readonly #signatures = new Map<string, Uint32Array>();
  readonly #buckets = new Map<string, Set<string>>();
  #groups: ReadonlyMap<string, Alike> | null = new Map();

  set(id: string, text: string): void {
    this.remove(id);
    const plain = plainOf(text);
    if (plain.length === 0) return;
    const signature = signatureOf(plain);
    this.#signatures.set(id, signature);
    for (const key of bandKeys(signature)) {
      const bucket = this.#buckets.get(key) ?? new Set();
      this.#buckets.set(key, bucket.add(id));
    }
    this.#groups = null;
  }

  remove(id: string): void {
    const signature = this.#signatures.get(id);
    if (signature === undefined) return;
    this.#signatures.delete(id);
    for (const key of bandKeys(signature)) {
      this.#buckets.get(key)?.delete(id);
      if (this.#buckets.get(key)?.size === 0) this.#buckets.delete(key);
    }
    this.#groups = null;
  }

  clear(): void {
    this.#signatures.clear();
    this.#buckets.clear();
    this.#groups = new Map();
  }

  /** Null for a text that is like no other. */
  of(id: string): Alike | null {
    this.#groups ??= this.#group();
    return this.#groups.get(id) ?? null;
  }

  #group(): ReadonlyMap<string, Alike> {
    const parents = new Map<string, string>();
    const rootOf = (id: string): string => {
      let at = id;
      for (let next = parents.get(at); next !== undefined; next = parents.get(at)) at = next;
      return at;
    };
    for (const bucket of this.#buckets.values()) {
      const [first, ...others] = bucket;
      for (const other of others) {
        const [low, high] = [rootOf(first as string), rootOf(other)].sort() as [string, string];
        if (low !== high && this.#share(first as string, other) >= shareMin) parents.set(high, low);
      }
    }
    const members = Map.groupBy(this.#signatures.keys(), rootOf);
    const groups = new Map<string, Alike>();
    for (const [group, ids] of members) {
      if (ids.length > 1) for (const id of ids) groups.set(id, { group, count: ids.length });
    }
    return groups;
  }

  #share(a: string, b: string): number {
    const [one, two] = [this.#signatures.get(a), this.#signatures.get(b)];
    let same = 0;
    for (let at = 0; at < hashes; at++) if (one?.[at] === two?.[at]) same += 1;
    return same / hashes;
  }
}

/** Letters and digits only: floods vary spaces, punctuation and case first. */
function plainOf(text: string): readonly number[] {
  const folded = text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '');
  return [...folded].slice(0, charactersMax).map((character) => character.codePointAt(0) ?? 0);
}

function signatureOf(plain: readonly number[]): Uint32Array {
  const signature = new Uint32Array(hashes).fill(0xffff_ffff);
  const length = plain.length < charactersMin ? plain.length : runCharacters;
  for (let from = 0; from + length <= plain.length; from++) {
    let run = 0x811c_9dc5;
    for (let at = from; at < from + length; at++) run = Math.imul(run ^ (plain[at] ?? 0), 0x0100_0193);
    for (let at = 0; at < hashes; at++) {
      const hash = mix(run + Math.imul(at + 1, 0x9e37_79b9));
      if (hash < (signature[at] ?? 0)) signature[at] = hash;
    }
  }
  return signature;
}

/** Spreads the bits of a 32-bit number (the finaliser of MurmurHash3). */
function mix(value: number): number {
  let bits = value;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85eb_ca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2_ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

function bandKeys(signature: Uint32Array): string[] {
  return Array.from({ length: bands }, (_, band) => {
    const part = signature.subarray(band * rows, (band + 1) * rows);
    return `${band}/${part.join('.')}`;
  });
}
