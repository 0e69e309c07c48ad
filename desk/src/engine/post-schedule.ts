/** When this device posts: drawn beforehand from its own secret, whatever the team does (spec/protocol.md, section 5, RPL-5). */

import { u32be } from '@postern/protocol/bytes/encode';
import { Reader } from '@postern/protocol/bytes/reader';
import { Writer } from '@postern/protocol/bytes/writer';
import { DAY_SECONDS } from '@postern/protocol/constants';
import { importKdfSecret } from '@postern/protocol/keys/kdf';
import type { Day } from '@postern/protocol/time';
import type { DeviceKeys } from './identity.ts';

/** How far a device is in a day. The number is fixed at the day's first contact. */
export interface SlotProgress {
  /** Of this device for the day. */
  readonly count: number;
  /** Slots used, in their order. */
  readonly used: number;
}

const blockSlots = 256;

/** This device's part of the desk's posts a day: all parts together are the whole, and differ by one at the most. */
export function postShare(repliesADay: number, place: number, devices: number): number {
  return Math.floor((repliesADay * (place + 1)) / devices) - Math.floor((repliesADay * place) / devices);
}

/** Unix seconds of a day's posts, ascending. */
export async function postTimes(keys: DeviceKeys, day: Day, count: number): Promise<number[]> {
  const derive = await importKdfSecret(keys.secret.reveal());
  const times: number[] = [];
  for (let block = 0; times.length < count; block++) {
    const slots = Math.min(blockSlots, count - times.length);
    const parts = [keys.fingerprint, keys.desk, u32be(day), u32be(block)];
    const reader = new Reader(await derive('postern/1 desk', 'posts', parts, 4 * slots));
    for (let slot = 0; slot < slots; slot++) times.push(day * DAY_SECONDS + (reader.u32() % DAY_SECONDS));
  }
  return times.sort((a, b) => a - b);
}

export function encodeSlots({ count, used }: SlotProgress): Uint8Array {
  return new Writer().u32(count).u32(used).done();
}

export function decodeSlots(bytes: Uint8Array): SlotProgress {
  const reader = new Reader(bytes);
  const slots = { count: reader.u32(), used: reader.u32() };
  reader.end();
  return slots;
}
