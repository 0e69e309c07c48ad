/** What the engine says of itself. */

import { bytesToHex } from '@postern/protocol/bytes/encode';
import { equal } from '@postern/protocol/bytes/equal';
import type { Day } from '@postern/protocol/time';
import type { Nouns } from './engine-nouns.ts';
import type { EnginePhase, EngineStatus } from './view.ts';

export interface Contact {
  readonly isOnline: boolean;
  readonly contactDay: Day | null;
  readonly today: Day;
}

export function engineStatus(nouns: Nouns, { isOnline, contactDay, today }: Contact): EngineStatus {
  const { parts, rosters, transportKeys, dayKeys, log, pending, posting, envelopes, snapshots } = nouns;
  const { current, desk } = rosters;
  const devices = rosters.devices.map((device) => {
    const isThis = equal(device, parts.keys.device);
    return { id: bytesToHex(device), isThis, lastDay: isThis ? contactDay : transportKeys.lastDay(device) };
  });
  return {
    phase: phaseOf(nouns, contactDay),
    coming: snapshots.coming,
    online: isOnline,
    lastContactDay: contactDay,
    alerts: parts.alerts.list(),
    organisation: current.names,
    desk: { id: bytesToHex(parts.keys.desk), names: desk?.names ?? [], paused: desk?.paused ?? false },
    roster: { number: current.number, lastDay: current.lastDay },
    devices,
    dayKeysThrough: dayKeys.publishedThrough(today),
    log: { length: log.position.length, waitingEvents: pending.count },
    posts: posting.counts,
    envelopes: envelopes.counts,
  };
}

function phaseOf({ rosters, log, sync }: Nouns, contactDay: Day | null): EnginePhase {
  if (!rosters.isMember || sync.isRefused) return 'stopped';
  if (log.progress.needsSnapshot) return 'joining';
  return contactDay === null || log.position.length === 0 ? 'starting' : 'working';
}
