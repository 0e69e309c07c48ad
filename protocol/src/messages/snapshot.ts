/** Cuts a desk's snapshot into pieces of which the number says little about its size (spec/protocol.md, section 7.1, PAR-2). */

import { concat } from '../bytes/encode.ts';
import { equal } from '../bytes/equal.ts';
import { SNAPSHOT_LADDER_FACTOR } from '../constants.ts';

/** What the pieces that have come make together. */
export type SnapshotAssembly =
  | { readonly kind: 'whole'; readonly bytes: Uint8Array }
  | { readonly kind: 'missing'; readonly missing: readonly number[] }
  | { readonly kind: 'contradiction' };

/** The most pieces that two bytes can count. */
const piecesMax: number = SNAPSHOT_LADDER_FACTOR ** 7;

/** Whether a number of pieces is one of 1, 4, 16, … 16,384. */
export function isPieceCount(count: number): boolean {
  let rung = 1;
  while (rung < count && rung < piecesMax) rung *= SNAPSHOT_LADDER_FACTOR;
  return rung === count;
}

/**
 * Cuts into as many pieces as the ladder asks for; the last ones may be empty.
 * @param room of one piece, `snapshotPieceBytes`
 * @throws RangeError for more than 16,384 pieces
 */
export function splitSnapshot(bytes: Uint8Array, room: number): Uint8Array[] {
  let count = 1;
  while (count * room < bytes.length) count *= SNAPSHOT_LADDER_FACTOR;
  if (count > piecesMax) throw new RangeError(`split a snapshot: ${bytes.length} bytes are too many`);
  return Array.from({ length: count }, (_, piece) => bytes.slice(piece * room, (piece + 1) * room));
}

/** Joins pieces of one snapshot id, in whatever order and how often they came. @throws RangeError for no pieces */
export function joinSnapshot(
  received: readonly { readonly piece: number; readonly pieces: number; readonly bytes: Uint8Array }[],
): SnapshotAssembly {
  const [first] = received;
  if (first === undefined) throw new RangeError('join a snapshot: it has no pieces');
  const here = new Map<number, Uint8Array>();
  for (const { piece, pieces, bytes } of received) {
    const known = here.get(piece) ?? bytes;
    if (pieces !== first.pieces || !equal(known, bytes)) return { kind: 'contradiction' };
    here.set(piece, known);
  }
  const missing = Array.from({ length: first.pieces }, (_, piece) => piece).filter((piece) => !here.has(piece));
  if (missing.length > 0) return { kind: 'missing', missing };
  const inOrder = [...here].sort(([a], [b]) => a - b).map(([, bytes]) => bytes);
  return { kind: 'whole', bytes: concat(...inOrder) };
}
