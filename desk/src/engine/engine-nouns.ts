/** Puts the engine together from what the store holds, and erases what has become due. */

import { bytesToHex } from '@postern/protocol/bytes/encode';
import type { LogEvent } from '@postern/protocol/messages/log-event';
import { type Day, dayOf } from '@postern/protocol/time';
import { Alerts } from './alerts.ts';
import { Campaigns } from './campaigns.ts';
import { CaseDesk, isAboutEnded } from './case-desk.ts';
import { CaseLines } from './case-lines.ts';
import { Collected } from './collected.ts';
import { CoverVisits } from './cover-visits.ts';
import { DayKeys } from './day-keys.ts';
import { DeskServer } from './desk-server.ts';
import type { EngineParts } from './engine-parts.ts';
import { Envelopes } from './envelopes.ts';
import { type DeskIdentity, prepareKeys } from './identity.ts';
import { LogStore } from './log-store.ts';
import { type AppliedListener, LogSync } from './log-sync.ts';
import { OwnEntries } from './own-entries.ts';
import { PendingEvents } from './pending-events.ts';
import type { DeskPorts, EngineOptions } from './ports.ts';
import { Posting } from './posting.ts';
import { Rosters } from './rosters.ts';
import { type ReplacedListener, Snapshots } from './snapshots.ts';
import type { Tasks } from './tasks.ts';
import { Tokens } from './tokens.ts';
import { TransportKeys } from './transport-keys.ts';
import { Turns } from './turns.ts';

export interface Nouns {
  readonly parts: EngineParts;
  readonly rosters: Rosters;
  readonly transportKeys: TransportKeys;
  readonly dayKeys: DayKeys;
  readonly log: LogStore;
  readonly own: OwnEntries;
  readonly pending: PendingEvents;
  readonly sync: LogSync;
  readonly snapshots: Snapshots;
  readonly envelopes: Envelopes;
  readonly tokens: Tokens;
  readonly visits: CoverVisits;
  readonly posting: Posting;
  readonly collected: Collected;
  readonly cases: CaseDesk;
  readonly campaigns: Campaigns;
  readonly lines: CaseLines;
}

/** @throws WireError, DocumentError for an identity or a store that is not of this organisation */
export async function loadNouns(
  ports: DeskPorts,
  identity: DeskIdentity,
  options: EngineOptions,
  tasks: Tasks,
): Promise<Nouns> {
  const { store } = ports;
  const keys = await prepareKeys(identity);
  const alerts = await Alerts.load(store);
  const server = new DeskServer(ports, keys);
  const parts: EngineParts = { ports, options, keys, alerts, server, tasks, turns: new Turns() };
  const rosters = await Rosters.load(parts, identity.roster, dayOf(ports.now()));
  const transportKeys = await TransportKeys.load(parts, rosters);
  const dayKeys = await DayKeys.load(parts, rosters, transportKeys);
  const log = await LogStore.load(store, ports.random, ports.onReading);
  const own = await OwnEntries.load(store);
  const pending = await PendingEvents.load(store);
  const tokens = await Tokens.load(parts);
  const visits = await CoverVisits.load(parts, rosters);
  const posting = await Posting.load(parts, { log, pending, rosters, transportKeys, tokens, visits });
  const collected = await Collected.load(parts, { log, pending, rosters });
  const cases = await CaseDesk.load(parts, { log, pending, rosters });
  const envelopes = await Envelopes.load(parts, { log, pending, dayKeys });
  const campaigns = await Campaigns.load(parts, rosters);
  const lines = new CaseLines({ log, pending, cases });
  let refused = refusedCount(log);
  // Null at a device that joins: to it nothing has changed.
  let term = log.position.length === 0 ? null : log.state.work.team.retentionDays;
  const onApplied: AppliedListener = (device, events, changed, day) => [
    ...noteRefused(bytesToHex(device), day),
    ...noteFull(changed, day),
    ...noteTerm(bytesToHex(device), day),
    ...pending.drop((event) => isInLog(log, event) || isAboutEnded(log.state, event)),
    ...collected.onApplied(device, events, changed, day),
  ];
  function noteRefused(device: string, day: Day): [] {
    const more = refusedCount(log) - refused;
    refused += more;
    alerts.add('event-refused', day, { device }, more);
    return [];
  }
  const full = new Map([...log.state.conversations].map(([id, { refused: count }]) => [id, count]));
  function noteFull(changed: Iterable<string>, day: Day): [] {
    for (const conversation of changed) {
      const count = log.state.conversations.get(conversation)?.refused ?? 0;
      if (count > (full.get(conversation) ?? 0)) alerts.raise('case-full', day, { conversation }, count);
      full.set(conversation, count);
    }
    return [];
  }
  function noteTerm(device: string, day: Day): [] {
    const { retentionDays } = log.state.work.team;
    if (term !== null && retentionDays !== term && device !== bytesToHex(keys.device))
      alerts.raise('term-changed', day, { device });
    term = retentionDays;
    return [];
  }
  const onReplaced: ReplacedListener = async (forkedAt) => {
    const today = dayOf(ports.now());
    noteFull(log.state.conversations.keys(), today);
    noteTerm(log.state.work.team.trail.findLast(({ what }) => what === 'retention')?.device ?? '', today);
    // What others wrote meanwhile is not to be put down to whoever writes next.
    refused = refusedCount(log);
    const lost: LogEvent[] = [];
    for (const { number, envelopes: kept, events } of own.kept) {
      const opened = await Promise.all(kept.map(({ id, day }) => envelopes.openAgain(id, day)));
      const isGone = forkedAt !== null && number >= forkedAt;
      lost.push(
        ...opened.filter((event) => event !== null),
        ...events.filter((event) => isGone || isKnownByName(event)),
      );
    }
    // Numbers of replies are those of one history.
    const isOfNumbers = ({ kind }: LogEvent): boolean => kind === 'posted' || kind === 'collected';
    const dropped =
      forkedAt === null ? [] : [...pending.drop(isOfNumbers), ...posting.leaveHistory(), ...collected.leaveHistory()];
    const again = pending.putFirst(lost.filter((event) => !isInLog(log, event) && !isAboutEnded(log.state, event)));
    return [...dropped, ...again, ...own.forgetAll(pending.events)];
  };
  const sync = new LogSync(parts, { log, own, rosters, transportKeys, pending, onApplied });
  const snapshots = new Snapshots(parts, { log, own, sync, transportKeys, dayKeys, onReplaced });
  const documents = { tokens, visits, posting, collected, cases, campaigns, lines };
  return { parts, rosters, transportKeys, dayKeys, log, own, pending, sync, snapshots, envelopes, ...documents };
}

/** Erases what the day asks for, with or without a network. */
export async function eraseDue(nouns: Nouns, today: Day): Promise<void> {
  await nouns.transportKeys.erase(today);
  await nouns.dayKeys.erase(today);
  // Before the log forgets which days were finished.
  await nouns.envelopes.erase(today);
  await nouns.log.erase(today);
  await nouns.own.erase(nouns.parts.ports.store, today);
  await nouns.posting.erase(today);
  await nouns.visits.erase(today);
  await nouns.collected.erase(today);
}

/** Events that a role did not permit, in all. */
function refusedCount({ state }: LogStore): number {
  return [...state.work.team.refused.values()].reduce((sum, count) => sum + count, 0);
}

/** Whether the state tells of an event of this kind if it has it: such a one may be written again without harm. */
function isKnownByName({ kind }: LogEvent): boolean {
  return kind === 'received' || kind === 'reply' || kind === 'note' || kind === 'asked' || kind === 'answered';
}

/** Whether the log says already what an event would say: another device was faster. */
function isInLog({ state }: LogStore, event: LogEvent): boolean {
  if (event.kind === 'received') return state.envelopes.has(bytesToHex(event.envelopeId));
  if (event.kind !== 'collected') return false;
  const conversation = state.conversations.get(bytesToHex(event.conversationId));
  return conversation?.replies.find(({ number }) => number === event.number)?.progress === 'collected';
}
