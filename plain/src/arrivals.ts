/** Forms with files while they arrive: one after the other, each as fast as its files are sealed and stored. */
import { FILES_MAX } from '@postern/protocol/constants';
import { type BroughtFile, purposeOf, readBrought } from './brought.ts';
import type { Form } from './form.ts';
import type { FormFiles, Received } from './form-files.ts';
import { Upload, type Uploaded } from './upload.ts';

type Arrival = {
  readonly upload: Upload<Received | BroughtFile>;
  readonly takes: boolean;
  /** Resolves when the one before it is over. */
  readonly turn: Promise<unknown>;
  readonly isOver: () => void;
};

/** `takes`: there was room for its files. `brought`: the one of a form that is for nothing else. */
export type Arrived = Uploaded<Received> & { readonly takes: boolean; readonly brought: BroughtFile | undefined };

export class Arrivals {
  readonly #files: FormFiles;
  readonly #isCurrent: (fields: Form['fields']) => boolean;
  readonly #arrivals = new Map<number, Arrival>();
  #last: Promise<unknown> = Promise.resolve();

  /** @param isCurrent whether a form of these fields may be used still */
  constructor(files: FormFiles, isCurrent: (fields: Form['fields']) => boolean) {
    this.#files = files;
    this.#isCurrent = isCurrent;
  }

  /** @param takes whether there is room for its files now */
  open(id: number, type: string, takes: boolean): void {
    let begun = 0;
    const upload: Upload<Received | BroughtFile> = new Upload<Received | BroughtFile>(type, (file, fields) => {
      const hasRoom = this.#files.count + begun < FILES_MAX;
      begun += 1;
      const purpose = purposeOf(fields);
      if (purpose !== undefined) return readBrought(file, purpose, takes && begun === 1);
      const isTaken = takes && hasRoom && this.#isCurrent(fields);
      return isTaken ? this.#files.receive(file, () => upload.isBroken) : this.#files.skip(file);
    });
    const turn = this.#last;
    let isOver: () => void = () => undefined;
    this.#last = new Promise<void>((resolve) => {
      isOver = resolve;
    });
    this.#arrivals.set(id, { upload, takes, turn, isOver });
  }

  /** Resolves when more can come. */
  async piece(id: number, body: Uint8Array): Promise<void> {
    const arrival = this.#arrivals.get(id);
    await arrival?.turn;
    await arrival?.upload.add(body);
  }

  /** @returns null for one that its sender has left: nobody reads what could be said */
  async close(id: number, isWhole: boolean): Promise<Arrived | null> {
    const arrival = this.#arrivals.get(id);
    if (arrival === undefined) return null;
    this.#arrivals.delete(id);
    try {
      if (isWhole) await arrival.turn;
      const uploaded = await arrival.upload.end(isWhole);
      if (!isWhole) return null;
      const files = uploaded.files.filter((file) => 'original' in file);
      const brought = uploaded.files.find((file) => 'content' in file);
      return { ...uploaded, files, brought, takes: arrival.takes };
    } finally {
      // Not before its own turn: the one before it may be under way still.
      void arrival.turn.then(() => arrival.isOver());
    }
  }
}
