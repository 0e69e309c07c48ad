// A new device comes to a desk of ten thousand cases: how long until it has them, and what that takes.
import { DeskWorld, type TestDevice } from '@postern/desk/engine/testing/desk-world';
import { seededRandom } from '@postern/protocol/testing/seeded-random';
import { makeCases } from './desk-cases.ts';
import type { Bench } from './measure.ts';

const cases = 10_000;
/** As the desk's app has them. */
const options = { tickSeconds: 300, envelopeSeconds: 600, turnSeconds: 600 };
const secondsMax = 12 * 3_600;

interface Asked {
  requests: number;
  bytes: number;
}

export const deskJoin: Bench = async () => {
  const world = await DeskWorld.create(1, {}, options);
  try {
    // A desk that has been at work for a while.
    await world.run(80 * options.tickSeconds);
    const [first] = world.devices as [TestDevice];
    await world.give(first, await makeCases(cases, world.day, seededRandom('cases')));
    const joining = await world.join();
    const given = count(first);
    const taken = count(joining);
    const from = { clock: world.clock.time, processor: process.cpuUsage() };
    while (joining.engine.conversations().length < cases) {
      if (world.clock.time - from.clock > secondsMax) throw new Error('join a desk: it has not got its cases');
      await world.run(10);
    }
    const { user, system } = process.cpuUsage(from.processor);
    if ((await world.stateOf(joining)) !== (await world.stateOf(first))) throw new Error('join a desk: states differ');
    const minutes = (world.clock.time - from.clock) / 60;
    return [
      {
        what: `a new device has ${cases} cases, after`,
        value: minutes,
        unit: 'min',
        aim: 'minutes',
        isMet: minutes < 15,
        note: 'waits of ticks and turns; requests take no time',
      },
      { what: 'sent by the device that had them', value: given.bytes / 2 ** 20, unit: 'MiB' },
      { what: 'requests of it', value: given.requests, unit: '', note: 'four at a time' },
      { what: 'requests of the new device', value: taken.requests, unit: '', note: 'four at a time' },
      { what: 'processor time of both and the server', value: (user + system) / 1e6, unit: 's' },
    ];
  } finally {
    await world.remove();
  }
};

function count({ faults }: TestDevice): Asked {
  const asked: Asked = { requests: 0, bytes: 0 };
  faults.desk = (request, pass) => {
    asked.requests += 1;
    if (request.kind === 'send-parcel') asked.bytes += request.parcel.length;
    return pass();
  };
  return asked;
}
