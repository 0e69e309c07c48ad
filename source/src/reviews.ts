/** Shows a person what each chosen file gives away, before anything of it is sent, and lets them choose what goes. */

import { bytesToHex } from '@postern/protocol/bytes/encode';
import { type Finding, type FindingKind, findingKinds, type MetadataReport } from '@postern/protocol/metadata/report';
import type { Random } from '@postern/protocol/primitives/random';
import type { Admitted } from './file-move.ts';

/** What metadata.ts gives, loaded on first use. */
export type Cleaner = {
  readonly inspectedBytesMax: number;
  readonly inspectMetadata: (bytes: Uint8Array) => Promise<MetadataReport>;
  readonly cleanMetadata: (bytes: Uint8Array) => Promise<Uint8Array>;
};

/** One kind of trace, with some of what stands in the file; none where only presence counts. */
export type Trace = { readonly kind: FindingKind; readonly values: readonly string[] };

/**
 * - `looking`: the file is being read
 * - `cleanable`: a cleaned copy was made; `left` is what it still says
 * - `kept`: looked into, but this format cannot be cleaned
 * - `blind`: nobody can look into this kind of file
 * - `large`: more than fits into the page's memory
 * - `broken`: damaged or locked, so nothing is known
 * - `failed`: the script that looks into files did not load, or the file cannot be read
 */
export type ReviewState = 'looking' | 'cleanable' | 'kept' | 'blind' | 'large' | 'broken' | 'failed';

export type Review = {
  readonly id: string;
  readonly name: string;
  readonly bytes: number;
  readonly state: ReviewState;
  readonly found: readonly Trace[];
  readonly left: readonly Trace[];
};

export type Choice = 'clean' | 'original' | 'none';

export type ReviewParts = {
  readonly load: () => Promise<Cleaner>;
  readonly random: Random;
  readonly clock: { readonly unix: () => number; readonly wait: (seconds: number) => Promise<void> };
  readonly tell: (reviews: readonly Review[]) => void;
};

type Pending = {
  review: Review;
  readonly file: File;
  cleaned: File | undefined;
  readonly admit: (admitted: Admitted | null) => void;
};

/** Of one kind. */
const valuesShownMax = 3;
/** Lets the browser show that the page is working before it is busy. */
const paintSeconds = 0.05;

export class Reviews {
  readonly #parts: ReviewParts;
  #pending: Pending[] = [];
  #cleaner: Promise<Cleaner> | undefined;
  /** One at a time: each may fill the memory. */
  #turn: Promise<void> = Promise.resolve();

  constructor(parts: ReviewParts) {
    this.#parts = parts;
  }

  /** Resolves once the person has chosen, or at once where there is nothing to choose; null for a file that is taken back. */
  admit(file: File): Promise<Admitted | null> {
    return new Promise((admit) => {
      const id = bytesToHex(this.#parts.random(8));
      const review: Review = { id, name: file.name, bytes: file.size, state: 'looking', found: [], left: [] };
      const pending: Pending = { review, file, cleaned: undefined, admit };
      this.#pending.push(pending);
      this.#tell();
      this.#turn = this.#turn.then(() => this.#look(pending));
    });
  }

  choose(id: string, choice: Choice): void {
    const pending = this.#pending.find(({ review }) => review.id === id);
    if (pending === undefined) return;
    const { file, cleaned } = pending;
    const isSeen = !['looking', 'failed'].includes(pending.review.state);
    if (choice === 'none') this.#end(pending, null);
    if (choice === 'original' && isSeen) this.#end(pending, { file, as: 'original' });
    if (choice === 'clean' && cleaned !== undefined) this.#end(pending, { file: cleaned, as: 'cleaned' });
  }

  /** Forgets every file. */
  stop(): void {
    for (const pending of [...this.#pending]) this.#end(pending, null);
  }

  async #look(pending: Pending): Promise<void> {
    if (!this.#pending.includes(pending)) return;
    await this.#parts.clock.wait(paintSeconds);
    const outcome = await this.#outcome(pending.file);
    if (!this.#pending.includes(pending)) return;
    if (outcome === 'nothing') return this.#end(pending, { file: pending.file, as: 'plain' });
    pending.cleaned = outcome.cleaned;
    pending.review = { ...pending.review, ...outcome.seen };
    this.#tell();
  }

  async #outcome(file: File): Promise<Outcome | 'nothing'> {
    try {
      this.#cleaner ??= this.#parts.load();
      const cleaner = await this.#cleaner;
      if (file.size > cleaner.inspectedBytesMax) return only('large');
      const examined = await examine(cleaner, new Uint8Array(await file.arrayBuffer()));
      if (examined === 'nothing') return examined;
      if (examined.cleaned === undefined) return { seen: examined.seen };
      const { name, type } = file;
      // The time of now stands in the place of the file's own.
      const lastModified = this.#parts.clock.unix() * 1000;
      const cleaned = new File([examined.cleaned as Uint8Array<ArrayBuffer>], name, { type, lastModified });
      return { ...examined, cleaned };
    } catch {
      // It is asked for again with the next file.
      this.#cleaner = undefined;
      return only('failed');
    }
  }

  #end(pending: Pending, admitted: Admitted | null): void {
    this.#pending = this.#pending.filter((other) => other !== pending);
    pending.admit(admitted);
    this.#tell();
  }

  #tell(): void {
    this.#parts.tell(this.#pending.map(({ review }) => review));
  }
}

/** What is told of a file, and a copy of it without what can be left out, where there is one. */
type Examined<Copy> = { readonly seen: Pick<Review, 'state' | 'found' | 'left'>; readonly cleaned?: Copy | undefined };
type Outcome = Examined<File>;

function only(state: ReviewState, found: readonly Trace[] = []): Examined<never> {
  return { seen: { state, found, left: [] } };
}

/** @returns `nothing` for a file beside whose content nothing stands */
export async function examine(cleaner: Cleaner, bytes: Uint8Array): Promise<Examined<Uint8Array> | 'nothing'> {
  let report: MetadataReport;
  try {
    report = await cleaner.inspectMetadata(bytes);
  } catch (error) {
    return only(isTooLarge(error) ? 'large' : 'broken');
  }
  if (report.cleaning === 'nothing') return 'nothing';
  const found = tracesOf(report.findings);
  if (report.cleaning === 'impossible') return only(report.format === 'unknown' ? 'blind' : 'kept', found);
  try {
    const cleaned = await cleaner.cleanMetadata(bytes);
    // Only what was looked at afterwards is called cleaned.
    const left = tracesOf((await cleaner.inspectMetadata(cleaned)).findings);
    return { seen: { state: 'cleanable', found, left }, cleaned };
  } catch {
    return only('kept', found);
  }
}

function isTooLarge(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'too-large';
}

/** By kind, those that point at a person first. */
function tracesOf(findings: readonly Finding[]): readonly Trace[] {
  const kinds = findingKinds.filter((kind) => findings.some((finding) => finding.kind === kind));
  return kinds.map((kind) => {
    const values = findings.flatMap((finding) =>
      finding.kind === kind && finding.value !== '' ? [finding.value] : [],
    );
    return { kind, values: [...new Set(values)].slice(0, valuesShownMax) };
  });
}
