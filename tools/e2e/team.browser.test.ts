// Three people at three devices of one desk, two of them in a browser, work the same cases at the same time, by keyboard.
import { describe, expect, it } from 'vitest';
import { workTogether } from '../../bench/team-work.ts';
import { lacks } from '../debian.ts';

describe.skipIf(lacks('chromium'))('a team at work', () => {
  it('[CAS-4] has everything that each of them did, and the same at every device', async () => {
    const { states, written, kept, times } = await workTogether(300, 2);
    expect(written).toHaveLength(10);
    for (const notes of kept) expect(notes).toEqual(written);
    const [first = '', ...others] = states;
    for (const other of others) expect(other).toBe(first);
    // The notes and states of two people, of the third and of nobody else.
    const rows = JSON.parse(first) as { readonly work: { readonly state: string } }[];
    expect(rows).toHaveLength(300);
    expect(rows.filter(({ work }) => work.state !== 'new')).toHaveLength(2 * 2 + 6 * 4);
    expect(times.opening).toHaveLength(4);
  });
});
