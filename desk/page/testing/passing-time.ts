/** Lets minutes pass for a test's server and devices. */

import type { DeskWorld } from '../../src/engine/testing/desk-world.ts';

/**
 * Until something is so. The later, the slower, so that a busy machine too gets through the work of a minute.
 * @throws Error after so many minutes of that time
 */
export async function passMinutes(world: DeskWorld, isSo: () => Promise<boolean>, minutesMax = 240): Promise<void> {
  for (let minute = 0; minute < minutesMax; minute++) {
    if (await isSo()) return;
    await world.advance(60);
    await new Promise((resolve) => setTimeout(resolve, Math.max(50, 5 * minute)));
  }
  throw new Error('wait: it did not become so');
}
