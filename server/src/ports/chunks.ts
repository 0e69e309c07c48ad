/** Where the sealed chunks of files are kept: outside the database, each once, with their day and nothing else. */

import type { Day } from '@postern/protocol/time';

/** `stored`: is there now, or was before. `changed`: another chunk has this name. `full`: no room; nothing was kept. */
export type ChunkPut = 'stored' | 'changed' | 'full';

/**
 * Chunks by name: 32 bytes, the hash of the id that a client knows, so that who takes the store cannot ask for them.
 * All methods reject with `StorageError` and nothing else. After `stored` the chunk survives `kill -9` and power loss;
 * a chunk is whole or not there.
 */
export interface ChunkStore {
  has(name: Uint8Array): boolean;
  put(name: Uint8Array, chunk: Uint8Array, day: Day): Promise<ChunkPut>;
  /** @returns null for none, also for one that is damaged */
  get(name: Uint8Array): Promise<Uint8Array | null>;
  /** Number of chunks by day, for the days that have any. */
  counts(): ReadonlyMap<Day, number>;
  /** Deletes the chunks of this day and all before it. */
  expire(through: Day): Promise<void>;
  close(): Promise<void>;
}
