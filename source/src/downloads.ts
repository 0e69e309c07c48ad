/** Fetches files that an answer names, one after the other, and hands each to the browser to save once it is whole and right. */

import { CHUNK_BYTES } from '@postern/protocol/constants';
import { chunkId, FileOpener } from '@postern/protocol/files/chunks';
import type { FileDescriptor } from '@postern/protocol/files/descriptor';
import { Pace } from '@postern/protocol/files/pace';
import { type Answer, type FileMove, insist, type MoveState } from './file-move.ts';
import type { Clock } from './network.ts';

export type DownloadParts = {
  readonly post: (path: string, body: Uint8Array) => Promise<Answer>;
  readonly fingerprint: Uint8Array;
  readonly clock: Pick<Clock, 'seconds' | 'wait'>;
  readonly tell: (files: ReadonlyMap<string, FileMove>) => void;
  readonly save: (content: Blob, name: string) => void;
};

type Download = {
  readonly id: string;
  readonly file: FileDescriptor;
  readonly opener: FileOpener;
  /** One for each chunk: a browser may keep them outside its memory, where it is allowed to. */
  readonly pieces: Blob[];
  state: MoveState;
  isStopped: boolean;
};

export class Downloads {
  readonly #parts: DownloadParts;
  readonly #pace: Pace;
  readonly #downloads = new Map<string, Download>();
  #turn: Promise<void> = Promise.resolve();

  constructor(parts: DownloadParts) {
    this.#parts = parts;
    this.#pace = new Pace(parts.clock.seconds);
  }

  /** Once more, if it has failed. @param id of the caller's, such as the answer's with the place in it */
  fetch(id: string, file: FileDescriptor): Promise<void> {
    const known = this.#downloads.get(id);
    if (known !== undefined && (known.state === 'waiting' || known.state === 'moving' || known.state === 'lost'))
      return this.#turn;
    const download: Download = {
      id,
      file,
      opener: new FileOpener(file),
      pieces: [],
      state: 'waiting',
      isStopped: false,
    };
    this.#downloads.set(id, download);
    this.#tell();
    this.#turn = this.#turn.then(() => this.#receive(download));
    return this.#turn;
  }

  stop(id: string): void {
    const download = this.#downloads.get(id);
    if (download === undefined) return;
    download.isStopped = true;
    this.#downloads.delete(id);
    this.#tell();
  }

  stopAll(): void {
    for (const id of [...this.#downloads.keys()]) this.stop(id);
  }

  async #receive(download: Download): Promise<void> {
    const { file, opener, pieces } = download;
    this.#pace.restart();
    try {
      while (pieces.length < opener.chunks) {
        const answer = await this.#ask(download, pieces.length);
        if (answer === undefined) return;
        if (answer.status !== 200) return this.#become(download, answer.status === 404 ? 'gone' : 'damaged');
        const data = await opener.open(pieces.length, answer.body);
        pieces.push(new Blob([data as Uint8Array<ArrayBuffer>]));
        this.#pace.add(CHUNK_BYTES);
        this.#become(download, 'moving');
      }
      await opener.finish();
      if (download.isStopped) return;
      // Never under the type that the sender has named: the browser is only to save it.
      this.#parts.save(new Blob(pieces, { type: 'application/octet-stream' }), file.name);
      pieces.length = 0;
      this.#become(download, 'done');
    } catch {
      pieces.length = 0;
      this.#become(download, 'damaged');
    }
  }

  async #ask(download: Download, index: number): Promise<Answer | undefined> {
    const id = await chunkId(download.file.key, this.#parts.fingerprint, index);
    const lost = (): void => {
      this.#become(download, 'lost');
      this.#pace.restart();
    };
    return insist(
      () => this.#parts.post('/fetch', id),
      this.#parts.clock.wait,
      () => download.isStopped,
      lost,
    );
  }

  #become(download: Download, state: MoveState): void {
    download.state = state;
    this.#tell();
  }

  #tell(): void {
    const moves = [...this.#downloads].map(([id, { file, state, pieces, opener }]) => {
      const done = state === 'done' ? 1 : pieces.length / opener.chunks;
      const pace = state === 'moving' ? this.#pace.of((opener.chunks - pieces.length) * CHUNK_BYTES) : undefined;
      return [id, { id, name: file.name, bytes: file.bytes, state, done, pace }] as const;
    });
    this.#parts.tell(new Map(moves));
  }
}
