/** A running desk with one device of a test's organisation. */

import { type RunningDesk, type StartDeskOptions, startDesk } from '../app/start-desk.ts';
import { createDeviceIdentity } from '../engine/identity.ts';
import { type DeskWorld, random } from '../engine/testing/desk-world.ts';
import { type DeviceFolder, makeDeviceFolder, seedOf } from './device-folder.ts';

export interface DeskOf {
  readonly desk: RunningDesk;
  readonly folder: DeviceFolder;
  /** The desk, its folder and the world. */
  readonly remove: () => Promise<void>;
}

/** Waits are short: what counts is the world's clock. */
const timer = {
  after: (ms: number, task: () => void) => {
    const handle = setTimeout(task, Math.min(ms, 20));
    return { cancel: () => clearTimeout(handle) };
  },
};

/** Adds a device to the world's desk and starts it; it never locks by itself unless that is asked for. */
export async function deskOf(world: DeskWorld, options: Partial<StartDeskOptions> = {}): Promise<DeskOf> {
  const identity = await createDeviceIdentity(random);
  const seed = seedOf(identity);
  world.members.push(identity);
  await world.server?.addRoster((await world.signRoster()).signed);
  const folder = await makeDeviceFolder(seed, world);
  const now = (): number => world.clock.time;
  const desk = await startDesk({ folder: folder.path, now, timer, idleMinutes: 0, ...options });
  const remove = async (): Promise<void> => {
    await desk.close();
    folder.remove();
    await world.remove();
  };
  return { desk, folder, remove };
}
