/** What goes wrong in a run, drawn from the seed: the network, crashes, sleep, a backup put back, a device copied. */

import { DeviceHost } from './device-host.ts';
import type { Dice } from './dice.ts';
import type { FaultRates } from './network.ts';
import { daySeconds, firstDay, type World } from './world.ts';

export interface Mishaps {
  readonly network: FaultRates;
  readonly serverCrashes: number;
  readonly deviceCrashes: number;
  /** Everybody but the calendar sleeps for so many seconds, on the day before the last. */
  readonly sleep: number;
  /** The server is put back from a backup that is some hours old. */
  readonly restores: boolean;
  /** A device's disk is copied and runs twice for a while. */
  readonly copies: boolean;
}

export const calm: Mishaps = {
  network: { lostBefore: 0, lostAfter: 0, doubled: 0, delayed: 0 },
  serverCrashes: 0,
  deviceCrashes: 0,
  sleep: 0,
  restores: false,
  copies: false,
};

export function drawMishaps(dice: Dice): Mishaps {
  const rate = (): number => dice.below(40) / 1_000;
  return {
    network: { lostBefore: rate(), lostAfter: rate(), doubled: rate(), delayed: rate() },
    serverCrashes: dice.below(4),
    deviceCrashes: dice.between(1, 8),
    sleep: dice.one([0, 5 * 3_600, daySeconds, 3 * daySeconds, 20 * daySeconds]),
    restores: dice.chance(0.3),
    copies: dice.chance(0.3),
  };
}

export function planMishaps(world: World, mishaps: Mishaps, dice: Dice, days: number): void {
  const { agenda, host, network } = world;
  network.faults = mishaps.network;
  const someTime = (): number => firstDay * daySeconds + 3 * 3_600 + dice.below(days * daySeconds - 3 * 3_600);
  for (let i = 0; i < mishaps.serverCrashes; i++) {
    const [writes, isBefore] = [dice.between(1, 40), dice.chance(0.5)];
    agenda.add(someTime(), async () => host.killAt(writes, isBefore), true);
  }
  for (let i = 0; i < mishaps.deviceCrashes; i++) {
    const [device, calls] = [dice.one(world.devices), dice.between(1, 300)];
    agenda.add(someTime(), async () => device.killAt(calls), true);
  }
  if (mishaps.sleep > 0) agenda.add(someTime(), async () => sleep(world, mishaps.sleep), true);
  if (mishaps.restores) planRestore(world, someTime(), dice.between(3_600, 30 * 3_600));
  if (mishaps.copies) {
    const device = dice.one(world.devices);
    agenda.add(someTime(), async () => copyDevice(world, device, 10 * 3_600), true);
  }
}

/** From now on nothing new goes wrong. */
export function endMishaps(world: World): void {
  world.network.faults = calm.network;
  world.host.disarm();
  for (const device of world.devices) device.disarm();
}

function sleep(world: World, seconds: number): void {
  world.ledger.holes.push({ kind: 'sleep', from: world.now, to: world.now + seconds });
  world.trace.note(world.now, 'world', `sleeps for ${seconds} seconds`);
  world.agenda.sleep(seconds);
  world.hurry();
}

function planRestore(world: World, at: number, after: number): void {
  const { agenda, host, ledger, trace } = world;
  agenda.add(
    at,
    async () => {
      if (host.isDown) return;
      const backup = await host.backUp();
      trace.note(world.now, 'server', 'is backed up');
      agenda.add(world.now + after, async () => {
        await host.recover();
        await host.restore(backup);
        ledger.holes.push({ kind: 'restore', from: backup.takenAt, to: world.now });
        trace.note(world.now, 'server', 'is put back from the backup');
        world.hurry();
      });
    },
    true,
  );
}

function copyDevice(world: World, device: DeviceHost, seconds: number): void {
  const at = device.desk.devices.indexOf(device.identity);
  const twin = new DeviceHost(device.desk, at, { ...world.deviceParts(), dice: world.dice.fork('copy') });
  twin.store = device.store.copy();
  world.trace.note(world.now, device.name, 'is copied and runs twice');
  world.addDevice(twin, world.now + seconds);
  // It is nobody's device: checks and mishaps look at the others.
  world.devices.pop();
}
