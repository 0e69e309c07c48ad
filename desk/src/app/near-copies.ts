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

interface Group {
  /** The smallest of its ids. */
  readonly name: string;
  readonly ids: Set<string>;
}

export class NearCopies {
  readonly #signatures = new Map<string, Uint32Array>();
  /** For each band, the ids of texts that have the same there; alone, as most are, without a set. */
  readonly #buckets: readonly Map<number, string | Set<string>>[] = Array.from({ length: bands }, () => new Map());
  readonly #groups = new Map<string, Group>();
  /** Ids to be put into groups: new ones, and those that one which has gone may have held together. */
  readonly #loose = new Set<string>();
  /** Buckets that have lost the one that stood for them. */
  readonly #leaderless = new Set<ReadonlySet<string>>();

  set(id: string, text: string): void {
    this.remove(id);
    const plain = plainOf(text);
    if (plain.length === 0) return;
    const signature = signatureOf(plain);
    this.#signatures.set(id, signature);
    for (const [band, hash] of bandHashes(signature).entries()) this.#put(band, hash, id);
    this.#loose.add(id);
  }

  remove(id: string): void {
    const signature = this.#signatures.get(id);
    if (signature === undefined) return;
    this.#signatures.delete(id);
    for (const member of this.#groups.get(id)?.ids ?? []) {
      this.#loose.add(member);
      this.#groups.delete(member);
    }
    for (const [band, hash] of bandHashes(signature).entries()) this.#take(band, hash, id);
    this.#loose.delete(id);
  }

  clear(): void {
    const all = [...this.#buckets, this.#signatures, this.#groups, this.#loose, this.#leaderless];
    for (const kept of all) kept.clear();
  }

  /** Null for a text that is like no other. */
  of(id: string): Alike | null {
    // Only now: many may go at once.
    if (this.#loose.size + this.#leaderless.size > 0) this.#regroup();
    const { name, ids } = this.#groups.get(id) ?? aloneAs(id);
    return ids.size > 1 ? { group: name, count: ids.size } : null;
  }

  #put(band: number, hash: number, id: string): void {
    const buckets = this.#buckets[band];
    const bucket = buckets?.get(hash);
    if (bucket === undefined) buckets?.set(hash, id);
    else if (typeof bucket === 'string') buckets?.set(hash, new Set([bucket, id]));
    else bucket.add(id);
  }

  #take(band: number, hash: number, id: string): void {
    const buckets = this.#buckets[band];
    const bucket = buckets?.get(hash);
    if (bucket === undefined) return;
    if (typeof bucket !== 'string') {
      if (firstOf(bucket) === id) this.#leaderless.add(bucket);
      bucket.delete(id);
    }
    if (bucket === id || firstOf(bucket) === undefined) buckets?.delete(hash);
  }

  #regroup(): void {
    for (const bucket of this.#leaderless) for (const id of bucket) this.#loose.add(id);
    this.#leaderless.clear();
    // Whoever is with one of them in a group is to be asked again too.
    for (const id of [...this.#loose]) for (const member of this.#groups.get(id)?.ids ?? []) this.#loose.add(member);
    for (const id of this.#loose) if (this.#signatures.has(id)) this.#groups.set(id, aloneAs(id));
    for (const id of this.#loose) {
      const signature = this.#signatures.get(id);
      for (const [band, hash] of signature === undefined ? [] : bandHashes(signature).entries()) {
        // The first stands for all of its bucket, or a flood would be compared with itself.
        const first = firstOf(this.#buckets[band]?.get(hash) ?? '');
        if (first !== undefined && first !== id && this.#share(id, first) >= shareMin) this.#merge(id, first);
      }
    }
    this.#loose.clear();
  }

  #merge(a: string, b: string): void {
    const [one, two] = [this.#groups.get(a) ?? aloneAs(a), this.#groups.get(b) ?? aloneAs(b)];
    if (one.ids === two.ids) return;
    const [small, large] = one.ids.size < two.ids.size ? [one, two] : [two, one];
    for (const id of small.ids) large.ids.add(id);
    const [name = ''] = [one.name, two.name].sort();
    const joined = { name, ids: large.ids };
    // The members of the larger one are told only if its name changes.
    for (const id of joined.name === large.name ? small.ids : large.ids) this.#groups.set(id, joined);
  }

  #share(a: string, b: string): number {
    const [one, two] = [this.#signatures.get(a), this.#signatures.get(b)];
    let same = 0;
    for (let at = 0; at < hashes; at++) if (one?.[at] === two?.[at]) same += 1;
    return same / hashes;
  }
}

function firstOf(bucket: string | ReadonlySet<string>): string | undefined {
  if (typeof bucket === 'string') return bucket;
  const [first] = bucket;
  return first;
}

function aloneAs(id: string): Group {
  return { name: id, ids: new Set([id]) };
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

/** One number for the rows of each band. Two that differ and give the same one are told apart by their shares. */
function bandHashes(signature: Uint32Array): number[] {
  return Array.from({ length: bands }, (_, band) => {
    let hash = band;
    for (let row = 0; row < rows; row++) hash = mix(hash ^ (signature[band * rows + row] ?? 0));
    // Small integers take no memory of their own.
    return hash | 0;
  });
}
