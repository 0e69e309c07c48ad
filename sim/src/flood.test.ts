// A flood: who is in conversation gets through at once, a stranger pays the puzzle, and beyond the room nobody but the first.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fillDay, flood } from './flood.ts';
import { Person } from './person.ts';
import { Scene } from './scene.ts';

const perDay = 4_000;
const openRoom = 3_000;

let scene: Scene;
beforeAll(async () => {
  scene = await Scene.create('flood', { allowance: { perMinute: 100, perDay, keptForTokens: 0.25 } });
}, 240_000);
afterAll(() => scene.remove());

it('[PUZ-1] without solving the puzzle no more of a flood is stored than a minute’s allowance', async () => {
  const { outcomes, puzzleBits } = await flood(scene.world, 400);
  expect(puzzleBits).toBeGreaterThan(0);
  // A nonce solves six bits by luck once in 64, for one of three epochs.
  expect(outcomes.get('stored')).toBeGreaterThanOrEqual(100);
  expect(outcomes.get('stored')).toBeLessThan(140);
  expect((outcomes.get('stored') ?? 0) + (outcomes.get('busy') ?? 0)).toBe(400);
}, 120_000);

it('[PUZ-2] [THR-10] a stranger who solves the puzzle gets through', async () => {
  const { ledger } = scene.world;
  expect((await flood(scene.world, 1)).puzzleBits).toBeGreaterThan(0);
  await scene.visit({ person: new Person('stranger'), texts: ['I know nobody here'], stay: 200 });
  const sent = ledger.sent.at(-1);
  expect([sent?.source, sent?.stored]).toEqual(['stranger', 1]);
}, 120_000);

it('[THR-10] [PUZ-1] [PUZ-4] when the open room is full, who has had an answer still gets through', async () => {
  const { world } = scene;
  // In the middle of a visit in which the answer, and the token in it, have come already; an index must say it first.
  world.agenda.add(world.now + 100, () => fillDay(world, openRoom));
  const { id } = await scene.visit({ texts: ['I have found more'], writesAt: 200, stay: 1_500 });
  expect(world.ledger.read.map(({ visit }) => visit)).toEqual([id]);
  const { outcomes } = await flood(world, 20);
  expect(outcomes.get('busy')).toBe(20);
  const sent = world.ledger.sent.at(-1);
  expect([sent?.source, sent?.stored]).toEqual(['source', 1]);
}, 240_000);
