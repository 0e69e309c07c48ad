/** A frame that nobody sees, in which files of strangers are drawn and looked into: each question gets one checked message back. */

import { type FrameMessage, type PageMessage, readFrameMessage, sayTo, type WantMessage } from './viewer-messages.ts';

/** A frame that says nothing for so long is not waited for; it ends by itself a worker that is too slow. */
const patienceMs = 30_000;
/** For a page whose picture is read: the frame ends that by itself before. */
const readPatienceMs = 75_000;
/** A few for each of the boxes that a film may have at most. */
const slicesMax = 40_000;

/** @throws where there is none, which ends the question */
export type GiveSlice = (want: WantMessage) => Promise<Uint8Array<ArrayBuffer>>;

export class Glass {
  readonly #frame = document.createElement('iframe');
  readonly #signal: AbortSignal;
  readonly #closed = new AbortController();
  readonly #give: GiveSlice | null;

  private constructor(signal: AbortSignal, give: GiveSlice | null) {
    this.#signal = signal;
    this.#give = give;
    // At once, whatever its user is waiting for: a locked page holds nothing of a file.
    signal.addEventListener('abort', () => this.close(), { signal: this.#closed.signal });
    this.#frame.setAttribute('sandbox', 'allow-scripts');
    this.#frame.hidden = true;
    this.#frame.src = '/viewer/frame.html';
  }

  /** @param signal whoever waits is told, once it ends, that it was `stopped` @param give answers what the frame asks for of a file; else it gets nothing */
  static async open(signal: AbortSignal, give: GiveSlice | null = null): Promise<Glass> {
    const glass = new Glass(signal, give);
    const ready = glass.#next();
    if (!signal.aborted) document.body.append(glass.#frame);
    await ready;
    return glass;
  }

  /** To be answered by nothing. */
  say(message: PageMessage): void {
    sayTo(this.#frame, message);
  }

  /** @param onReading while a picture is read: how much of it is, in percent */
  ask(message: PageMessage, onReading?: (percent: number) => void): Promise<FrameMessage> {
    const next = this.#next(onReading);
    this.say(message);
    return next;
  }

  /** Ends whatever runs in it. */
  close(): void {
    this.#closed.abort();
    this.#frame.remove();
  }

  /** What is no message of a frame is not heard, so that it comes to the same as silence. */
  #next(onReading?: (percent: number) => void): Promise<FrameMessage> {
    const heard = new AbortController();
    const end = AbortSignal.any([this.#signal, heard.signal]);
    return new Promise<FrameMessage>((resolve) => {
      const fail = (): void => resolve({ kind: 'failed', problem: 'too-slow' });
      if (this.#signal.aborted) return fail();
      let timer = window.setTimeout(fail, patienceMs);
      let [isGiving, given] = [false, 0];
      const hear = ({ source, data }: MessageEvent): void => {
        const message = source === this.#frame.contentWindow ? readFrameMessage(data) : null;
        if (message?.kind === 'want') {
          // One at a time: a frame that was taken over could else have any number of them held.
          if (isGiving || this.#give === null) return;
          isGiving = true;
          this.#give(message).then((bytes) => {
            isGiving = false;
            // At work still, as long as it asks for what such a file can need.
            window.clearTimeout(timer);
            if (++given <= slicesMax) timer = window.setTimeout(fail, patienceMs);
            else fail();
            this.say({ kind: 'slice', bytes });
          }, fail);
          return;
        }
        if (message?.kind !== 'reading') {
          if (message !== null) resolve(message);
          return;
        }
        // At work still: what ends it is the signal of whoever waits, or the frame's own limit for a page.
        window.clearTimeout(timer);
        timer = window.setTimeout(fail, readPatienceMs);
        onReading?.(message.percent);
      };
      window.addEventListener('message', hear, { signal: end });
      end.addEventListener('abort', () => {
        window.clearTimeout(timer);
        fail();
      });
    }).finally(() => heard.abort());
  }
}
