/** The visit's end of the socket to the server, the only way out that its process has. */
import type { Answered, Http } from '@postern/source/http';
import { decodeToVisit, encodeFromVisit, FrameCutter, type FromVisit, framed, type ToVisit } from './frames.ts';

/** What is used of a socket. */
export type Pipe = {
  readonly write: (bytes: Uint8Array) => unknown;
  readonly on: (event: 'data', take: (bytes: Uint8Array) => void) => unknown;
};

/** An index of the greatest lane is the largest thing that comes. */
const frameBytesMax = 4 * 1024 * 1024;
const none: Answered = { status: 0, body: new Uint8Array(0) };

export class Channel {
  readonly #pipe: Pipe;
  readonly #calls = new Map<number, (answered: Answered) => void>();
  #called = 0;

  /** @param take gets what is not an answer to a call */
  constructor(pipe: Pipe, take: (frame: Exclude<ToVisit, { readonly kind: 'answer' }>) => void) {
    this.#pipe = pipe;
    const cutter = new FrameCutter(frameBytesMax);
    pipe.on('data', (piece) =>
      cutter.add(piece, (bytes) => {
        const frame = decodeToVisit(bytes);
        if (frame.kind === 'answer') this.#answered(frame);
        else take(frame);
      }),
    );
  }

  send(frame: FromVisit): void {
    this.#pipe.write(framed(encodeFromVisit(frame)));
  }

  get http(): Http {
    const call = async (path: string, body: Uint8Array): Promise<Answered> => {
      const id = ++this.#called;
      const answered = new Promise<Answered>((resolve) => this.#calls.set(id, resolve));
      this.send({ kind: 'call', id, path, body });
      const answer = await answered;
      if (answer.status === 0) throw new RangeError('call the server: no answer');
      return answer;
    };
    return { get: (path) => call(path, none.body), post: call };
  }

  #answered({ id, status, body }: Extract<ToVisit, { readonly kind: 'answer' }>): void {
    this.#calls.get(id)?.({ status, body });
    this.#calls.delete(id);
  }
}
