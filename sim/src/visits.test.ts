// What the wire and the operator's process show of visits that differ in nothing but what the person does.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { checkVisits, networkView, operatorView } from './checks/wire.ts';
import { Person } from './person.ts';
import { Scene } from './scene.ts';
import { someText } from './texts.ts';

const stay = 1_300;
const reader = 'reader';
const writer = 'writer';
const visitor = 'visitor';

let scene: Scene;
beforeAll(async () => {
  scene = await Scene.create('visits');
  // Each begins in the same second of an epoch, so that what belongs to the clock is the same for all.
  const toEpoch = (): Promise<void> => scene.pass(3_600 - (scene.world.now % 600));
  await toEpoch();
  await scene.visit({ id: reader, stay });
  await toEpoch();
  const long = someText(scene.world.dice.fork('long'), 18_000);
  await scene.visit({ id: writer, stay, person: new Person('somebody'), texts: [long, 'and one thing more:'] });
  await toEpoch();
  await scene.visit({ id: visitor, stay, person: new Person('passer-by'), enters: false });
}, 240_000);
afterAll(() => scene.remove());

it('one has read an answer, one has written messages of several parts, one has only looked', () => {
  const { ledger } = scene.world;
  expect(ledger.read.map(({ visit }) => visit)).toEqual([reader]);
  expect(ledger.read[0]?.acknowledgedAt).not.toBeNull();
  expect(ledger.sent.slice(1).map(({ parts }) => parts)).toEqual([4, 1]);
  expect(ledger.sent[1]?.stored).toBe(4);
});

it('[THR-4] [REQ-1] [REQ-2] [REQ-3] their requests are equal in number, order, time and size', () => {
  const { exchanges } = scene.world.network;
  expect(exchanges.filter(({ circuit }) => circuit === visitor).length).toBeGreaterThan(12);
  expect(checkVisits('THR-4', exchanges, [visitor, writer, reader], networkView)).toEqual([]);
});

it('[THR-5] the process sees the same kinds of requests and results of the one who wrote', () => {
  const { exchanges } = scene.world.network;
  expect(checkVisits('THR-5', exchanges, [visitor, writer], operatorView)).toEqual([]);
});

it('the checks see a request more, another size, another moment, and another result', async () => {
  const { exchanges } = scene.world.network;
  const own = exchanges.filter(({ circuit }) => circuit === visitor);
  const leaky = (change: (at: number) => object) =>
    own.map((exchange, at) => ({ ...exchange, circuit: 'leaky', ...change(at) }));
  const changes = [
    leaky((at) => (at === 5 ? { bytesUp: 6_008 } : {})),
    leaky((at) => (at === 5 ? { at: (own[5]?.at ?? 0) + 1 } : {})),
    leaky((at) => (at === 5 ? { path: '/other' } : {})),
    leaky(() => ({})).slice(0, -1),
    [...leaky(() => ({})), ...leaky(() => ({})).slice(-1)],
  ];
  for (const changed of changes) {
    expect(checkVisits('THR-4', [...own, ...changed], [visitor, 'leaky'], networkView)).toHaveLength(1);
  }
  expect(checkVisits('THR-4', [...own, ...leaky(() => ({}))], [visitor, 'leaky'], networkView)).toEqual([]);
  // The operator may see that some visit fetched some reply (threat model, section 3); so this view can see something.
  expect(checkVisits('THR-5', exchanges, [visitor, reader], operatorView)).toHaveLength(1);
  expect(checkVisits('THR-5', exchanges, ['nobody'], operatorView)).toHaveLength(1);
});
