/** Commits the writes of many callers in one durable transaction: the sync to the disk costs each a share, not the whole. */

import { type Storage, StorageError, type Write, type WriteResult } from '../ports/storage.ts';

export interface GroupCommitOptions {
  /** Writes in one transaction at most; one caller's list is never divided. */
  readonly batchWritesMax: number;
  /** Writes that may wait besides those of the running transaction; beyond, a caller is told `busy`. */
  readonly waitingWritesMax: number;
  /** How long several callers wait for more, unless their batch is full; without it only for what the event loop holds. */
  readonly linger?: () => Promise<void>;
}

export const groupCommitDefaults: GroupCommitOptions = {
  batchWritesMax: 256,
  waitingWritesMax: 4_096,
};

interface Caller {
  readonly writes: readonly Write[];
  readonly resolve: (results: WriteResult[]) => void;
  readonly reject: (error: unknown) => void;
}

/** A queue in front of {@link Storage.write}. A caller's list stays together: all of it is done, or nothing. */
export class GroupCommit implements Pick<Storage, 'write'> {
  readonly #storage: Pick<Storage, 'write'>;
  readonly #options: GroupCommitOptions;
  #waiting: Caller[] = [];
  #waitingWrites = 0;
  #running: Promise<void> | undefined;
  #isClosed = false;

  constructor(storage: Pick<Storage, 'write'>, options: GroupCommitOptions = groupCommitDefaults) {
    this.#storage = storage;
    this.#options = options;
  }

  /**
   * Resolves with this caller's results when they are durable.
   * @throws StorageError busy, when too much waits: nothing was done; closed; what {@link Storage.write} throws
   */
  write(writes: readonly Write[]): Promise<WriteResult[]> {
    if (this.#isClosed) return Promise.reject(new StorageError('closed', 'queue a write'));
    if (writes.length === 0) return Promise.resolve([]);
    if (this.#waitingWrites + writes.length > this.#options.waitingWritesMax) {
      return Promise.reject(new StorageError('busy', 'queue a write'));
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ writes, resolve, reject });
      this.#waitingWrites += writes.length;
      this.#running ??= this.#run();
    });
  }

  /** Takes no more, and resolves when everything that waits has its answer. Does not close the storage. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      await this.#linger();
      await this.#commit(this.#takeBatch());
    }
    this.#running = undefined;
  }

  async #linger(): Promise<void> {
    // One turn of the event loop lets the requests that arrived during the last transaction join this one.
    await new Promise((resolve) => setImmediate(resolve));
    const { linger, batchWritesMax } = this.#options;
    // Where one is alone nobody may come; where there are two there is a crowd.
    if (this.#isClosed || this.#waiting.length < 2 || this.#waitingWrites >= batchWritesMax) return;
    await linger?.();
  }

  #takeBatch(): Caller[] {
    let count = 0;
    let writes = 0;
    for (const caller of this.#waiting) {
      if (count > 0 && writes + caller.writes.length > this.#options.batchWritesMax) break;
      count += 1;
      writes += caller.writes.length;
    }
    this.#waitingWrites -= writes;
    return this.#waiting.splice(0, count);
  }

  async #commit(batch: readonly Caller[]): Promise<void> {
    try {
      const results = await this.#storage.write(batch.flatMap(({ writes }) => writes));
      let from = 0;
      for (const { writes, resolve } of batch) {
        resolve(results.slice(from, from + writes.length));
        from += writes.length;
      }
    } catch (error) {
      if (batch.length > 1 && isWorthDividing(error)) {
        for (const caller of batch) await this.#commit([caller]);
      } else {
        for (const { reject } of batch) reject(error);
      }
    }
  }
}

/**
 * One caller's writes may be the fault, or too much for the room that is left. Not so when the database is away: then it
 * is not even known whether the batch was carried out.
 */
function isWorthDividing(error: unknown): boolean {
  return !(error instanceof StorageError && (error.code === 'unavailable' || error.code === 'closed'));
}
