/** Takes and gives the chunks of files, within the room that there is for them (protocol 6.3). Knows nothing of whose they are. */

import { CHUNK_BYTES, CHUNK_LIFE_DAYS, CHUNK_POST_BYTES, HASH_BYTES } from '@postern/protocol/constants';
import { sha256Native } from '@postern/protocol/primitives/hmac-native';
import { type Day, dayOf } from '@postern/protocol/time';
import type { ChunkStore } from '../ports/chunks.ts';
import type { Clock } from '../ports/clock.ts';
import type { Counters } from './counters.ts';

export interface ChunkRoom {
  /** Chunks that one day has room for: what a flood of files can take. */
  readonly chunksADay: number;
  /** Chunks of all days together. */
  readonly chunksMax: number;
}

/** 8 GiB a day, 32 GiB in all. */
export const defaultChunkRoom: ChunkRoom = { chunksADay: 32_768, chunksMax: 131_072 };

export type ChunkRefusal = 'malformed' | 'changed' | 'full';

interface ChunkParts {
  readonly chunks: ChunkStore;
  readonly room: ChunkRoom;
  /** Bytes that may still be written before the disk is as full as it may be; what is kept free is for messages. */
  readonly freeBytes: () => Promise<number>;
  readonly clock: Clock;
  readonly counters: Counters;
}

export class ChunkDesk {
  readonly #parts: ChunkParts;
  /** Chunks that are being stored: they take room before they are counted. */
  #waiting = 0;
  #expiredOn: Day | null = null;

  constructor(parts: ChunkParts) {
    this.#parts = parts;
  }

  /** `POST /chunk`: id[32] ‖ chunk[262144]. @returns null when it is stored @throws StorageError */
  async store(body: Uint8Array): Promise<ChunkRefusal | null> {
    if (body.length !== CHUNK_POST_BYTES) return 'malformed';
    const { chunks, clock, counters } = this.#parts;
    const name = sha256Native(body.subarray(0, HASH_BYTES));
    const today = dayOf(clock.now());
    this.#waiting += 1;
    try {
      if (!chunks.has(name) && !(await this.#hasRoom(today))) return 'full';
      const put = await chunks.put(name, body.subarray(HASH_BYTES), today);
      if (put !== 'stored') return put;
      counters.add('chunks');
      return null;
    } finally {
      this.#waiting -= 1;
    }
  }

  /** `POST /fetch`: id[32]. @throws StorageError */
  async fetch(body: Uint8Array): Promise<Uint8Array | 'malformed' | 'not-found'> {
    if (body.length !== HASH_BYTES) return 'malformed';
    const chunk = await this.#parts.chunks.get(sha256Native(body));
    if (chunk === null) return 'not-found';
    this.#parts.counters.add('chunksFetched');
    return chunk;
  }

  /** Deletes the chunks whose day is 30 days past; once a day. @throws StorageError */
  async expire(today: Day): Promise<void> {
    if (today === this.#expiredOn) return;
    await this.#parts.chunks.expire(today - CHUNK_LIFE_DAYS);
    this.#expiredOn = today;
  }

  async #hasRoom(today: Day): Promise<boolean> {
    const { chunks, room, freeBytes } = this.#parts;
    const counts = chunks.counts();
    const ofToday = (counts.get(today) ?? 0) + this.#waiting;
    const ofAll = [...counts.values()].reduce((sum, count) => sum + count, this.#waiting);
    if (ofToday > room.chunksADay || ofAll > room.chunksMax) return false;
    return (await freeBytes()) >= this.#waiting * CHUNK_BYTES;
  }
}
