/**
 * Brings files from the server and takes them there, chunk by chunk, anonymously (spec/protocol.md, FIL-10). One comes and
 * one goes at a time: neither waits for the other direction.
 */

import { bytesToHex, concat } from '@postern/protocol/bytes/encode';
import { CHUNK_BYTES } from '@postern/protocol/constants';
import { chunkCount, chunkId, FileOpener } from '@postern/protocol/files/chunks';
import { FileError } from '@postern/protocol/files/file-error';
import { Pace } from '@postern/protocol/files/pace';
import { drawBelow } from '@postern/protocol/messages/draw';
import type { Random } from '@postern/protocol/primitives/random';
import type { HttpAnswer } from '../engine/ports.ts';
import type { ChunkPorts, Transfer, TransferFile, TransferProblem, TransferState } from './chunk-ports.ts';
import { type FileFolder, type Keeping, type KeptFile, keptName } from './file-folder.ts';

export interface TransfersOptions {
  readonly ports: ChunkPorts;
  readonly folder: FileFolder;
  readonly fingerprint: Uint8Array;
  readonly random: Random;
  /** Resolves after so many seconds, or at once when the signal ends. */
  readonly wait: (seconds: number, signal: AbortSignal) => Promise<void>;
  /** A clock that only goes forward, for how fast files move. */
  readonly seconds: () => number;
  /** A file begins after a delay drawn between these, so that its request does not tell when somebody asked. */
  readonly delaySeconds: readonly [number, number];
  readonly onChange: () => void;
}

/** Between two tries while the server is away or busy. */
const retrySeconds = 15;

/** Files that move in one direction, one after the other. */
interface Lane {
  readonly keeping: Keeping;
  /** Of the one that moves. */
  readonly pace: Pace;
  turn: Promise<unknown>;
}

interface Job {
  /** Told how many chunks are stored, before the next one is posted. */
  readonly onStored?: (chunks: number) => Promise<void>;
  readonly lane: Lane;
  readonly file: TransferFile;
  readonly name: string;
  readonly ended: AbortController;
}

/** A transfer has failed for a reason that no other try will mend. */
class Failed extends Error {
  override readonly name = 'Failed';
  readonly problem: TransferProblem;

  constructor(problem: TransferProblem) {
    super(`move a file: ${problem}`);
    this.problem = problem;
  }
}

export class Transfers {
  readonly #options: TransfersOptions;
  readonly #fetching: Lane;
  readonly #posting: Lane;
  readonly #shown = new Map<string, Omit<Transfer, 'pace'>>();
  readonly #jobs = new Map<string, Job>();
  #isClosed = false;

  constructor(options: TransfersOptions) {
    this.#options = options;
    const lane = (keeping: Keeping): Lane => ({ keeping, pace: new Pace(options.seconds), turn: Promise.resolve() });
    this.#fetching = lane('part');
    this.#posting = lane('draft');
  }

  /** Those of this run that were asked for. One that moved and stands still waits. */
  list(): Transfer[] {
    return [...this.#shown.values()].map((shown) => {
      const pace = this.#jobs.get(shown.name)?.lane.pace;
      if (shown.state !== 'moving' || pace === undefined) return { ...shown, pace: null };
      const left = (shown.chunks - shown.chunksDone) * CHUNK_BYTES;
      return { ...shown, state: pace.isStanding ? 'waiting' : 'moving', pace: pace.of(left) ?? null };
    });
  }

  /** Fetches a file unless it is here; goes on where it was left. */
  async fetch(file: TransferFile): Promise<void> {
    const name = await keptName(file.key);
    const here = await this.#options.folder.chunksOf(name, 'whole');
    if (here > 0) this.#show(name, 'done', here, file);
    else this.#begin({ lane: this.#fetching, file, name, ended: new AbortController() });
  }

  /** A file that an earlier run has fetched, or a reply has sent. */
  noteHere(name: string, bytes: number): void {
    if (this.#shown.get(name)?.state === 'done' || this.#jobs.has(name)) return;
    this.#show(name, 'done', chunkCount(bytes), { bytes });
  }

  /** A draft that is kept and cannot be posted as it is. */
  noteFailed(name: string, bytes: number): void {
    this.#show(name, 'disk', 0, { bytes });
  }

  /** Posts a draft's chunks; goes on where it had failed. @param stored how many an earlier run has posted */
  async post(file: TransferFile, stored: number, onStored: (chunks: number) => Promise<void>): Promise<void> {
    const name = await keptName(file.key);
    if (!this.#shown.has(name)) this.#show(name, 'waiting', stored, file);
    this.#begin({ onStored, lane: this.#posting, file, name, ended: new AbortController() });
  }

  /** What is here stays here. */
  stop(name: string): void {
    this.#jobs.get(name)?.ended.abort();
    this.#jobs.delete(name);
    this.#shown.delete(name);
    this.#options.onChange();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const { ended } of this.#jobs.values()) ended.abort();
    await Promise.all([this.#fetching.turn, this.#posting.turn]);
  }

  #begin(job: Job): void {
    if (this.#jobs.has(job.name) || this.#isClosed) return;
    this.#jobs.set(job.name, job);
    this.#become(job, 'waiting');
    const [least, most] = this.#options.delaySeconds;
    const delay = least + drawBelow(Math.max(1, Math.round(most - least)), this.#options.random);
    const due = this.#options.wait(delay, job.ended.signal);
    job.lane.turn = Promise.all([job.lane.turn, due]).then(() => this.#run(job));
  }

  async #run(job: Job): Promise<void> {
    if (job.ended.signal.aborted) return;
    const { keeping, pace } = job.lane;
    let kept: KeptFile | null = null;
    pace.restart();
    try {
      kept = await this.#options.folder.openKept(job.name, keeping);
      const move = keeping === 'part' ? this.#fetchAll(job, kept) : this.#postAll(job, kept);
      await move.finally(() => kept?.close());
      if (job.ended.signal.aborted) return;
      if (keeping === 'part') await this.#options.folder.rename(job.name, 'part', 'whole');
      this.#show(job.name, 'done', chunkCount(job.file.bytes), job.file);
    } catch (error) {
      if (job.ended.signal.aborted) return;
      const problem = error instanceof Failed ? error.problem : error instanceof FileError ? 'damaged' : 'disk';
      // What does not verify is of no use to anybody.
      if (problem === 'damaged') await this.#options.folder.remove(job.name, keeping).catch(() => undefined);
      this.#become(job, problem, problem === 'damaged' ? 0 : undefined);
    } finally {
      if (this.#jobs.get(job.name) === job) this.#jobs.delete(job.name);
    }
  }

  /** Every chunk is opened as it comes, those that were here too: only then is it known that they are the file (FIL-4). */
  async #fetchAll(job: Job, kept: KeptFile): Promise<void> {
    const opener = new FileOpener(job.file);
    const here = await this.#options.folder.chunksOf(job.name, 'part');
    const circuit = this.#circuit();
    for (let index = 0; index < opener.chunks; index++) {
      const known = index < here ? await kept.read(index) : null;
      const chunk = known ?? (await this.#fetchOne(job, index, circuit));
      if (chunk === null) return;
      await opener.open(index, chunk);
      if (known === null) await kept.write(index, chunk);
      else job.lane.pace.restart();
      this.#become(job, 'moving', index + 1);
    }
    await opener.finish();
  }

  async #fetchOne(job: Job, index: number, circuit: string): Promise<Uint8Array | null> {
    const id = await chunkId(job.file.key, this.#options.fingerprint, index);
    const answer = await this.#insist(job, (signal) => this.#options.ports.fetchChunk(id, circuit, signal));
    if (answer === null) return null;
    if (answer.status === 404) throw new Failed('gone');
    if (answer.status !== 200) throw new Failed('damaged');
    return answer.body;
  }

  async #postAll(job: Job, kept: KeptFile): Promise<void> {
    const { chunksDone: stored = 0, chunks = chunkCount(job.file.bytes) } = this.#shown.get(job.name) ?? {};
    const circuit = this.#circuit();
    for (let index = stored; index < chunks; index++) {
      const id = await chunkId(job.file.key, this.#options.fingerprint, index);
      const body = concat(id, await kept.read(index));
      const answer = await this.#insist(job, (signal) => this.#options.ports.postChunk(body, circuit, signal));
      if (answer === null) return;
      if (answer.status === 507) throw new Failed('full');
      if (answer.status !== 204) throw new Failed('refused');
      await job.onStored?.(index + 1);
      this.#become(job, 'moving', index + 1);
    }
  }

  /** Tries until there is an answer that means something; null when it was stopped. */
  async #insist(job: Job, call: (signal: AbortSignal) => Promise<HttpAnswer>): Promise<HttpAnswer | null> {
    const { signal } = job.ended;
    while (!signal.aborted) {
      const answer = await call(signal).catch(() => null);
      if (signal.aborted) break;
      if (answer !== null && !isPassing(answer.status)) {
        job.lane.pace.add(CHUNK_BYTES);
        return answer;
      }
      this.#become(job, 'waiting');
      await this.#options.wait(retrySeconds, signal);
      job.lane.pace.restart();
    }
    return null;
  }

  /** One for each file: the server sees that its chunks belong together, and nothing that links two files. */
  #circuit(): string {
    return `file ${bytesToHex(this.#options.random(8))}`;
  }

  /** Nothing is said any more of one that was stopped. @param chunksDone as before unless told */
  #become(job: Job, state: TransferState, chunksDone = this.#shown.get(job.name)?.chunksDone ?? 0): void {
    if (!job.ended.signal.aborted) this.#show(job.name, state, chunksDone, job.file);
  }

  #show(name: string, state: TransferState, chunksDone: number, { bytes }: Pick<TransferFile, 'bytes'>): void {
    this.#shown.set(name, { name, state, chunksDone, chunks: chunkCount(bytes) });
    this.#options.onChange();
  }
}

function isPassing(status: number): boolean {
  return status === 408 || status === 429 || status === 500 || (status >= 502 && status <= 504);
}
