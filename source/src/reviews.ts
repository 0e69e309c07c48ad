/** Shows a person what each chosen file gives away, before anything of it is sent, and lets them choose what goes. */

import { bytesToHex } from '@postern/protocol/bytes/encode';
import type { ExaminedState, Trace } from '@postern/protocol/metadata/examine';
import type { Random } from '@postern/protocol/primitives/random';
import type { Admitted, SendableFile } from './file-move.ts';
import type { Looked } from './metadata.ts';

/** What metadata.ts gives, loaded on first use. */
export type Cleaner = Pick<typeof import('./metadata.ts'), 'look'>;

/**
 * - `looking`: the file is being read
 * - `failed`: the script that looks into files did not load, or the file cannot be read
 * - what `examine` says of one in which it found something, or could not look
 */
export type ReviewState = 'looking' | 'failed' | Exclude<ExaminedState, 'nothing'>;

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
  cleaned: SendableFile | null;
  readonly admit: (admitted: Admitted | null) => void;
};

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
      const pending: Pending = { review, file, cleaned: null, admit };
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
    if (choice === 'clean' && cleaned !== null) this.#end(pending, { file: cleaned, as: 'cleaned' });
  }

  /** Forgets every file. */
  stop(): void {
    for (const pending of [...this.#pending]) this.#end(pending, null);
  }

  async #look(pending: Pending): Promise<void> {
    if (!this.#pending.includes(pending)) return;
    await this.#parts.clock.wait(paintSeconds);
    const looked = await this.#lookInto(pending.file);
    if (!this.#pending.includes(pending)) return;
    const { cleaned, ...seen } = looked;
    if (seen.state === 'nothing') return this.#end(pending, { file: pending.file, as: 'plain' });
    pending.cleaned = cleaned;
    pending.review = { ...pending.review, ...seen, state: seen.state };
    this.#tell();
  }

  async #lookInto(file: File): Promise<Seen> {
    try {
      this.#cleaner ??= this.#parts.load();
      return await (await this.#cleaner).look(file, this.#parts.clock.unix() * 1000);
    } catch {
      // It is asked for again with the next file.
      this.#cleaner = undefined;
      return { state: 'failed', found: [], left: [], cleaned: null };
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

type Seen = Omit<Looked, 'state'> & { readonly state: Looked['state'] | 'failed' };
