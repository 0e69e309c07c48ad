/** Safe copies and texts of files that a person asks for in the page: one at a time, told as it goes, stopped when somebody wants that. */

import type { DeskClient } from '../desk-client.ts';
import type { Copying, ViewedFile } from '../model.ts';
import { loadFile } from './load-file.ts';
import { type CopyWork, makeSafeCopy } from './safe-copy.ts';

export interface SafeCopyingParts {
  readonly client: DeskClient;
  /** @param kept of the original; null: nothing is under way any more */
  readonly tell: (kept: string, copying: Copying | null) => void;
  /** Of the case with this id, whatever came of it. */
  readonly onEnd: (id: string) => void;
}

interface CopyWish extends Pick<CopyWork, 'name' | 'hasPixels' | 'hasText' | 'marks'> {
  /** Of the text in pictures; null: none is to be recognised. */
  readonly language: string | null;
}

export class SafeCopying {
  readonly #parts: SafeCopyingParts;
  #stopping: AbortController | null = null;
  /** The original of what is under way, or was last. */
  #kept = '';

  constructor(parts: SafeCopyingParts) {
    this.#parts = parts;
  }

  /** Stops one that is under way. */
  async make(viewed: ViewedFile, { language, ...wish }: CopyWish): Promise<void> {
    const { client, tell, onEnd } = this.#parts;
    const { kept } = viewed;
    this.stop();
    const stopping = new AbortController();
    this.#stopping = stopping;
    this.#kept = kept;
    // What is said of a file is of what was asked for last.
    const tellOwn = (copying: Copying | null): void => {
      if (this.#stopping === stopping || this.#kept !== kept) tell(kept, copying);
    };
    const { hasPixels } = wish;
    tellOwn({ kind: 'working', done: 0, pages: 0, hasPixels });
    const problem = await makeSafeCopy({
      ...{ ...wish, client, place: viewed.place, signal: stopping.signal },
      load: () => loadFile(client, viewed, language),
      tell: (done, pages) => tellOwn({ kind: 'working', done, pages, hasPixels }),
    });
    const end = problem === null && !hasPixels ? ({ kind: 'read' } as const) : null;
    tellOwn(problem === null || problem === 'stopped' ? end : { kind: 'failed', problem, hasPixels });
    onEnd(viewed.place.id);
  }

  stop(): void {
    this.#stopping?.abort();
  }
}
