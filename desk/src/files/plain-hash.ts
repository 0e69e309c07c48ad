/** Plain SHA-256 of a file as it flows by: what other programs compute. WebCrypto hashes only what is whole. */

import { createHash } from 'node:crypto';

export interface PlainHash {
  readonly update: (piece: Uint8Array) => void;
  /** Hex. */
  readonly end: () => string;
}

export function plainHash(): PlainHash {
  const hash = createHash('sha256');
  return { update: (piece) => void hash.update(piece), end: () => hash.digest('hex') };
}
