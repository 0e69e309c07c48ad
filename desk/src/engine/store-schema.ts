/** Names of the records in the local store. Numbers are padded so that names sort as numbers do. */

import { bytesToHex } from '@postern/protocol/bytes/encode';
import type { Day } from '@postern/protocol/time';

export const names = {
  roster: (number: number): string => `roster/${padded(number)}`,
  rosters: 'roster/',
  /** The hybrid key of a device of the desk, checked against a roster. */
  deviceKey: (device: Uint8Array): string => `device-key/${bytesToHex(device)}`,
  deviceKeys: 'device-key/',
  /** The newest day of which another device has signed a transport key. */
  peerDay: (device: string): string => `peer-day/${device}`,
  peerDays: 'peer-day/',
  transportKey: (day: Day): string => `transport-key/${padded(day)}`,
  transportKeys: 'transport-key/',
  dayKey: (day: Day, keyHash: Uint8Array): string => `day-key/${padded(day)}/${bytesToHex(keyHash)}`,
  dayKeys: 'day-key/',
  /** Hashes of the day keys that the desk has published for a day. */
  published: (day: Day): string => `published/${padded(day)}`,
  allPublished: 'published/',
  position: 'log/position',
  groupKey: 'log/group-key',
  entry: (number: number): string => `log-entry/${padded(number)}`,
  entries: 'log-entry/',
  /** The entry of this device that is on its way. */
  sentEntry: 'log/sent',
  /** How many entries each other device has signed that it has read. */
  readByOthers: 'log/read',
  /** What an own entry said, until others have read it. */
  keptEntry: (number: number): string => `kept-entry/${padded(number)}`,
  keptEntries: 'kept-entry/',
  /** An envelope that this device has opened, by the day of the key that opens it. */
  keptEnvelope: (day: Day, id: Uint8Array): string => `kept-envelope/${padded(day)}/${bytesToHex(id)}`,
  keptEnvelopes: 'kept-envelope/',
  pending: (sequence: number): string => `pending/${padded(sequence)}`,
  allPending: 'pending/',
  /** Below which number events go before all others. */
  pendingFirst: 'first-pending',
  conversation: (id: string): string => `conversation/${id}`,
  conversations: 'conversation/',
  /** Under which the case's record is sealed. */
  caseKey: (id: string): string => `case-key/${id}`,
  caseKeys: 'case-key/',
  team: 'team',
  /** A grade of this device that is not shown yet. */
  grade: (id: string): string => `grade/${id}`,
  grades: 'grade/',
  /** The payload of a campaign, by the hex of its id. */
  campaign: (id: string): string => `campaign/${id}`,
  campaigns: 'campaign/',
  progress: 'progress',
  /** The day of the last contact with the server. */
  contact: 'contact',
  /** Ids of envelopes tried, a chunk for each batch. */
  tried: (day: Day, chunk: number): string => `tried/${padded(day)}/${padded(chunk)}`,
  triedOf: (day: Day): string => `tried/${padded(day)}/`,
  allTried: 'tried/',
  /** Envelopes that the keys of the days about theirs do not open, one behind the other: the older keys are still to be tried. */
  unopened: (day: Day, chunk: number): string => `unopened/${padded(day)}/${padded(chunk)}`,
  unopenedOf: (day: Day): string => `unopened/${padded(day)}/`,
  allUnopened: 'unopened/',
  passed: (day: Day): string => `passed/${padded(day)}`,
  allPassed: 'passed/',
  tokens: (purpose: string): string => `tokens/${purpose}`,
  /** What was asked of the issuer and not answered yet. */
  tokenRequests: (purpose: string): string => `token-requests/${purpose}`,
  post: (day: Day, slot: number): string => `post/${padded(day)}/${padded(slot)}`,
  posts: 'post/',
  /** Which of a day's slots are done. */
  slots: (day: Day): string => `slots/${padded(day)}`,
  allSlots: 'slots/',
  visit: (day: Day, slot: number): string => `visit/${padded(day)}/${padded(slot)}`,
  visits: 'visit/',
  /** What this device has seen of a posted reply in the index. */
  watched: (conversation: string, number: number): string => `watched/${conversation}/${padded(number)}`,
  allWatched: 'watched/',
  snapshotPiece: (from: Uint8Array, id: Uint8Array, piece: number): string =>
    `snapshot/${bytesToHex(from)}/${bytesToHex(id)}/${padded(piece)}`,
  snapshotPieces: 'snapshot/',
} as const;

function padded(number: number): string {
  return String(number).padStart(10, '0');
}

/** The number at the end of a name, or before its last part. */
export function numberIn(name: string, part = 1): number {
  return Number(name.split('/')[part]);
}
