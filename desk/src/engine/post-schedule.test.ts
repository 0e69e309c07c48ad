import { Secret } from '@postern/protocol/bytes/secret';
import { describe, expect, it } from 'vitest';
import { createDeviceIdentity, deviceRequest, prepareKeys, readDeviceRequest } from './identity.ts';
import { postShare, postTimes } from './post-schedule.ts';
import { daySeconds, random } from './testing/desk-world.ts';

async function keysOf(seed: Uint8Array) {
  return prepareKeys({
    fingerprint: new Uint8Array(32).fill(1),
    deskId: new Uint8Array(8).fill(2),
    deviceSeed: new Secret(seed),
    roster: new Uint8Array(0),
  });
}

describe('the times of posts', () => {
  it('[RPL-5] of all devices together are the roster’s number, in parts that differ by one at the most', () => {
    for (const replies of [0, 1, 7, 96, 1_000]) {
      for (const devices of [1, 2, 3, 11]) {
        const shares = Array.from({ length: devices }, (_, place) => postShare(replies, place, devices));
        expect(shares.reduce((sum, share) => sum + share, 0)).toBe(replies);
        expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
      }
    }
  });

  it('[RPL-5] are drawn from the device’s secret, the same again for the same day, within the day', async () => {
    const keys = await keysOf(random(64));
    const day = 20_800;
    const times = await postTimes(keys, day, 300);
    expect(times).toHaveLength(300);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(times.every((time) => time >= day * daySeconds && time < (day + 1) * daySeconds)).toBe(true);
    expect(await postTimes(keys, day, 300)).toEqual(times);
    const offsets = (list: readonly number[]): number[] => list.map((time) => time % daySeconds);
    expect(offsets(await postTimes(keys, day + 1, 300))).not.toEqual(offsets(times));
    expect(await postTimes(await keysOf(random(64)), day, 300)).not.toEqual(times);
    // Spread over the day: each quarter has its part.
    for (let quarter = 0; quarter < 4; quarter++) {
      const inside = offsets(times).filter((offset) => Math.floor(offset / (daySeconds / 4)) === quarter);
      expect(inside.length).toBeGreaterThan(35);
    }
  });
});

describe('an identity', () => {
  it('gives the line that its roster entry is made from, and nothing else is read as one', async () => {
    const { device, deviceId } = await createDeviceIdentity(random);
    const line = deviceRequest(device);
    expect(readDeviceRequest(` ${line}\n`)).toEqual(device);
    expect(device.keyHash.slice(0, 8)).toEqual(new Uint8Array(deviceId));
    for (const other of ['', line.slice(1), line.slice(0, -4), `${line}AAAA`, line.replace('postern', 'Postern')]) {
      expect(() => readDeviceRequest(other)).toThrow(expect.objectContaining({ name: 'WireError' }));
    }
  });
});
