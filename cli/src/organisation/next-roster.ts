/** Rosters made from decisions: the first one, and each next one from the one before (spec/protocol.md, section 2.2). */

import { type DeskId, deskId } from '@postern/protocol/bytes/brand';
import { bytesToHex } from '@postern/protocol/bytes/encode';
import { equal } from '@postern/protocol/bytes/equal';
import { DESK_DEVICES_MAX, DESK_ID_BYTES, HASH_BYTES } from '@postern/protocol/constants';
import {
  type DeskName,
  deviceIdOf,
  type LocalName,
  type Roster,
  type RosterDesk,
  type RosterDevice,
} from '@postern/protocol/keys/roster';
import type { VerifiedRoster } from '@postern/protocol/keys/roster-chain';
import { documentHash, type KeyHash } from '@postern/protocol/keys/signed';
import type { Random } from '@postern/protocol/primitives/random';
import type { Day } from '@postern/protocol/time';
import { refused, usage } from '../terminal/failure.ts';
import type { NameGiven } from '../terminal/option-values.ts';
import { deskLabel } from './roster-text.ts';

/** Sending times, index and number of replies: the same for every visitor. */
export type Schedule = Pick<
  Roster,
  'moments' | 'thenEvery' | 'envelopeEvery' | 'epochSeconds' | 'repliesADay' | 'indexStep'
>;

export const usualSchedule: Schedule = {
  moments: [15, 30, 60],
  thenEvery: 60,
  envelopeEvery: 2,
  epochSeconds: 600,
  repliesADay: 48,
  indexStep: 8,
};

/** A removed device stays dangerous for who has seen no newer roster until the old one ends (spec/threat-model.md, section 4). */
export const usualValidDays = 30;

export interface FirstRoster {
  readonly rootPublicKey: Uint8Array;
  readonly names: readonly LocalName[];
  readonly serverKeyHash: KeyHash;
  readonly addresses: readonly string[];
  readonly desks: readonly Pick<RosterDesk, 'names' | 'devices'>[];
  readonly schedule: Schedule;
  /** SHA-256 of the release's offline page; zeros for none. */
  readonly offlinePage: Uint8Array;
}

export interface Validity {
  readonly today: Day;
  readonly validDays: number;
}

export function firstRoster(first: FirstRoster, { today, validDays }: Validity, random: Random): Roster {
  return {
    rootPublicKey: first.rootPublicKey,
    number: 1,
    previous: documentHash(new Uint8Array(HASH_BYTES)),
    // A visitor whose clock is a little late must not be turned away.
    firstDay: today - 1,
    lastDay: today + validDays,
    names: first.names,
    servers: [{ keyHash: first.serverKeyHash, addresses: first.addresses }],
    desks: first.desks.map((desk) => ({ ...desk, id: deskId(random(DESK_ID_BYTES)), paused: false })),
    ...first.schedule,
    campaigns: [],
    offlinePage: first.offlinePage,
  };
}

/** The next roster, valid from now on, with the given desks in place of those before. */
export function nextRoster(before: VerifiedRoster, { today, validDays }: Validity, desks = before.desks): Roster {
  if (before.lastDay > today + validDays) {
    throw usage(`The roster before is valid for longer than ${validDays} days: choose more by --valid-days.`);
  }
  const { fingerprint: _fingerprint, hash, signed: _signed, ...fields } = before;
  return {
    ...(fields as Roster),
    number: before.number + 1,
    previous: hash,
    firstDay: Math.max(before.firstDay, today - 1),
    lastDay: today + validDays,
    desks,
  };
}

/** The desks with one more device. */
export function withDevice(desks: readonly RosterDesk[], desk: DeskId, device: RosterDevice): RosterDesk[] {
  if (desks.some(({ devices }) => devices.some(({ keyHash }) => equal(keyHash, device.keyHash)))) {
    throw refused('That device is listed already.');
  }
  return desks.map((known) => {
    if (!equal(known.id, desk)) return known;
    if (known.devices.length >= DESK_DEVICES_MAX) {
      throw refused(`A desk has at most ${DESK_DEVICES_MAX} devices; remove one first.`);
    }
    // One that was paused for want of devices opens with the first of them; one that a person has paused does not.
    const paused = known.paused && known.devices.length > 0;
    return { ...known, paused, devices: [...known.devices, device] };
  });
}

/** The desks with a new one that has this device. */
export function withDesk(
  desks: readonly RosterDesk[],
  names: readonly DeskName[],
  device: RosterDevice,
  random: Random,
) {
  const id = deskId(random(DESK_ID_BYTES));
  return withDevice([...desks, { id, paused: false, names, devices: [] }], id, device);
}

/** The desks without a device. @param given its id, or the beginning of it @param mayPause for the last device of a desk */
export function withoutDevice(desks: readonly RosterDesk[], given: string, mayPause: boolean): RosterDesk[] {
  const matches = desks.flatMap((desk) =>
    desk.devices
      .filter(({ keyHash }) => bytesToHex(deviceIdOf(keyHash)).startsWith(given))
      .map((device) => ({ desk, device })),
  );
  const [found] = matches;
  if (found === undefined) throw refused('No desk has a device of that id.');
  if (matches.length > 1) throw usage('More than one device begins so: give more digits of its id.');
  const devices = found.desk.devices.filter((device) => device !== found.device);
  if (devices.length === 0 && !mayPause) {
    throw refused(
      `That is the last device of ${deskLabel(found.desk)}: nobody could read what is written to it. Add another one first, or pause the desk by --pause-desk.`,
    );
  }
  const paused = found.desk.paused || devices.length === 0;
  return requireOpen(desks.map((desk) => (desk === found.desk ? { ...desk, paused, devices } : desk)));
}

/** The desks with one of them closed to sources, or open again. */
export function withPaused(desks: readonly RosterDesk[], id: DeskId, paused: boolean): RosterDesk[] {
  return requireOpen(
    desks.map((desk) => {
      if (!equal(desk.id, id)) return desk;
      if (desk.paused === paused) throw refused(`${deskLabel(desk)} is ${paused ? 'paused' : 'open'} already.`);
      if (desk.devices.length === 0) throw refused(`${deskLabel(desk)} has no device: add one, and it is open again.`);
      return { ...desk, paused };
    }),
  );
}

/** The desks with names and descriptions of one of them added, or put in place of those in the same languages. */
export function withTexts(
  desks: readonly RosterDesk[],
  id: DeskId,
  names: readonly NameGiven[],
  descriptions: readonly NameGiven[],
): RosterDesk[] {
  return desks.map((desk) => (equal(desk.id, id) ? { ...desk, names: textsOf(desk, names, descriptions) } : desk));
}

function textsOf(desk: RosterDesk, names: readonly NameGiven[], descriptions: readonly NameGiven[]): DeskName[] {
  const texts = new Map(desk.names.map((known) => [known.language, known]));
  for (const { language, text } of names)
    texts.set(language, { language, name: text, description: texts.get(language)?.description ?? '' });
  for (const { language, text } of descriptions) {
    const known = texts.get(language);
    if (known === undefined) throw usage(`${deskLabel(desk)} has no name in ${language}: give --name too.`);
    texts.set(language, { ...known, description: text });
  }
  return [...texts.values()];
}

function requireOpen(desks: RosterDesk[]): RosterDesk[] {
  if (desks.every(({ paused }) => paused)) throw refused('No desk would be left that is not paused.');
  return desks;
}

/** The desk that is meant: by its id or the beginning of it, or one of its names; the only one if nothing is given. */
export function findDesk(desks: readonly RosterDesk[], given: string | undefined): RosterDesk {
  const wanted = given?.toLowerCase();
  const matches = desks.filter(
    ({ id, names }) =>
      wanted === undefined ||
      bytesToHex(id).startsWith(wanted) ||
      names.some(({ name }) => name.toLowerCase() === wanted),
  );
  const [found] = matches;
  if (found === undefined) throw usage('There is no such desk. "postern roster show" lists them.');
  if (matches.length > 1)
    throw usage('More than one desk is meant: give its id by --desk. "postern roster show" lists them.');
  return found;
}
