/** A frame that nobody sees, in which files of strangers are drawn and looked into: each question gets one checked message back. */

import { type FrameMessage, type PageMessage, readFrameMessage, sayTo } from './viewer-messages.ts';

/** A frame that says nothing for so long is not waited for; it ends by itself a worker that is too slow. */
const patienceMs = 30_000;

export class Glass {
  readonly #frame = document.createElement('iframe');
  readonly #signal: AbortSignal;

  private constructor(signal: AbortSignal) {
    this.#signal = signal;
    this.#frame.setAttribute('sandbox', 'allow-scripts');
    this.#frame.hidden = true;
    this.#frame.src = '/viewer/frame.html';
  }

  /** @param signal whoever waits is told, once it ends, that it was `stopped` */
  static async open(signal: AbortSignal): Promise<Glass> {
    const glass = new Glass(signal);
    const ready = glass.#next();
    document.body.append(glass.#frame);
    await ready;
    return glass;
  }

  /** To be answered by nothing. */
  say(message: PageMessage): void {
    sayTo(this.#frame, message);
  }

  ask(message: PageMessage): Promise<FrameMessage> {
    const next = this.#next();
    this.say(message);
    return next;
  }

  /** Ends whatever runs in it. */
  close(): void {
    this.#frame.remove();
  }

  /** What is no message of a frame is not heard, so that it comes to the same as silence. */
  #next(): Promise<FrameMessage> {
    const heard = new AbortController();
    const end = AbortSignal.any([this.#signal, heard.signal]);
    return new Promise<FrameMessage>((resolve) => {
      const fail = (): void => resolve({ kind: 'failed', problem: 'too-slow' });
      if (this.#signal.aborted) return fail();
      const timer = window.setTimeout(fail, patienceMs);
      const hear = ({ source, data }: MessageEvent): void => {
        const message = source === this.#frame.contentWindow ? readFrameMessage(data) : null;
        if (message !== null) resolve(message);
      };
      window.addEventListener('message', hear, { signal: end });
      end.addEventListener('abort', () => {
        window.clearTimeout(timer);
        fail();
      });
    }).finally(() => heard.abort());
  }
}
