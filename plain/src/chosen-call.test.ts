/** [PLN-14] Which call a form answers, where two have questions of the same ids. */
import type { VerifiedCampaign } from '@postern/protocol/campaign/campaign';
import { sampleCampaign } from '@postern/protocol/testing/campaign-samples';
import { testOrganisation } from '@postern/protocol/testing/organisation';
import { initialState } from '@postern/source/state';
import { update } from '@postern/source/update';
import { expect, it } from 'vitest';
import { askedText } from './answers.ts';
import { ChosenCall } from './chosen-call.ts';

const { verifiedRoster, day } = await testOrganisation('chosen call');
const sample = sampleCampaign(verifiedRoster, day);
const named = (name: string, id: number): VerifiedCampaign =>
  ({ ...sample, name, id: sample.id.with(0, id) }) as unknown as VerifiedCampaign;

function chooser() {
  const call = new ChosenCall('en');
  call.known = [named('hospital', 1), named('harbour', 2)];
  let state = initialState('english');
  const page = {
    state: () => state,
    dispatch: (event: Parameters<typeof update>[1]) => {
      state = update(state, event)[0];
    },
  };
  const take = (fields: Readonly<Record<string, string>>): void =>
    call.take(new Map(Object.entries(fields)), day * 86_400, page);
  return { call, take, state: () => state };
}

it('[PLN-14] answers to one call are no answers to another that is chosen in their place, whose questions are shown first', () => {
  const { call, take, state } = chooser();
  take({ call: 'hospital' });
  const shown = {
    asked: askedText('hospital', ['what', 'role', 'sure', 'when', 'where']),
    'q-what': 'of the hospital',
  };
  take({ call: 'hospital', ...shown });
  expect([call.hasMore(state()), Object.fromEntries(state().draft.answers)]).toEqual([
    false,
    { what: ['of the hospital'] },
  ]);
  take({ call: 'harbour', ...shown, 'q-role': 'supplier' });
  expect([call.offered(state()).chosen, call.hasMore(state()), state().draft.answers.size]).toEqual([
    'harbour',
    true,
    0,
  ]);
  take({ call: 'harbour', asked: askedText('harbour', ['what', 'role', 'sure', 'when', 'where']), 'q-role': 'other' });
  expect([call.hasMore(state()), Object.fromEntries(state().draft.answers)]).toEqual([false, { role: ['other'] }]);
});

it('[PLN-14] a form without a call answers none, and one that a new process knows nothing of answers its own', () => {
  const { take, state } = chooser();
  take({ call: '', asked: askedText('', []), 'q-what': 'x' });
  expect([state().call, state().draft.answers.size]).toEqual([undefined, 0]);
  take({ call: 'harbour', asked: askedText('harbour', ['what']), 'q-what': 'kept' });
  expect(Object.fromEntries(state().draft.answers)).toEqual({ what: ['kept'] });
});
