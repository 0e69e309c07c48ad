/** How a desk goes on when its log does not go on from where a device has read it (spec/protocol.md, section 7.2, LOG-10, LOG-11). */

import { equal } from '@postern/protocol/bytes/equal';
import { WireError } from '@postern/protocol/bytes/wire-error';
import { HASH_BYTES } from '@postern/protocol/constants';
import { cannotReadOn } from '@postern/protocol/keys/transport-key';
import { placeOfEntry } from '@postern/protocol/messages/log-entry';
import { sha256 } from '@postern/protocol/primitives/hash';
import type { Day } from '@postern/protocol/time';
import type { EngineParts } from './engine-parts.ts';
import type { LogStore } from './log-store.ts';
import type { KeptEntry, OwnEntries } from './own-entries.ts';
import type { PendingEvents } from './pending-events.ts';
import { deviceName, type Rosters } from './rosters.ts';
import type { TransportKeys } from './transport-keys.ts';

export interface RecoveryParts {
  readonly log: LogStore;
  readonly own: OwnEntries;
  readonly pending: PendingEvents;
  readonly rosters: Rosters;
  readonly transportKeys: TransportKeys;
}

/** No log gets so far; who says so wants numbers to overflow. */
const placeMax = 2 ** 31;

/** The number of the first own entry that the server has not, or has another in place of. @throws Unreachable, Refused */
export async function findFork({ server }: EngineParts, { log, own }: RecoveryParts): Promise<number> {
  const { kept } = own;
  let [there, lost] = [0, kept.length];
  while (there < lost) {
    const middle = (there + lost) >> 1;
    const { number, hash } = kept[middle] as KeptEntry;
    const { length, entries } = await server.ask({ kind: 'log', from: number });
    const first = entries[0];
    // What has expired was in the log.
    const isThere = number < length && (first?.number !== number || equal(await sha256(first.entry), hash));
    if (isThere) there = middle + 1;
    else lost = middle;
  }
  return kept[there]?.number ?? log.position.length;
}

/** Whether the server has another entry in this place than the one that was read here. @throws Unreachable, Refused */
export async function hasOtherEntry({ server }: EngineParts, log: LogStore, number: number): Promise<boolean> {
  const own = number < 0 ? null : await log.entry(number);
  if (own === null) return false;
  const { entries } = await server.ask({ kind: 'log', from: number });
  const first = entries[0];
  return first?.number === number && !equal(first.entry, own);
}

/**
 * When no device that the organisation lists can read on, the one that has read furthest goes on from the state that it
 * has, behind whatever the server has: nobody is left who could know more, or who reads another history (LOG-11).
 * @returns whether this device does, with a new group key as its next entry
 * @throws Unreachable, Refused
 */
export async function goOn(parts: EngineParts, others: RecoveryParts, day: Day): Promise<boolean> {
  const { log, own, pending } = others;
  const { position } = log;
  if (position.length === 0 || !isFurthest(parts, others)) return false;
  const { length } = await parts.server.ask({ kind: 'log', from: position.length });
  const newest = length === 0 ? { head: new Uint8Array(HASH_BYTES), groupEpoch: 0 } : await newestOf(parts, length);
  if (newest === null) return false;
  const groupEpoch = Math.max(position.groupEpoch, newest.groupEpoch);
  log.groupKey?.key.fill(0);
  log.groupKey = null;
  const next = { length, head: newest.head, groupEpoch, members: [parts.keys.device] };
  // By an empty log nobody can tell that it goes on: until it has written, it says how far it had read.
  const readBefore = length === 0 ? position.length : null;
  log.progress = { ...log.progress, position: next, needsSnapshot: false, forkedAt: null, readBefore };
  const writes = [...own.forgetAll(pending.events), ...own.passed(next), ...(await log.writes([], false))];
  parts.alerts.clear('log-gap');
  parts.alerts.clear('log-withheld');
  parts.alerts.raise('log-lost', day);
  await parts.ports.store.transaction(writes);
  return true;
}

/** Whether every other device says that it cannot read on, and has read less; of equals the one with the lowest id counts. */
function isFurthest({ keys }: EngineParts, { log, rosters, transportKeys }: RecoveryParts): boolean {
  const { length } = log.position;
  return rosters.peers.every((device) => {
    const peer = transportKeys.peer(device);
    if (peer === undefined || !cannotReadOn(peer)) return false;
    const isBefore = deviceName(keys.device) < deviceName(device);
    return peer.logLength < length || (peer.logLength === length && isBefore);
  });
}

/** The last of the server's entries, which it always has (LOG-8), as far as one must know it to write behind it. */
async function newestOf(
  { server }: EngineParts,
  length: number,
): Promise<{ readonly head: Uint8Array; readonly groupEpoch: number } | null> {
  const { entries } = await server.ask({ kind: 'log', from: length - 1 });
  const last = entries.at(-1);
  if (last?.number !== length - 1) return null;
  try {
    const { number, groupEpoch } = placeOfEntry(last.entry);
    const isPlausible = number === last.number && number < placeMax && groupEpoch < placeMax;
    return isPlausible ? { head: await sha256(last.entry), groupEpoch } : null;
  } catch (error) {
    if (error instanceof WireError) return null;
    throw error;
  }
}
