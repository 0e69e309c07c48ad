import { emptyTeam } from '@postern/protocol/desk/case-work';
import { expect, it } from 'vitest';
import { teamView } from './case-view.ts';

it('[CAS-8] names people whose device the roster lists no more, apart from those at the desk', () => {
  const team = emptyTeam();
  const [here, gone, nameless] = ['a1'.repeat(8), 'b2'.repeat(8), 'c3'.repeat(8)] as const;
  team.names.set(here, 'Ana').set(gone, 'Bo');
  team.roles.set(here, 'lead').set(gone, 'member').set(nameless, 'auditor');
  team.trail.push({ device: gone, day: 20_800, what: 'person', value: 'Bo' });
  const view = teamView(team, [here], here);
  expect(view.people).toEqual([{ device: here, name: 'Ana', role: 'lead', proposedBy: null, isThis: true }]);
  expect(view.former).toEqual([
    { device: gone, name: 'Bo' },
    { device: nameless, name: '' },
  ]);
  // What is told of the team stays as it was when the log goes on.
  team.trail.push({ device: here, day: 20_801, what: 'person', value: 'Ana' });
  expect(view.trail).toHaveLength(1);
});
