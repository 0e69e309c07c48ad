/** Puts the parts of a submission together, in whatever order and how often they came (spec/protocol.md, section 4, ENV-4, ENV-8). */

import { bytesToHex, concat } from '../bytes/encode.ts';
import { equal } from '../bytes/equal.ts';
import { WireError } from '../bytes/wire-error.ts';
import { type Content, inflateContent } from './content.ts';
import type { Inside } from './inside.ts';

/** What the parts of one message make together. */
export type Assembly =
  | {
      readonly kind: 'whole';
      /** 1 to 4 pieces in their order. */
      readonly pieces: readonly Uint8Array[];
    }
  /** Numbers of the parts that have not come, ascending. */
  | { readonly kind: 'missing'; readonly missing: readonly number[]; readonly parts: number }
  /** Nothing may be taken from any of them. */
  | { readonly kind: 'contradiction' };

/** The same text for parts of the same message, and only for those. Two conversations never share a message. */
export function messageKey(inside: Pick<Inside, 'conversationId' | 'messageId'>): string {
  return `${bytesToHex(inside.conversationId)}:${bytesToHex(inside.messageId)}`;
}

/**
 * Joins what has come of one message. The result depends on the set of parts only, not on order or repetition.
 *
 * Parts contradict each other if they disagree on their number, on the piece of a part, on the lane, or on the root of
 * a day. That days differ is no contradiction: a source may seal a part again on another day.
 * @throws RangeError for no parts, parts of two messages, covers or receipts, which the caller must not mix
 */
export function assemble(received: readonly Inside[]): Assembly {
  const [first] = received;
  if (first === undefined) throw new RangeError('assemble a message: it has no parts');
  const pieces = new Map<number, Uint8Array>();
  const roots = new Map<number, Uint8Array>();
  let contradicted = false;
  for (const inside of received) {
    if (inside.kind !== 'submission' || messageKey(inside) !== messageKey(first)) {
      throw new RangeError('assemble a message: a part belongs elsewhere');
    }
    const piece = pieces.get(inside.part) ?? inside.piece;
    const root = roots.get(inside.day) ?? inside.root;
    const agrees = inside.parts === first.parts && inside.lane === first.lane;
    if (!agrees || !equal(piece, inside.piece) || !equal(root, inside.root)) contradicted = true;
    pieces.set(inside.part, piece);
    roots.set(inside.day, root);
  }
  if (contradicted) return { kind: 'contradiction' };
  const inOrder = Array.from({ length: first.parts }, (_, part) => pieces.get(part));
  const missing = inOrder.flatMap((piece, part) => (piece === undefined ? [part] : []));
  if (missing.length > 0) return { kind: 'missing', missing, parts: first.parts };
  return { kind: 'whole', pieces: inOrder.filter((piece) => piece !== undefined) };
}

/** The content of a whole message; null if its pieces are no content, so that it is shown as unreadable and kept. */
export async function joinContent(pieces: readonly Uint8Array[]): Promise<Content | null> {
  try {
    return await inflateContent(concat(...pieces));
  } catch (error) {
    if (error instanceof WireError) return null;
    throw error;
  }
}
