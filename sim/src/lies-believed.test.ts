// Clients that verify no signature believe what is told; then the check of a server's lies must find nobody who noticed.
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type Lie, lies } from './lies.ts';
import { hour, Scene } from './scene.ts';
import { tell, unnoticedBy } from './telling.ts';

const planted = vi.hoisted(() => ({ isBlind: false }));
vi.mock('@postern/protocol/primitives/hybrid-signature', async (original) => {
  const real = await original<typeof import('@postern/protocol/primitives/hybrid-signature')>();
  const verifyHybrid: typeof real.verifyHybrid = async (...of) => planted.isBlind || real.verifyHybrid(...of);
  return { ...real, verifyHybrid };
});

let scene: Scene;
beforeAll(async () => {
  scene = await Scene.create('believed');
  await scene.pass(7 * hour);
}, 240_000);
afterAll(() => scene.remove());

const named = (name: string): Lie => lies.find((lie) => lie.name === name) as Lie;

it.each([
  ['an index with the signature of somebody else', ['desk', 'source']],
  ['day keys with broken signatures', ['desk']],
  ['transport keys with broken signatures', ['desk']],
  ['a roster of another organisation', ['desk']],
] as const)(
  '[THR-9] the check sees that %s is believed',
  async (name, deaf) => {
    expect(unnoticedBy(named(name), await tell(named(name), scene))).toEqual([]);
    planted.isBlind = true;
    try {
      expect(unnoticedBy(named(name), await tell(named(name), scene))).toEqual(deaf);
    } finally {
      planted.isBlind = false;
    }
  },
  120_000,
);
