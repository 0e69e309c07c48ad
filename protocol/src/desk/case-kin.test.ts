// What is asked of cases that are part of one another ends, whatever state was read.
import { expect, it } from 'vitest';
import { bytesToHex } from '../bytes/encode.ts';
import { applyCaseEvent } from './apply-case.ts';
import { isKept, partsByCase, withAbove, withParts } from './case-kin.ts';
import { emptyCase, emptyCaseWork } from './case-work.ts';
import { decodeCaseWork, encodeCaseWork } from './case-work-codec.ts';
import { emptyConversation, emptyDeskState } from './state.ts';

const idOf = (source: number): Uint8Array => new Uint8Array(32).fill(source);
const [one, two, three, part] = [1, 2, 3, 4].map((source) => bytesToHex(idOf(source))) as [
  string,
  string,
  string,
  string,
];

/** As it is read from a disk or from another device: nothing there says that there is no circle. */
function circle() {
  const work = emptyCaseWork();
  const into = { [one]: two, [two]: three, [three]: one, [part]: one };
  for (const [id, mergedInto] of Object.entries(into)) work.cases.set(id, { ...emptyCase(), mergedInto });
  return decodeCaseWork(encodeCaseWork(work));
}

it('names each case of a circle once, upwards and downwards', () => {
  const work = circle();
  expect(withAbove(work, part)).toEqual([part, one, two, three]);
  expect(withAbove(work, two)).toEqual([two, three, one]);
  expect(withParts(partsByCase(work), one).sort()).toEqual([one, two, three, part]);
  expect(isKept(work, part)).toBe(false);
});

it('lets a case be merged into a circle and out of it', async () => {
  const state = { ...emptyDeskState(), work: circle() };
  for (const source of [1, 2, 3, 5]) {
    state.conversations.set(bytesToHex(idOf(source)), emptyConversation(idOf(source)));
  }
  const merge = (source: number, into: number | null) =>
    applyCaseEvent(
      state,
      {
        kind: 'change',
        id: new Uint8Array(8),
        day: 20_800,
        cases: [idOf(source)],
        change: { aspect: 'merge', into: into === null ? null : idOf(into) },
      },
      new Uint8Array(8),
      { fingerprint: idOf(9), desk: new Uint8Array(8) },
    );
  expect(await merge(5, 1)).toEqual([bytesToHex(idOf(5))]);
  expect(await merge(2, null)).toEqual([two]);
  expect(withAbove(state.work, part)).toEqual([part, one, two]);
  expect(await merge(2, 3)).toEqual([]);
});
