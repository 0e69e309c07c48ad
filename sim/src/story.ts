/** Who visits when and does what, and when the desks answer, drawn from the seed. */

import type { DeviceHost } from './device-host.ts';
import type { Dice } from './dice.ts';
import type { VisitPlan } from './page.ts';
import { Person } from './person.ts';
import { someText } from './texts.ts';
import { daySeconds, firstDay, type World } from './world.ts';

export interface StoryOptions {
  readonly days: number;
  readonly people: number;
  readonly desks: number;
  /** False: the same visits at the same times, and nobody has anything to say. */
  readonly isReal: boolean;
}

const opensAt = 2 * 3_600;
const openSeconds = 21 * 3_600;

/** Every third only looks; all others write at their first visit, come back, read, and write again or not. */
export function planVisits(dice: Dice, { days, people, desks, isReal }: StoryOptions): VisitPlan[] {
  const plans: VisitPlan[] = [];
  for (let number = 0; number < people; number++) {
    const person = new Person(`source-${number}`);
    const isWriter = number % 3 !== 2;
    const visits = dice.between(2, 3);
    const times = Array.from({ length: visits }, () => drawTime(dice, days)).sort((a, b) => a - b);
    for (const [at, time] of times.entries()) {
      const plan = planVisit(dice, `${person.name}/${at}`, person, time, isWriter && isReal, at === 0, desks);
      plans.push(plan);
      // Twice at the same time in two browsers with the same words.
      if (isWriter && at === 1 && number % 4 === 0) {
        const other = planVisit(dice, `${person.name}/${at}b`, person, time + 40, isReal, true, desks);
        plans.push({ ...other, writes: other.writes.slice(0, 1) });
      }
    }
  }
  return plans;
}

function drawTime(dice: Dice, days: number): number {
  return (firstDay + dice.below(days)) * daySeconds + opensAt + dice.below(openSeconds);
}

/** The same draws whether it is real or not. */
function planVisit(
  dice: Dice,
  id: string,
  person: Person,
  at: number,
  isReal: boolean,
  mustWrite: boolean,
  desks: number,
): VisitPlan {
  // Some pages die in the middle of what they have to send.
  const stay = dice.chance(0.2) ? dice.between(20, 200) : dice.between(600, 1_500);
  const writes: { at: number; desk: number; text: string }[] = [];
  const count = mustWrite ? dice.one([1, 1, 2]) : dice.one([0, 0, 1]);
  for (let i = 0; i < count; i++) {
    const text = someText(dice, dice.chance(0.25) ? 18_000 : 0);
    writes.push({ at: 25 + 20 * i, desk: dice.below(desks), text });
  }
  return { id, person, at, stay, entersAt: isReal ? 5 : null, writes: isReal ? writes : [] };
}

/** The team of a desk looks now and then, and answers most of what is unanswered; two people may answer the same at once. */
export function planTeams(world: World, dice: Dice, until: number): void {
  for (const desk of world.organisation.desks) {
    const own = world.devices.filter((device) => device.desk === desk);
    const look = async (): Promise<void> => {
      const devices = dice.chance(0.2) ? own : [dice.one(own)];
      for (const device of devices) await answer(world, device, dice);
      const next = world.now + dice.between(3 * 3_600, 9 * 3_600);
      if (next < until) world.agenda.add(next, look, true);
    };
    world.agenda.add(world.now + dice.between(6 * 3_600, 12 * 3_600), look, true);
  }
}

async function answer(world: World, device: DeviceHost, dice: Dice): Promise<void> {
  const { engine } = device;
  if (engine === null) return;
  const waiting = engine.conversations().filter(({ isUnanswered, messages }) => isUnanswered && messages > 0);
  for (const { id } of waiting.sort((a, b) => (a.id < b.id ? -1 : 1))) {
    if (!dice.chance(0.8)) continue;
    const text = someText(dice, dice.chance(0.2) ? 4_000 : 0);
    // Whoever it happened to has seen that the reply is not there.
    if (!(await device.reply(id, text))) return;
    const head = { desk: device.desk.name, conversation: id, device: device.id };
    world.ledger.written.push({ ...head, text, writtenAt: world.now });
    world.trace.note(world.now, device.name, `writes a reply of ${text.length} characters`);
  }
}
