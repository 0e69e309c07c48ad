// A server holds back what it answers without knowing whom: what devices do under their names must not show it whose it was.
import { deviceKinds } from '@postern/protocol/http/device-kinds';
import { expect, it } from 'vitest';
import type { Attempt } from './network.ts';
import { World } from './world.ts';

const hour = 3_600;
const held = 5 * hour;

interface Seen {
  /** Of each device, what it sent under its name: when, of what kind and size. */
  readonly named: readonly (readonly string[])[];
  /** When the first device posted, and how large. */
  readonly posts: readonly string[];
  /** Answers of the first device that were held back. */
  readonly holds: number;
}

/** @param what of the first device's anonymous requests is held back @param waits whether it does nothing meanwhile, as it did before */
async function watch(seed: string, what: RegExp | null, waits = false): Promise<Seen> {
  const world = await World.create({ seed, desks: 1 });
  const { network, devices } = world;
  const [first] = devices;
  let holds = 0;
  try {
    await world.runUntil(world.now + 4 * hour);
    network.holds = (from, circuit) => {
      const isHeld = from === first?.name && what?.test(circuit) === true;
      if (isHeld) holds += 1;
      return isHeld ? held : 0;
    };
    if (first !== undefined) first.isWaiting = waits;
    const began = world.now;
    await world.runUntil(began + 26 * hour);
    const sent = network.attempts.filter(({ at }) => at > began).sort((a, b) => a.at - b.at);
    const named = devices.map(({ id }) => linesOf(sent, (circuit) => circuit === `device ${id}`));
    const posts = linesOf(sent, (circuit) => circuit.startsWith(`${first?.name} post-`));
    expect(devices.flatMap(({ faults }) => faults)).toEqual([]);
    return { named, posts, holds };
  } finally {
    await world.remove();
  }
}

function linesOf(attempts: readonly Attempt[], isOwn: (circuit: string) => boolean): string[] {
  return attempts
    .filter(({ circuit, kind, path }) => {
      // What a device asks for of envelopes is what anybody has left since, the same for every device.
      return isOwn(circuit) && !(path === '/desk' && kind === deviceKinds.envelopes);
    })
    .map(({ at, path, kind, bytesUp }) => `${at} ${path} ${path === '/desk' ? kind : ''} ${bytesUp}`);
}

it('[RPL-8] what devices send under their names is the same whatever answers are held back, and posts go on', async () => {
  const seed = 'held back';
  const calm = await watch(seed, null);
  expect(calm.named.every((lines) => lines.length > 30)).toBe(true);
  expect(calm.posts.length).toBeGreaterThan(1);
  const seen = await watch(seed, / (post|visit)-/);
  expect(seen.holds).toBeGreaterThan(calm.posts.length);
  expect(seen.named).toEqual(calm.named);
  // Each goes at its time, also with the one before still on its way.
  expect(seen.posts).toEqual(calm.posts);
  // This sees a device that waits.
  const waiting = await watch(seed, / (post|visit)-/, true);
  expect(waiting.named[0]).not.toEqual(calm.named[0]);
}, 240_000);
