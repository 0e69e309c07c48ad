// A whole run in which a device that had read further than all others is away while the server comes back from a backup.
import { describe, expect, it } from 'vitest';
import { calm } from './mishaps.ts';
import { inspect } from './report.ts';
import { type Run, simulate } from './simulation.ts';
import { daySeconds, firstDay, type World } from './world.ts';

const hour = 3_600;

interface Absence {
  /** Hours from the first day's midnight. */
  readonly backup: number;
  readonly restore: number;
  readonly back: number;
}

/** From before the restore only the first device of each desk reads and writes; from the restore on only the others. */
function planAbsence(world: World, { backup, restore, back }: Absence): void {
  const { agenda, host, ledger } = world;
  const at = (hours: number): number => firstDay * daySeconds + hours * hour;
  const firsts = world.devices.filter(({ desk, identity }) => desk.devices[0] === identity);
  const others = world.devices.filter((device) => !firsts.includes(device));
  const switchTo = (isFirstOffline: boolean, areOthersOffline: boolean): void => {
    for (const device of firsts) device.isOffline = isFirstOffline;
    for (const device of others) device.isOffline = areOthersOffline;
  };
  agenda.add(at(backup), async () => {
    const copy = await host.backUp();
    switchTo(false, true);
    agenda.add(at(restore), async () => {
      await host.restore(copy);
      ledger.holes.push({ kind: 'restore', from: copy.takenAt, to: world.now });
      switchTo(true, false);
    });
  });
  agenda.add(at(back), async () => switchTo(false, false));
}

async function runWith(seed: string, absence: Absence): Promise<Run> {
  const prepare = (world: World): void => planAbsence(world, absence);
  // Nothing is drawn from the seed but what people do.
  return simulate({ seed, mishaps: calm, prepare, days: 3, people: 6, desks: 1 });
}

describe('a device that alone had read the newest entries', () => {
  it('[LOG-10] [LOG-2] [ENC-4] comes back to a desk that went on, and all is there once', async () => {
    const run = await runWith('long absence', { backup: 14, restore: 20, back: 68 });
    try {
      const { breaches, ends } = await inspect({ ...run, mishaps: { ...run.mishaps, restores: true } });
      expect(breaches).toEqual([]);
      expect(ends.some(({ alerts }) => alerts.includes('log-fork'))).toBe(true);
      expect(run.world.ledger.read.length).toBeGreaterThan(0);
    } finally {
      await run.remove();
    }
  }, 240_000);
});
