/** Which of the events that wait go into the log first, so that no flood keeps a desk from its work (spec/protocol.md, section 7.2, LOG-13). */

import { bytesToHex } from '@postern/protocol/bytes/encode';
import type { Conversation } from '@postern/protocol/desk/state';
import { decodeInside } from '@postern/protocol/messages/inside';
import type { LogEvent } from '@postern/protocol/messages/log-event';
import { conversationsOf } from './own-entries.ts';

type Received = Extract<LogEvent, { kind: 'received' }>;
/** `place`: how many of its conversation stand before it, in the log and here. */
type Placed = { readonly event: Received; readonly place: number };

/**
 * This device's own work first, in its order; then what has been opened: of conversations that the desk has, of new ones
 * and receipts in turn, in each those first whose conversation has brought least. Work that builds on something opened
 * stands behind it.
 *
 * @param waiting in the order in which they were made
 * @param first so many at the front go before all else, as they are (LOG-10)
 * @param conversations those in the log, by hex of the id
 */
export function inTurn(
  waiting: readonly LogEvent[],
  first: number,
  conversations: ReadonlyMap<string, Conversation>,
): LogEvent[] {
  const ready = waiting.slice(0, first);
  const held: LogEvent[] = [];
  const heldCases = new Set<string>();
  const lanes: { readonly [name in 'known' | 'fresh' | 'receipts']: Placed[] } = { known: [], fresh: [], receipts: [] };
  const opened = new Map<string, number>();
  for (const event of waiting.slice(first)) {
    if (event.kind === 'received') {
      const { kind, conversationId } = decodeInside(event.inside);
      const id = bytesToHex(conversationId);
      const known = conversations.get(id);
      const before = opened.get(id) ?? 0;
      opened.set(id, before + 1);
      const lane = kind === 'receipt' ? lanes.receipts : known ? lanes.known : lanes.fresh;
      lane.push({ event, place: before + (known ? known.messages.length + known.partial.length : 0) });
      continue;
    }
    const cases = conversationsOf(event).map(bytesToHex);
    // An end erases what is in the log, so not before what came earlier is there (CAS-6).
    const waits = (id: string): boolean => opened.has(id) && (event.kind === 'ended' || !conversations.has(id));
    const isHeld = event.kind === 'day-finished' ? opened.size > 0 : cases.some((id) => waits(id) || heldCases.has(id));
    if (isHeld) for (const id of cases) heldCases.add(id);
    (isHeld ? held : ready).push(event);
  }
  return [...ready, ...alternating([lanes.known, lanes.fresh, lanes.receipts].map(leastFirst)), ...held];
}

/** Stable, so those of one conversation keep their order. */
function leastFirst(lane: readonly Placed[]): Received[] {
  return lane.toSorted((a, b) => a.place - b.place).map(({ event }) => event);
}

function alternating<T>(lanes: readonly (readonly T[])[]): T[] {
  const longest = Math.max(...lanes.map(({ length }) => length));
  return Array.from({ length: longest }, (_, at) => lanes.flatMap((lane) => lane.slice(at, at + 1))).flat();
}
