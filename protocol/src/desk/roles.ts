/** Who may do what at a desk; each reader checks it again (spec/protocol.md, section 7.3, CAS-1). */

import { bytesToHex } from '../bytes/encode.ts';
import type { Role } from '../messages/case-event.ts';
import type { LogEvent } from '../messages/log-event.ts';
import type { Team } from './case-work.ts';

/** Kinds of refused events that are kept apart; the rest is counted with the last. */
const refusedKindsMax = 256;

export function roleOf(team: Team, device: string): Role {
  return team.roles.get(device) ?? 'member';
}

/** The device that signs the first event of all is lead. */
export function noteSigner(team: Team, device: string): void {
  if (team.roles.size === 0) team.roles.set(device, 'lead');
}

/** Whether the signer's role permits the event. What a device does by itself, everybody may. */
export function isPermitted(team: Team, device: string, event: LogEvent): boolean {
  const role = roleOf(team, device);
  switch (event.kind) {
    case 'received':
    case 'posted':
    case 'collected':
    case 'day-finished':
    case 'ended':
    case 'person':
    case 'answered':
    case 'saved-original':
      return true;
    case 'role':
    case 'retention':
      // What members may propose is sorted out where roles are given.
      return role === 'lead' || (role === 'member' && event.kind === 'role' && event.role === 'lead');
    case 'change': {
      const isLeads = event.change.aspect === 'regrade' || (event.change.aspect === 'hold' && !event.change.isHeld);
      return isLeads ? role === 'lead' : role !== 'auditor';
    }
    default:
      return role !== 'auditor';
  }
}

export function refuse(team: Team, device: string, event: LogEvent): void {
  const key = `${device}/${event.kind}`;
  if (!team.refused.has(key) && team.refused.size >= refusedKindsMax) return;
  team.refused.set(key, Math.min(0xffff_ffff, (team.refused.get(key) ?? 0) + 1));
}

/**
 * A lead gives roles; there is always one lead left. Without a lead at hand two members who name the same device make
 * it lead.
 *
 * @returns whether the device has the role now, is proposed for it, or null for what changes nothing
 */
export function giveRole(team: Team, by: string, device: Uint8Array, role: Role): 'role' | 'proposed' | null {
  const to = bytesToHex(device);
  if (roleOf(team, by) !== 'lead') {
    const first = team.proposals.get(to);
    if (first === undefined || first === by) {
      team.proposals.set(to, by);
      return first === undefined ? 'proposed' : null;
    }
  } else if (role !== 'lead' && leadsBut(team, to) === 0) return null;
  const before = roleOf(team, to);
  team.proposals.delete(to);
  team.roles.set(to, role);
  return before === role ? null : 'role';
}

function leadsBut(team: Team, device: string): number {
  return [...team.roles].filter(([other, role]) => role === 'lead' && other !== device).length;
}
