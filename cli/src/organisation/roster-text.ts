/** A roster as people read it, and as `--json` gives it. */

import { bytesToHex } from '@postern/protocol/bytes/encode';
import { deviceIdOf, type Roster, type RosterDesk } from '@postern/protocol/keys/roster';
import { dayText } from '../terminal/context.ts';

export interface RosterSummary {
  readonly number: number;
  readonly firstDay: string;
  readonly lastDay: string;
  readonly names: Readonly<Record<string, string>>;
  readonly servers: readonly { readonly keyHash: string; readonly addresses: readonly string[] }[];
  readonly desks: readonly DeskSummary[];
  readonly schedule: Readonly<Record<string, number | readonly number[]>>;
  readonly campaigns: number;
}

interface DeskSummary {
  readonly id: string;
  readonly paused: boolean;
  readonly names: Readonly<Record<string, string>>;
  readonly descriptions: Readonly<Record<string, string>>;
  readonly devices: readonly string[];
}

export function summaryOf(roster: Roster): RosterSummary {
  const { moments, thenEvery, envelopeEvery, epochSeconds, repliesADay, indexStep } = roster;
  return {
    number: roster.number,
    firstDay: dayText(roster.firstDay),
    lastDay: dayText(roster.lastDay),
    names: namesOf(roster.names),
    servers: roster.servers.map(({ keyHash, addresses }) => ({ keyHash: bytesToHex(keyHash), addresses })),
    desks: roster.desks.map(deskSummary),
    schedule: { moments, thenEvery, envelopeEvery, epochSeconds, repliesADay, indexStep },
    campaigns: roster.campaigns.length,
  };
}

export function linesOf(roster: Roster): string[] {
  const { number, firstDay, lastDay, names, servers, desks } = summaryOf(roster);
  return [
    `Roster ${number} of ${listed(names)}`,
    `  valid    ${firstDay} to ${lastDay} (UTC, both included)`,
    ...servers.map(
      ({ keyHash, addresses }) => `  server   ${keyHash.slice(0, 16)}  ${addresses.join(', ') || 'no address'}`,
    ),
    ...desks.flatMap(({ id, paused, names: deskNames, devices }) => [
      `  desk     ${id}  ${listed(deskNames)}${paused ? '  (paused)' : ''}`,
      ...devices.map((device) => `    device ${device}`),
    ]),
    `  pages    send after ${roster.moments.join(', ')} s, then every ${roster.thenEvery} s`,
    `  replies  ${roster.repliesADay} a day and desk, real and cover together`,
  ];
}

/** What a desk is called in a list: its first name. */
export function deskLabel(desk: RosterDesk): string {
  return desk.names[0]?.name ?? bytesToHex(desk.id);
}

function deskSummary({ id, paused, names, devices }: RosterDesk): DeskSummary {
  const deviceIds = devices.map(({ keyHash }) => bytesToHex(deviceIdOf(keyHash)));
  const descriptions = Object.fromEntries(names.map(({ language, description }) => [language, description]));
  return { id: bytesToHex(id), paused, names: namesOf(names), descriptions, devices: deviceIds };
}

function namesOf(names: readonly { readonly language: string; readonly name: string }[]): Record<string, string> {
  return Object.fromEntries(names.map(({ language, name }) => [language, name]));
}

function listed(names: Readonly<Record<string, string>>): string {
  return Object.entries(names)
    .map(([language, name]) => `${name} (${language})`)
    .join(', ');
}
