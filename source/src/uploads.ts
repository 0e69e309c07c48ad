/** Sends files that a person has chosen: sealed and posted chunk by chunk, one file after the other (spec/protocol.md, section 6.3). */

import { bytesToHex, concat } from '@postern/protocol/bytes/encode';
import { CHUNK_BYTES, CHUNK_DATA_BYTES, FILE_BYTES_MAX, FILE_KEY_BYTES, FILES_MAX } from '@postern/protocol/constants';
import { dataBytesIn, FileSealer } from '@postern/protocol/files/chunks';
import { type FileDescriptor, wireFileName, wireFileType } from '@postern/protocol/files/descriptor';
import { Pace } from '@postern/protocol/files/pace';
import type { Random } from '@postern/protocol/primitives/random';
import { type Admitted, type Answer, type FileMove, insist, type MoveState, type SendableFile } from './file-move.ts';
import type { Clock } from './network.ts';

export type UploadParts = {
  readonly post: (path: string, body: Uint8Array) => Promise<Answer>;
  readonly fingerprint: Uint8Array;
  readonly random: Random;
  readonly clock: Pick<Clock, 'seconds' | 'wait'>;
  readonly tell: (files: readonly FileMove[]) => void;
  /** Sees each file before anything of it is sent, and gives the one to send, which may be a cleaned copy; null for none. */
  readonly admit?: (file: File) => Promise<Admitted | null>;
};

type Upload = {
  readonly id: string;
  readonly file: SendableFile;
  readonly as: FileMove['as'];
  readonly name: string;
  readonly sealer: FileSealer | null;
  readonly key: Uint8Array;
  chunksDone: number;
  state: MoveState;
  hash: Uint8Array | null;
};

export class Uploads {
  readonly #parts: UploadParts;
  readonly #pace: Pace;
  #uploads: Upload[] = [];
  #isRunning = false;
  #isStopped = false;

  constructor(parts: UploadParts) {
    this.#parts = parts;
    this.#pace = new Pace(parts.clock.seconds);
  }

  /** Takes files; sending of each begins as soon as it is admitted. */
  async attach(files: readonly File[]): Promise<void> {
    const admit: (file: File) => Promise<Pick<Upload, 'file' | 'as'> | null> = this.#parts.admit ?? asGiven;
    await Promise.all(
      files.map(async (given) => {
        const admitted = await admit(given);
        if (admitted === null || this.#isStopped) return;
        this.#uploads.push(this.#begin(admitted));
        this.#tell();
        await this.#run();
      }),
    );
  }

  /** What has been sent of it can be opened by nobody, and expires. */
  detach(id: string): void {
    this.#uploads = this.#uploads.filter((upload) => upload.id !== id);
    this.#tell();
  }

  /** What a message names; only files that the server has whole. */
  descriptors(): FileDescriptor[] {
    return this.#uploads.flatMap(({ file, name, key, hash }) => {
      const day = Math.max(0, Math.floor(file.lastModified / 86_400_000));
      return hash === null ? [] : [{ name, type: wireFileType(file.type), bytes: file.size, day, hash, key }];
    });
  }

  /** The message that names them is on its way, or everything is given up. */
  clear(): void {
    this.#uploads = [];
    this.#tell();
  }

  stop(): void {
    this.#isStopped = true;
    this.#uploads = [];
  }

  #begin({ file, as }: Pick<Upload, 'file' | 'as'>): Upload {
    const key = this.#parts.random(FILE_KEY_BYTES);
    const problem = this.#uploads.length >= FILES_MAX ? 'many' : file.size > FILE_BYTES_MAX ? 'large' : null;
    const sealer = problem === null ? new FileSealer(key, this.#parts.fingerprint, file.size) : null;
    const id = bytesToHex(this.#parts.random(8));
    return {
      id,
      file,
      as,
      name: wireFileName(file.name),
      sealer,
      key,
      chunksDone: 0,
      state: problem ?? 'waiting',
      hash: null,
    };
  }

  async #run(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    try {
      for (let next = this.#next(); next !== undefined; next = this.#next()) await this.#send(next);
    } finally {
      this.#isRunning = false;
    }
  }

  #next(): Upload | undefined {
    return this.#isStopped ? undefined : this.#uploads.find(({ state }) => state === 'waiting');
  }

  async #send(upload: Upload): Promise<void> {
    const { sealer } = upload;
    if (sealer === null) return;
    this.#pace.restart();
    this.#become(upload, 'moving');
    try {
      while (upload.chunksDone < sealer.chunks) {
        const body = await this.#sealNext(upload, sealer);
        const answer = await this.#insist(upload, body);
        if (answer === undefined) return;
        if (answer.status !== 204) return this.#become(upload, answer.status === 507 ? 'full' : 'changed');
        upload.chunksDone += 1;
        this.#pace.add(CHUNK_BYTES);
        this.#become(upload, 'moving');
      }
      upload.hash = await sealer.contentHash();
      this.#become(upload, 'done');
    } catch {
      // Reading fails when the file was moved or changed; sealing refuses other bytes than the first time.
      this.#become(upload, 'changed');
    }
  }

  /** Only this one chunk is ever in memory. */
  async #sealNext({ file, chunksDone }: Upload, sealer: FileSealer): Promise<Uint8Array> {
    const from = chunksDone * CHUNK_DATA_BYTES;
    const length = dataBytesIn(file.size, chunksDone);
    const data = new Uint8Array(await file.slice(from, from + length).arrayBuffer());
    const { id, chunk } = await sealer.seal(chunksDone, data);
    return concat(id, chunk);
  }

  #insist(upload: Upload, body: Uint8Array): Promise<Answer | undefined> {
    const lost = (): void => {
      this.#become(upload, 'lost');
      this.#pace.restart();
    };
    const isGone = (): boolean => this.#isStopped || !this.#uploads.includes(upload);
    return insist(() => this.#parts.post('/chunk', body), this.#parts.clock.wait, isGone, lost);
  }

  #become(upload: Upload, state: MoveState): void {
    upload.state = state;
    this.#tell();
  }

  #tell(): void {
    if (this.#isStopped) return;
    this.#parts.tell(
      this.#uploads.map(({ id, file, as, name, state, chunksDone, sealer }) => {
        const chunks = sealer?.chunks ?? 1;
        const pace = state === 'moving' ? this.#pace.of((chunks - chunksDone) * CHUNK_BYTES) : undefined;
        return { id, name, bytes: file.size, as, state, done: chunksDone / chunks, pace };
      }),
    );
  }
}

async function asGiven(file: File): Promise<Pick<Upload, 'file' | 'as'>> {
  return { file, as: undefined };
}
