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
  const outcomes = await flood(scene.world, 400);
  expect(outcomes.get('stored')).toBe(100);
  expect(outcomes.get('busy')).toBe(300);
}, 120_000);

it('[PUZ-2] [THR-10] a stranger who solves the puzzle gets through', async () => {
  const { ledger, network } = scene.world;
  await flood(scene.world, 1);
  const stranger = new Person('stranger');
  await scene.visit({ person: stranger, texts: ['I know nobody here'] });
  const sent = ledger.sent.at(-1);
  expect([sent?.source, sent?.stored]).toEqual(['stranger', 1]);
  expect(
    network.exchanges.filter(({ from, inside }) => from === 'stranger' && inside.join().includes('envelope done'))
      .length,
  ).toBeGreaterThan(1);
}, 120_000);

it('[THR-10] [PUZ-1] when the open room is full, who has had an answer still gets through, and nobody else', async () => {
  const { ledger, host } = scene.world;
  await fillDay(scene.world, openRoom);
  expect((await flood(scene.world, 20)).get('busy')).toBe(20);
  // Reads the answer, and with it gets a token, before what it wrote is sent.
  const known = await scene.visit({ texts: ['I have found more'], stay: 1_500 });
  expect(ledger.read.map(({ visit }) => visit)).toEqual([known.id]);
  const sent = ledger.sent.at(-1);
  expect([sent?.source, sent?.stored]).toEqual(['source', 1]);
  const counts = await host.storage.envelopeCounts();
  // Of all that came in that visit, one envelope.
  const before = Math.max(...counts.values());
  await scene.visit({ person: new Person('late stranger'), texts: ['Is anybody there?'], stay: 400 });
  expect(ledger.sent.at(-1)?.stored).toBe(0);
  expect(Math.max(...(await host.storage.envelopeCounts()).values())).toBe(before);
}, 240_000);
