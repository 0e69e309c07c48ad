/** Safe copies that a person asks for in the page: one at a time, told as it goes, stopped when somebody wants that. */

import type { DeskClient } from '../desk-client.ts';
import type { Copying, ViewedFile } from '../model.ts';
import { loadFile } from './load-file.ts';
import { makeSafeCopy } from './safe-copy.ts';

export interface SafeCopyingParts {
  readonly client: DeskClient;
  /** @param kept of the original; null: nothing is under way any more */
  readonly tell: (kept: string, copying: Copying | null) => void;
  /** Of the case with this id, whatever came of it. */
  readonly onEnd: (id: string) => void;
}

export class SafeCopying {
  readonly #parts: SafeCopyingParts;
  #stopping: AbortController | null = null;

  constructor(parts: SafeCopyingParts) {
    this.#parts = parts;
  }

  /** Stops one that is under way. @param name of the copy, without an ending */
  async make(kept: string, viewed: ViewedFile, name: string, hasText: boolean): Promise<void> {
    const { client, tell, onEnd } = this.#parts;
    this.stop();
    const stopping = new AbortController();
    this.#stopping = stopping;
    tell(kept, { kind: 'working', done: 0, pages: 0 });
    const problem = await makeSafeCopy({
      ...{ client, name, hasText, place: viewed.place, signal: stopping.signal },
      load: () => loadFile(client, viewed),
      tell: (done, pages) => tell(kept, { kind: 'working', done, pages }),
    });
    tell(kept, problem === null || problem === 'stopped' ? null : { kind: 'failed', problem });
    onEnd(viewed.place.id);
  }

  stop(): void {
    this.#stopping?.abort();
  }
}
