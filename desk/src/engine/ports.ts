/** Everything that the engine does not do itself: clock, randomness, network and store, given by whoever runs it. */

import type { HpkeRecipient } from '@postern/protocol/primitives/hpke';
import type { Random } from '@postern/protocol/primitives/random';

/** One change of a transaction; null deletes. */
export interface StoreWrite {
  readonly key: string;
  readonly bytes: Uint8Array | null;
}

/**
 * What a device keeps, sealed by whoever implements it. Keys are public names of the engine's own making (lower-case
 * letters, digits, `-` and `/`); they may stand unsealed only if their hex parts may. What is deleted or replaced must
 * be gone from the files as far as the medium allows, since erasing keys is done by it (DAY-2, LOG-6, TRK-1).
 */
export interface LocalStore {
  get(key: string): Promise<Uint8Array | null>;
  set(key: string, bytes: Uint8Array): Promise<void>;
  /** Nothing happens if there is none. */
  delete(key: string): Promise<void>;
  /** Keys that begin so, ascending. */
  list(prefix: string): Promise<string[]>;
  /** All or nothing, in order, durable when it resolves. */
  transaction(writes: readonly StoreWrite[]): Promise<void>;
}

export interface HttpAnswer {
  readonly status: number;
  readonly body: Uint8Array;
}

/** The network methods reject when no answer came; whatever status came is an answer. */
export interface DeskPorts {
  /** Unix seconds. */
  now(): number;
  readonly random: Random;
  readonly recipient: HpkeRecipient;
  /** `POST /desk`, as `application/octet-stream`, on a circuit of this device's own. */
  callDesk(request: { readonly headers: Record<string, string>; readonly body: Uint8Array }): Promise<HttpAnswer>;
  /** `GET`, as a browser would; requests with the same circuit name may be linked, others must not. */
  fetchPublic(path: string, circuit: string): Promise<HttpAnswer>;
  /** `POST /request`, 6,007 bytes. */
  postRequest(bytes: Uint8Array, circuit: string): Promise<HttpAnswer>;
  readonly store: LocalStore;
  /** Told how many of the device's cases have been read, while the engine is opened. */
  readonly onReading?: (read: number, all: number) => void;
  /** Where much is to be computed, others get their turn meanwhile; by default nobody. */
  readonly pause?: () => Promise<void>;
}

/** Connections of the device's own circuit: a device that signs its requests is known, and hands over much (PAR-3). */
export const deviceConnections = 4;

/** How often things are done; all in seconds and none depends on the team's work. */
export interface EngineOptions {
  /** One log entry for each so many (LOG-4). */
  readonly tickSeconds: number;
  /** How often the envelopes of the open days are asked for. */
  readonly envelopeSeconds: number;
  /** How often bundle and indices are looked at. */
  readonly documentSeconds: number;
  /** How long each device in the order of ids leaves a common task to the one before it. */
  readonly turnSeconds: number;
  /** The visit after a post begins after a delay between these, from minutes to weeks, each magnitude as likely as another. */
  readonly coverDelaySeconds: readonly [number, number];
  /** How many tokens of each purpose are held at the most; fetching only these few at a time shows when posts are made. */
  readonly tokensHeldMax: number;
}

export const defaultOptions: EngineOptions = {
  tickSeconds: 300,
  envelopeSeconds: 600,
  // Twice in an epoch of ten minutes: else a reply that is read in its first would never be seen in the index.
  documentSeconds: 300,
  turnSeconds: 600,
  coverDelaySeconds: [600, 20 * 86_400],
  tokensHeldMax: Number.POSITIVE_INFINITY,
};
