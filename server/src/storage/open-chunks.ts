/** Where a server keeps chunks: in its data folder, or in the store that CHUNKS_URL names. */

import { stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { Random } from '@postern/protocol/primitives/random';
import type { ChunkStore } from '../ports/chunks.ts';
import { openChunkPools } from './chunk-pools.ts';
import { sqliteFileName } from './sqlite.ts';

export interface OpenChunks {
  readonly chunks: ChunkStore;
  /** Bytes that chunks may still take. */
  readonly freeBytes: () => Promise<number>;
}

/** Kept free on the disk of the data folder, with room to rewrite the database: without it a flood of files would stop messages. */
const reserveBytes = 512 * 1024 * 1024;
/** A database that is rewritten is written twice before the old one is let go, as a file beside it and as its journal. */
const rewritingFactor = 2;

/** @param path of the data folder @throws StorageError */
export async function openDefaultChunks(path: string, random: Random): Promise<OpenChunks> {
  const url = process.env.CHUNKS_URL;
  if (url === undefined || url === '') return openLocalChunks(path, random, reserveBytes);
  // Loaded only where it is used, as the client of PostgreSQL is.
  const { openChunkS3 } = await import('./chunk-s3.ts');
  return { chunks: await openChunkS3(url), freeBytes: async () => Number.POSITIVE_INFINITY };
}

export async function openLocalChunks(path: string, random: Random, reserve: number): Promise<OpenChunks> {
  const folder = join(path, 'chunks');
  const chunks = await openChunkPools(folder, random);
  const freeBytes = async (): Promise<number> => {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize - reserve - rewritingFactor * (await databaseBytes(path));
  };
  return { chunks, freeBytes };
}

/** Zero where it is kept by PostgreSQL. */
async function databaseBytes(path: string): Promise<number> {
  try {
    return (await stat(join(path, sqliteFileName))).size;
  } catch {
    return 0;
  }
}
