/** The visit that follows a post: when, how long, and whether it collects a cover, drawn from the device's own secret, whatever was posted (spec/protocol.md, section 5, RPL-6). */

import { u32be } from '@postern/protocol/bytes/encode';
import { Reader } from '@postern/protocol/bytes/reader';
import { importKdfSecret } from '@postern/protocol/keys/kdf';
import type { Day } from '@postern/protocol/time';
import type { DeviceKeys } from './identity.ts';

export interface VisitPlan {
  /** Seconds from the time of the post. */
  readonly delaySeconds: number;
  /** How many moments the page stays open. */
  readonly moments: number;
  /** A visit of a person who comes back for it, or of one who only looks. */
  readonly collects: boolean;
  /** Two lane bytes as a number, for a visit that has no cover to look for. */
  readonly lane: number;
}

/** A page stays open for so many moments at the least and the most; an answer is read, confirmed and deleted in between. */
const momentsMin = 4;
const momentsMax = 12;
/** One cover in so many is never collected, as the reply of a person who does not come back. */
const uncollectedOneIn = 4;

/** @param delays the least and the most; each magnitude between is as likely as another, so that some are very long */
export async function visitPlan(
  keys: DeviceKeys,
  day: Day,
  slot: number,
  [least, most]: readonly [number, number],
): Promise<VisitPlan> {
  const derive = await importKdfSecret(keys.secret.reveal());
  const parts = [keys.fingerprint, keys.desk, u32be(day), u32be(slot)];
  const reader = new Reader(await derive('postern/1 desk', 'visit', parts, 4 + 4 + 4 + 2));
  return {
    delaySeconds: Math.floor(least * (most / least) ** (reader.u32() / 2 ** 32)),
    moments: momentsMin + (reader.u32() % (momentsMax - momentsMin + 1)),
    collects: reader.u32() % uncollectedOneIn !== 0,
    lane: reader.u16(),
  };
}
