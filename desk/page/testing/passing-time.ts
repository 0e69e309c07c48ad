/** Lets minutes pass for a test's server and devices. */

import type { DeskWorld } from '../../src/engine/testing/desk-world.ts';

/** Until something is so. @throws Error after four hours of that time */
export async function passMinutes(world: DeskWorld, isSo: () => Promise<boolean>): Promise<void> {
  for (let minute = 0; minute < 240; minute++) {
    if (await isSo()) return;
    await world.advance(60);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('wait: it did not become so');
}
