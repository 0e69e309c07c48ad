// How the puzzle gets harder and easier, and what is kept for tokens.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Pressure } from './pressure.ts';

const noon = 20_800 * 86_400 + 43_200;
const allowance = { perMinute: 10, perDay: 1_000, keptForTokens: 0.25 };
const shows = (bits: number, token = false) => ({
  solves: async (b: number) => b <= bits,
  hasToken: async () => token,
});

async function fill(pressure: Pressure, now: number, count: number, bits = 16): Promise<number> {
  let stored = 0;
  for (let i = 0; i < count; i++) {
    if ((await pressure.admit(now, shows(bits))) !== 'open') continue;
    pressure.stored(now, 'open');
    stored += 1;
  }
  return stored;
}

describe('the puzzle', () => {
  it('is not asked for within the allowance, and gets harder with each allowance in the same minute', async () => {
    const pressure = new Pressure(allowance);
    await fill(pressure, noon, 9);
    expect(pressure.bits(noon)).toBe(0);
    await fill(pressure, noon, 1);
    expect(pressure.bits(noon)).toBe(6);
    await fill(pressure, noon, 20);
    expect(pressure.bits(noon)).toBe(10);
    await fill(pressure, noon, 100);
    expect(pressure.bits(noon)).toBe(16);
  });

  it('gets easier as minutes pass, and harder only by what was stored, not by what was tried', async () => {
    const pressure = new Pressure(allowance);
    await fill(pressure, noon, 30);
    expect(pressure.bits(noon)).toBe(10);
    expect(await fill(pressure, noon, 500, 5)).toBe(0);
    expect(pressure.bits(noon)).toBe(10);
    expect(pressure.bits(noon + 60)).toBe(10);
    expect(pressure.bits(noon + 120)).toBe(9);
    expect(pressure.bits(noon + 3_600)).toBe(0);
  });

  it('does not get easier by a clock that is set back', async () => {
    const pressure = new Pressure(allowance);
    await fill(pressure, noon, 30);
    expect(pressure.bits(noon - 3_600)).toBe(10);
  });

  it('gets harder when half of the day is used, however slowly', async () => {
    const pressure = new Pressure(allowance);
    pressure.restore(20_800, 374);
    expect(pressure.bits(noon)).toBe(0);
    pressure.restore(20_800, 600);
    expect(pressure.bits(noon)).toBeGreaterThanOrEqual(10);
    expect(pressure.bits(noon + 86_400)).toBe(0);
  });
});

it('[PUZ-3] asks nobody for a puzzle that could open nothing: the open room is full', async () => {
  const pressure = new Pressure(allowance);
  pressure.restore(20_800, 749);
  expect(pressure.bits(noon)).toBeGreaterThanOrEqual(15);
  expect(await pressure.admit(noon, shows(16))).toBe('open');
  pressure.stored(noon, 'open');
  expect(pressure.bits(noon)).toBe(17);
  expect(await pressure.admit(noon, shows(16))).toBe('busy');
  expect(await pressure.admit(noon, shows(0, true))).toBe('token');
  expect(pressure.bits(noon + 86_400)).toBe(0);
});

it('[PUZ-1] whatever floods in, tokens find their share of the day, and no day holds more than its room', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 90 }), fc.integer({ min: 0, max: 16 }), fc.boolean()), {
        maxLength: 400,
      }),
      async (tries) => {
        const pressure = new Pressure({ perMinute: 10, perDay: 100, keptForTokens: 0.25 });
        let now = noon;
        const counts = { open: 0, token: 0, busy: 0 };
        for (const [wait, bits, token] of tries) {
          now = Math.min(now + wait, noon + 43_199);
          const admission = await pressure.admit(now, shows(bits, token));
          counts[admission] += 1;
          if (admission !== 'busy') pressure.stored(now, admission);
          if (token && counts.open + counts.token < 100) expect(admission).not.toBe('busy');
        }
        expect(counts.open).toBeLessThanOrEqual(75);
        expect(counts.open + counts.token).toBeLessThanOrEqual(100);
      },
    ),
    { numRuns: 50 },
  );
});
