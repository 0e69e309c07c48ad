/** The server's end of one visit without scripts: asks its process, and answers what the process calls for. */

import type { ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import {
  type Confinement,
  decodeFromVisit,
  encodeToVisit,
  FrameCutter,
  type FromVisit,
  framed,
  type ToVisit,
} from '@postern/plain/frames';
import type { Answer } from '../http/answer.ts';

export type VisitPage = Extract<FromVisit, { readonly kind: 'page' }>;

/** A public address of the server, asked as a page asks it. */
export type Call = (path: string, body: Uint8Array) => Promise<Answer>;

/** A page that shows again what was typed, each sign of it escaped. */
const frameBytesMax = 4 * 1024 * 1024;
const callForm = /^\/(request|bundle|roster(\/\d{1,10})?|index\/\d{1,3}|campaigns|chunk|fetch)$/;

/** To a form: whether the person leaves, and a file that it asked for. */
export type Done = Pick<Extract<FromVisit, { readonly kind: 'done' }>, 'left' | 'offered'> & {
  /** Of the file; breaks off when it cannot be had whole. Ending the iteration ends the fetching. */
  readonly pieces: () => AsyncIterable<Uint8Array>;
};

export class VisitProcess {
  readonly #child: ChildProcess;
  readonly #socket: Socket;
  readonly #call: Call;
  readonly #waiting = new Map<number, (frame: FromVisit | null) => void>();
  #asked = 0;
  #isOver = false;
  #parts = 0;
  #stored = 0;
  #ready: (confinement: Confinement | null) => void = () => undefined;
  readonly confinement: Promise<Confinement | null>;
  /** Resolves when the process has ended, for whatever reason. */
  readonly ended: Promise<void>;

  constructor(child: ChildProcess, call: Call) {
    this.#child = child;
    this.#socket = child.stdio[3] as Socket;
    this.#call = call;
    this.confinement = new Promise((resolve) => {
      this.#ready = resolve;
    });
    const cutter = new FrameCutter(frameBytesMax);
    this.#socket.on('data', (piece: Buffer) => {
      try {
        cutter.add(piece, (bytes) => this.#take(decodeFromVisit(bytes)));
      } catch {
        this.end();
      }
    });
    this.#socket.on('error', () => this.end());
    this.ended = new Promise((resolve) => {
      child.once('exit', () => resolve());
      child.once('error', () => resolve());
    });
    void this.ended.then(() => this.#over());
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Envelopes of its messages, and how many of them the server has confirmed to it. */
  get progress(): { readonly parts: number; readonly stored: number } {
    return { parts: this.#parts, stored: this.#stored };
  }

  begin(frame: Omit<Extract<ToVisit, { readonly kind: 'begin' }>, 'kind'>): void {
    this.#send({ kind: 'begin', ...frame });
  }

  /** @param gzip whether the browser takes it @returns null if the process ended first */
  async form(type: string, body: Uint8Array, gzip: boolean): Promise<Done | null> {
    const id = ++this.#asked;
    const done = await this.#ask({ kind: 'form', id, gzip, type, body });
    body.fill(0);
    return done?.kind === 'done' ? { ...done, pieces: () => this.#pieces(id) } : null;
  }

  /**
   * A form with files, each piece of which is handed on when the one before it has been dealt with.
   * @param takes whether there is room for its files now @param pieces zeroed; read to their end, also without a process
   * @returns null if the process ended first
   */
  async upload(type: string, takes: boolean, pieces: AsyncIterable<Uint8Array>): Promise<Done | null> {
    const id = ++this.#asked;
    this.#send({ kind: 'open', id, takes, type });
    let isWhole = false;
    let done: FromVisit | null = null;
    try {
      for await (const body of pieces) {
        await this.#ask({ kind: 'piece', id, body });
        body.fill(0);
      }
      isWhole = true;
    } finally {
      done = await this.#ask({ kind: 'close', id, isWhole });
    }
    return done?.kind === 'done' ? { ...done, pieces: () => this.#pieces(id) } : null;
  }

  async look(gzip: boolean): Promise<VisitPage | null> {
    const page = await this.#ask({ kind: 'look', id: ++this.#asked, gzip });
    return page?.kind === 'page' ? page : null;
  }

  /** At once: what it held is the system's again. */
  end(): void {
    this.#child.kill('SIGKILL');
    this.#over();
  }

  #over(): void {
    this.#isOver = true;
    this.#socket.destroy();
    this.#ready(null);
    for (const answer of this.#waiting.values()) answer(null);
    this.#waiting.clear();
  }

  async *#pieces(id: number): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        const part = await this.#ask({ kind: 'pull', id, isWanted: true });
        if (part?.kind !== 'part' || part.state === 'failed') throw new Error('hand on a file: it cannot be had whole');
        if (part.state === 'end') return;
        yield part.body;
      }
    } finally {
      this.#send({ kind: 'pull', id, isWanted: false });
    }
  }

  /** One question of a number at a time. */
  #ask(frame: ToVisit & { readonly id: number }): Promise<FromVisit | null> {
    if (this.#isOver) return Promise.resolve(null);
    const answer = new Promise<FromVisit | null>((resolve) => this.#waiting.set(frame.id, resolve));
    this.#send(frame);
    return answer;
  }

  #send(frame: ToVisit): void {
    if (this.#isOver) return;
    const inner = encodeToVisit(frame);
    const bytes = framed(inner);
    inner.fill(0);
    this.#socket.write(bytes, () => bytes.fill(0));
  }

  #take(frame: FromVisit): void {
    switch (frame.kind) {
      case 'ready':
        this.#ready(frame.confinement);
        return;
      case 'progress':
        this.#parts = frame.parts;
        this.#stored = frame.stored;
        return;
      case 'call':
        void this.#answer(frame.id, frame.path, frame.body);
        return;
      case 'took':
      case 'part':
      case 'done':
      case 'page':
        this.#waiting.get(frame.id)?.(frame);
        this.#waiting.delete(frame.id);
    }
  }

  async #answer(id: number, path: string, sent: Uint8Array): Promise<void> {
    const none = { status: 0, body: new Uint8Array(0) };
    const answer: Answer = callForm.test(path) ? await this.#call(path, sent).catch(() => none) : none;
    this.#send({ kind: 'answer', id, status: answer.status, body: answer.body });
    answer.sent?.();
  }
}
