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

const frameBytesMax = 1024 * 1024;
const callForm = /^\/(request|bundle|roster(\/\d{1,10})?|index\/\d{1,3})$/;

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

  /** @returns whether the person leaves; null if the process ended first */
  async form(type: string, body: Uint8Array): Promise<boolean | null> {
    const done = await this.#ask((id) => ({ kind: 'form', id, type, body }));
    body.fill(0);
    return done?.kind === 'done' ? done.left : null;
  }

  async look(gzip: boolean): Promise<VisitPage | null> {
    const page = await this.#ask((id) => ({ kind: 'look', id, gzip }));
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

  #ask(frame: (id: number) => ToVisit): Promise<FromVisit | null> {
    if (this.#isOver) return Promise.resolve(null);
    const id = ++this.#asked;
    const answer = new Promise<FromVisit | null>((resolve) => this.#waiting.set(id, resolve));
    this.#send(frame(id));
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
      case 'done':
      case 'page':
        this.#waiting.get(frame.id)?.(frame);
        this.#waiting.delete(frame.id);
    }
  }

  async #answer(id: number, path: string, sent: Uint8Array): Promise<void> {
    const none = { status: 0, body: new Uint8Array(0) };
    const { status, body } = callForm.test(path) ? await this.#call(path, sent).catch(() => none) : none;
    this.#send({ kind: 'answer', id, status, body });
  }
}
