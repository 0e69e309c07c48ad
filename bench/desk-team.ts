// Three people, each at a device of one desk, two of them in a browser, work ten thousand cases: what each waits for.
import { type Bench, type Measure, median } from './measure.ts';
import { type TeamTimes, workTogether } from './team-work.ts';

const cases = 10_000;
const rounds = 8;

export const deskTeam: Bench = async () => {
  const { times, memory, standstills, states } = await workTogether(cases, rounds);
  if (new Set(states).size !== 1) throw new Error('work as a team: the devices do not show the same at the end');
  return [
    describe('from the passphrase to the list', times, 'starting', null, 's'),
    describe('until the search has read all', times, 'reading', null, 's'),
    describe('open a case', times, 'opening', 100, 'ms'),
    describe('search', times, 'searching', 100, 'ms'),
    describe('change a case, until the list shows it', times, 'changing', null, 'ms'),
    longest('longest standstill of a page at work', standstills.page, '0 for less than 50'),
    longest('longest standstill of a desk at work', standstills.process, 'processor time in one turn of its loop'),
    { what: 'memory of a desk at work', value: Math.max(...memory.now), unit: 'MiB' },
    {
      what: 'and at the most',
      value: Math.max(...memory.most),
      unit: 'MiB',
      note: '256 of them for a second, when the passphrase is tried',
    },
    { what: 'memory of its page', value: Math.max(...memory.page), unit: 'MiB', note: 'heap of the script' },
  ];
};

function longest(what: string, standstills: readonly number[], note: string): Measure {
  const value = Math.max(...standstills);
  return { what, value, unit: 'ms', note, aim: 'under 200 ms', isMet: value < 200 };
}

function describe(
  what: string,
  all: TeamTimes,
  kind: keyof TeamTimes,
  aimMs: number | null,
  unit: 'ms' | 's',
): Measure {
  const times = all[kind];
  const scale = unit === 's' ? 1000 : 1;
  const value = median(times) / scale;
  const note = `the longest ${(Math.max(...times) / scale).toFixed(unit === 's' ? 1 : 0)} ${unit} of ${times.length}`;
  return { what, value, unit, note, ...(aimMs === null ? {} : { aim: `under ${aimMs} ms`, isMet: value < aimMs }) };
}
