/** Reads the files that are here for the search, by itself: one after the other, behind glass, while nothing else is done with files (decisions/0134). */

import { type ToldState, toldStates } from '@postern/desk/app/word-states';
import { wireText } from '@postern/protocol/bytes/encode';
import { Writer } from '@postern/protocol/bytes/writer';
import { computed, type ReadonlySignal } from '@preact/signals';
import { CallFailed, type DeskClient } from '../desk-client.ts';
import type { State } from '../model.ts';
import { Glass } from './glass.ts';
import { loadLibrary } from './load-file.ts';
import type { FrameMessage } from './viewer-messages.ts';

export interface FileReadingParts {
  readonly client: Pick<DeskClient, 'call' | 'readForWords' | 'giveWords'>;
  readonly state: ReadonlySignal<State>;
  /** Ends when the desk is locked. */
  readonly signal: () => AbortSignal;
  /** Of the case with this id, whatever came of it. */
  readonly onEnd: (id: string) => void;
}

export class FileReading {
  readonly #parts: FileReadingParts;
  #isAtWork = false;
  /** Since it last asked for a file. */
  #isAsked = false;
  /** What was told last of files that wait; null while there is none, or something else is done with files. */
  readonly waiting = computed(() => {
    const { phase, words, viewed, copying, traces, reviews } = this.#parts.state.value;
    const isCopying = [...copying.values()].some(({ kind }) => kind === 'working');
    const isLooking = viewed !== null || reviews.length > 0 || [...traces.values()].includes('looking');
    return phase === 'open' && words.waiting > 0 && !isCopying && !isLooking ? words : null;
  });

  constructor(parts: FileReadingParts) {
    this.#parts = parts;
  }

  /** Whenever something is told of files that wait; one that is at work asks again. @throws CallFailed */
  async goOn(): Promise<void> {
    this.#isAsked = true;
    if (this.#isAtWork) return;
    this.#isAtWork = true;
    try {
      while (this.#isAsked && this.waiting.peek() !== null) {
        this.#isAsked = false;
        if (await this.#readNext()) this.#isAsked = true;
      }
    } finally {
      this.#isAtWork = false;
    }
  }

  async #readNext(): Promise<boolean> {
    const { client, onEnd } = this.#parts;
    const signal = this.#parts.signal();
    const { file } = await client.call('words-next', {});
    if (file === null || signal.aborted) return false;
    const told = await this.#read(file.kept, signal);
    // What was ended by the lock is begun anew.
    if (signal.aborted) return false;
    await client.giveWords(file.kept, told);
    onEnd(file.id);
    return true;
  }

  async #read(kept: string, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    const glass = await Glass.open(signal);
    try {
      const [bytes, drawing] = await Promise.all([
        this.#parts.client.readForWords(kept),
        loadLibrary('document-worker.js', 'mupdf.wasm'),
      ]);
      return toldOf(await glass.ask({ kind: 'words', bytes: new Uint8Array(bytes), ...drawing }));
    } catch (error) {
      // On the disk it is not what it was.
      if (error instanceof CallFailed && error.problem === 'not-found') return told('damaged');
      throw error;
    } finally {
      glass.close();
    }
  }
}

/** What is none of these answers is no answer: the frame was taken over. */
function toldOf(answer: FrameMessage): Uint8Array<ArrayBuffer> {
  if (answer.kind === 'words') return told(answer.isCut ? 'cut' : 'read', answer.text);
  const problem = answer.kind === 'failed' ? answer.problem : 'damaged';
  return told(toldStates.find((state) => state === problem) ?? 'damaged');
}

function told(state: ToldState, text = ''): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new Writer().u8(toldStates.indexOf(state)).text32(wireText(text)).done());
}
