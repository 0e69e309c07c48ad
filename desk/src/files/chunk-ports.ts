/** The network of files: chunks by themselves, never under a device's name. */

import type { FileDescriptor } from '@postern/protocol/files/descriptor';
import type { PaceValue } from '@postern/protocol/files/pace';
import type { HttpAnswer } from '../engine/ports.ts';

/** Both reject when no answer came, or when the signal ends. Requests with the same circuit name may be linked, others must not. */
export interface ChunkPorts {
  /** `POST /chunk`, id ‖ chunk. */
  postChunk(body: Uint8Array, circuit: string, signal?: AbortSignal): Promise<HttpAnswer>;
  /** `POST /fetch`, id. */
  fetchChunk(id: Uint8Array, circuit: string, signal?: AbortSignal): Promise<HttpAnswer>;
}

/**
 * - `gone`: the server does not have it, or no longer
 * - `damaged`: what came is not the file that the message names
 * - `full`: the server has no room for files
 * - `refused`: the server does not take it, for another reason
 * - `disk`: this machine could not write or read it
 */
export type TransferProblem = 'gone' | 'damaged' | 'full' | 'refused' | 'disk';

export type TransferState =
  /** Waits for its moment, its turn or the network. */
  'waiting' | 'moving' | 'done' | TransferProblem;

/** How far a file has come. */
export interface Transfer {
  /** See `keptName`. */
  readonly name: string;
  readonly state: TransferState;
  readonly chunksDone: number;
  readonly chunks: number;
  /** Null until something has moved over the network, and while nothing does. */
  readonly pace: PaceValue | null;
}

export type TransferFile = Pick<FileDescriptor, 'key' | 'bytes' | 'hash'>;
