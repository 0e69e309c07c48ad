/** A desk whose leads are all gone: nobody can release a hold or change the term until its members name another. */

import { bytesToHex } from '@postern/protocol/bytes/encode';
import type { Team } from '@postern/protocol/desk/case-work';
import { roleOf } from '@postern/protocol/desk/roles';
import type { Day } from '@postern/protocol/time';
import type { Alerts } from './alerts.ts';

/** Whoever writes first is lead: a desk without an event lacks none. @param devices those that the roster lists */
export function noteLead(alerts: Alerts, team: Team, devices: readonly Uint8Array[], day: Day): void {
  const hasLead = devices.some((device) => roleOf(team, bytesToHex(device)) === 'lead');
  if (team.roles.size === 0 || hasLead) alerts.clear('lead-missing');
  else alerts.raise('lead-missing', day);
}
