/** The frame's recogniser of text: one page after the other, in a worker that is ended when it takes too long. */

import { startWorker } from './frame-worker.ts';
import type { RecogniseAnswer, RecogniseWork } from './recognise-worker.ts';
import type { Recognition } from './viewer-messages.ts';

/** Of a picture that is read: an A4 page at 300 dots to an inch and a little. More makes it slower, and the text no better. */
export const readPixelsMax = 9_000_000;
/** A page of small print takes a few seconds; what was made to be endless shall not hold up the pages behind it. */
const pageMs = 60_000;

export class Recogniser {
  readonly #recognition: Recognition;
  readonly #onProgress: (percent: number) => void;
  #worker: Worker | null = null;
  #settle: ((text: string | null) => void) | null = null;

  constructor(recognition: Recognition, onProgress: (percent: number) => void) {
    this.#recognition = recognition;
    this.#onProgress = onProgress;
  }

  /** @returns null for a picture that could not be read, or not in time */
  async read(picture: ImageData): Promise<string | null> {
    this.#worker ??= this.#start();
    const text = new Promise<string | null>((resolve) => {
      this.#settle = resolve;
    });
    const timer = setTimeout(() => this.end(), pageMs);
    this.#worker.postMessage({ kind: 'read', picture } satisfies RecogniseWork, [picture.data.buffer]);
    return text.finally(() => clearTimeout(timer));
  }

  /** The next page begins with a new worker. */
  end(): void {
    this.#worker?.terminate();
    this.#worker = null;
    this.#settle?.(null);
    this.#settle = null;
  }

  #start(): Worker {
    const take = (answer: RecogniseAnswer): void => {
      if (answer.kind === 'progress') this.#onProgress(answer.percent);
      else this.#settle?.(answer.text);
    };
    const worker = startWorker(this.#recognition.worker, take, () => this.end());
    const { wasm, data } = this.#recognition;
    worker.postMessage({ kind: 'begin', wasm, data } satisfies RecogniseWork);
    return worker;
  }
}
