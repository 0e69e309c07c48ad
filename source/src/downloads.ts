/** Fetches files that an answer names, one after the other; each is there for a person once it is whole and right. */

import { CHUNK_BYTES } from '@postern/protocol/constants';
import { chunkId, FileOpener } from '@postern/protocol/files/chunks';
import type { FileDescriptor } from '@postern/protocol/files/descriptor';
import { Pace } from '@postern/protocol/files/pace';
import type { Destination } from './destination.ts';
import { type Answer, type FileMove, insist, isMoving, type MoveState } from './file-move.ts';
import type { Clock } from './network.ts';

export type DownloadParts = {
  readonly post: (path: string, body: Uint8Array) => Promise<Answer>;
  readonly fingerprint: Uint8Array;
  readonly clock: Pick<Clock, 'seconds' | 'wait'>;
  readonly tell: (files: ReadonlyMap<string, FileMove>) => void;
  /** Called at the press of a button: a browser that asks where to save does so at no other time. */
  readonly open: (name: string) => Promise<Destination>;
};

type Download = {
  readonly id: string;
  readonly file: FileDescriptor;
  readonly opener: FileOpener;
  chunksDone: number;
  state: MoveState;
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
    if (known !== undefined && isMoving(known.state)) return this.#turn;
    const download: Download = { id, file, opener: new FileOpener(file), chunksDone: 0, state: 'waiting' };
    this.#downloads.set(id, download);
    this.#tell();
    // At once: later would not be at the press of a button.
    const opening = this.#parts.open(file.name).catch(() => {
      // None is chosen: not only when its turn comes, in which the same may have been asked for again.
      if (!this.#isStopped(download)) this.stop(id);
      return undefined;
    });
    this.#turn = this.#turn.then(async () => this.#receive(download, await opening));
    return this.#turn;
  }

  stop(id: string): void {
    this.#downloads.delete(id);
    this.#tell();
  }

  stopAll(): void {
    this.#downloads.clear();
    this.#tell();
  }

  #isStopped(download: Download): boolean {
    return this.#downloads.get(download.id) !== download;
  }

  /** @param destination undefined where the person chose none, or it cannot be written to */
  async #receive(download: Download, destination: Destination | undefined): Promise<void> {
    if (destination === undefined) return;
    this.#pace.restart();
    const state = await this.#fill(download, destination).catch((): MoveState => 'damaged');
    if (state !== 'done') await destination.abort().catch(() => undefined);
    this.#become(download, state);
  }

  /** Holds one chunk at a time. */
  async #fill(download: Download, destination: Destination): Promise<MoveState> {
    const { opener } = download;
    while (download.chunksDone < opener.chunks) {
      const answer = await this.#ask(download, download.chunksDone);
      if (answer?.status !== 200) return answer?.status === 404 ? 'gone' : 'damaged';
      const data = await opener.open(download.chunksDone, answer.body);
      await destination.write(data as Uint8Array<ArrayBuffer>);
      download.chunksDone += 1;
      this.#pace.add(CHUNK_BYTES);
      this.#become(download, 'moving');
    }
    await opener.finish();
    if (this.#isStopped(download)) return 'damaged';
    await destination.close();
    return 'done';
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
      () => this.#isStopped(download),
      lost,
    );
  }

  #become(download: Download, state: MoveState): void {
    download.state = state;
    this.#tell();
  }

  #tell(): void {
    const moves = [...this.#downloads].map(([id, { file, state, chunksDone, opener }]) => {
      const done = state === 'done' ? 1 : chunksDone / opener.chunks;
      const pace = state === 'moving' ? this.#pace.of((opener.chunks - chunksDone) * CHUNK_BYTES) : undefined;
      return [id, { id, name: file.name, bytes: file.bytes, state, done, pace }] as const;
    });
    this.#parts.tell(new Map(moves));
  }
}
