/**
 * The files of one visit without scripts. Each is sealed and stored as it comes, as it is and, where one can be made, as a
 * cleaned copy; the person then chooses which of the two a message names. The other one can be opened by nobody.
 */
import { bytesToHex } from '@postern/protocol/bytes/encode';
import { FILES_MAX } from '@postern/protocol/constants';
import { type FileDescriptor, wireFileName, wireFileType } from '@postern/protocol/files/descriptor';
import { type Examiner, examine, unexamined } from '@postern/protocol/metadata/examine';
import { cleanMetadata, inspectMetadata } from '@postern/protocol/metadata/inspect';
import type { FileMove } from '@postern/source/file-move';
import type { PageFiles } from '@postern/source/page';
import type { Choice, Review } from '@postern/source/reviews';
import type { Event } from '@postern/source/state';
import { Held } from './held.ts';
import { type StoreParts, storeStream } from './sealed-stream.ts';
import type { TakeFile } from './upload.ts';

/** Larger files are not looked into: all of one, and of its cleaned copy, stands in memory meanwhile. */
const lookedIntoBytesMax = 16 * 1024 * 1024;
const unpackedBytesMax = 64 * 1024 * 1024;

const cleaner: Examiner<Uint8Array, Uint8Array> = {
  inspectMetadata: (bytes) => inspectMetadata(bytes, unpackedBytesMax),
  cleanMetadata: (bytes) => cleanMetadata(bytes, unpackedBytesMax),
};

/** A file of a form, which counts once the whole form has come. */
export type Received = {
  readonly name: string;
  readonly bytes: number;
  readonly original: FileDescriptor | null;
  readonly cleaned: FileDescriptor | null;
  /** Null where there is nothing to choose. */
  readonly seen: Pick<Review, 'state' | 'found' | 'left'> | null;
  readonly state: FileMove['state'];
};

type FilesParts = StoreParts & { readonly tell: (event: Event) => void };
type Attached = { readonly move: FileMove; readonly descriptor: FileDescriptor | null };
type Pending = { readonly review: Review; readonly received: Received };

export class FormFiles implements PageFiles {
  readonly #parts: FilesParts;
  #pending: Pending[] = [];
  #attached: Attached[] = [];
  /** What messages have named. */
  #sent: FileMove[] = [];
  #turn: Promise<unknown> = Promise.resolve();

  constructor(parts: FilesParts) {
    this.#parts = parts;
  }

  /** Those that wait for a choice, and those that the next message names. */
  get count(): number {
    return this.#pending.length + this.#attached.length;
  }

  /** Reads one and keeps nothing of it. */
  async skip({ name, content }: Parameters<TakeFile<Received>>[0]): Promise<Received> {
    let bytes = 0;
    for await (const piece of content) {
      bytes += piece.length;
      piece.fill(0);
    }
    return { name: wireFileName(name), bytes, original: null, cleaned: null, seen: null, state: 'many' };
  }

  /** Seals and stores one, and looks into it. @throws whatever reading throws when it breaks off */
  receive(file: Parameters<TakeFile<Received>>[0], isStopped: () => boolean): Promise<Received> {
    // The next one is not read before this one's memory is free.
    const turn = this.#turn.then(() => this.#receive(file, isStopped));
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #receive(
    { name, type, content }: Parameters<TakeFile<Received>>[0],
    isStopped: () => boolean,
  ): Promise<Received> {
    const held = new Held(lookedIntoBytesMax);
    const stored = await storeStream(held.keeping(content), this.#parts, isStopped);
    const described = { name: wireFileName(name), type: wireFileType(type), day: 0 };
    const { bytes } = stored;
    const nothing = { name: described.name, bytes, original: null, cleaned: null, seen: null };
    if ('problem' in stored) {
      held.erase();
      return { ...nothing, state: stored.problem };
    }
    const whole = { ...nothing, original: { ...described, ...stored }, state: 'done' } as const;
    const examined = held.bytes === null ? unexamined('large') : await examine(cleaner, held.bytes);
    held.erase();
    const { state, found, left } = examined;
    if (state === 'nothing') return whole;
    const seen = { state, found, left };
    if (examined.cleaned === null) return { ...whole, seen };
    const copy = await storeStream(once(examined.cleaned), this.#parts, isStopped);
    if ('problem' in copy) return { ...nothing, state: copy.problem };
    return { ...whole, cleaned: { ...described, ...copy }, seen };
  }

  /** The form that brought them has come whole. */
  keep(files: readonly Received[]): void {
    for (const received of files) {
      const { name, bytes, original, seen } = received;
      const id = bytesToHex(this.#parts.random(8));
      const isOne = this.count < FILES_MAX;
      if (isOne && seen !== null) this.#pending.push({ review: { id, name, bytes, ...seen }, received });
      else this.#attach(id, received, isOne ? original : null, 'plain', isOne ? received.state : 'many');
    }
    this.#tell();
  }

  /** Whether a file of this name and size is here, or was sent. */
  has({ name, bytes }: Pick<Received, 'name' | 'bytes'>): boolean {
    const all = [
      ...this.#pending.map(({ review }) => review),
      ...this.#attached.map(({ move }) => move),
      ...this.#sent,
    ];
    return all.some((known) => known.name === name && known.bytes === bytes);
  }

  readonly reviews = {
    choose: (id: string, choice: Choice): void => {
      const pending = this.#pending.find(({ review }) => review.id === id);
      if (pending === undefined) return;
      const { received } = pending;
      const chosen = choice === 'clean' ? received.cleaned : received.original;
      if (choice !== 'none' && chosen === null) return;
      this.#pending = this.#pending.filter((other) => other !== pending);
      const as = choice === 'clean' ? 'cleaned' : 'original';
      if (choice !== 'none') this.#attach(id, { ...received, bytes: chosen?.bytes ?? 0 }, chosen, as, 'done');
      this.#tell();
    },
    stop: (): void => {
      this.#pending = [];
    },
  };

  readonly uploads = {
    // Files come by forms.
    attach: async (): Promise<void> => undefined,
    detach: (id: string): void => {
      this.#attached = this.#attached.filter(({ move }) => move.id !== id);
      this.#tell();
    },
    descriptors: (): FileDescriptor[] =>
      this.#attached.flatMap(({ descriptor }) => (descriptor === null ? [] : [descriptor])),
    clear: (): void => {
      this.#sent.push(...this.#attached.map(({ move }) => move));
      this.#attached = [];
      this.#tell();
    },
    stop: (): void => {
      this.#attached = [];
    },
  };

  #attach(
    id: string,
    { name, bytes }: Pick<Received, 'name' | 'bytes'>,
    descriptor: FileDescriptor | null,
    as: FileMove['as'],
    state: FileMove['state'],
  ): void {
    const move = { id, name, bytes, as: descriptor === null ? undefined : as, state, done: 1, pace: undefined };
    this.#attached.push({ move, descriptor });
  }

  #tell(): void {
    this.#parts.tell({ type: 'reviews', reviews: this.#pending.map(({ review }) => review) });
    this.#parts.tell({ type: 'files', files: this.#attached.map(({ move }) => move) });
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
