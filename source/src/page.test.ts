/** What a page without a link says of the call that was chosen on it, when the list of calls comes again. */
import type { VerifiedCampaign } from '@postern/protocol/campaign/campaign';
import { sampleCampaign } from '@postern/protocol/testing/campaign-samples';
import { testOrganisation } from '@postern/protocol/testing/organisation';
import { expect, it } from 'vitest';
import { offeredCalls } from './call.ts';
import type { VisitParts } from './network.ts';
import { type PageParts, startPage } from './page.ts';
import { initialState, type State } from './state.ts';

const { verifiedRoster, day } = await testOrganisation('page');
const open = sampleCampaign(verifiedRoster, day) as unknown as VerifiedCampaign;
const withdrawn = { ...open, withdrawn: true };

/** A page whose visit is told nothing but which campaigns the roster in use lists now. */
function pageWith(campaigns: readonly VerifiedCampaign[]) {
  let state: State = initialState('english');
  let listed = campaigns;
  let told: Pick<VisitParts, 'campaigns'> = {};
  const session = {
    get campaigns() {
      return listed;
    },
  };
  const parts = {
    session,
    traffic: (given: Pick<VisitParts, 'campaigns'>) => {
      told = given;
      return { run: async () => {}, stop: () => {}, times: undefined };
    },
    clock: { unix: () => day * 86_400, seconds: () => 0, wait: () => new Promise(() => {}) },
    ...{ language: 'en', list: 'english', isSecure: true },
    lists: { load: () => new Promise(() => {}), get: () => undefined },
    attach: () => (now: State) => {
      state = now;
    },
  } as unknown as PageParts;
  const { dispatch } = startPage(parts);
  const comes = (next: readonly VerifiedCampaign[] | null): State['call'] => {
    listed = next ?? listed;
    told.campaigns?.(next !== null);
    return state.call;
  };
  return { dispatch, comes, state: () => state };
}

it('[CAM-1] [CAM-4] says that it was withdrawn, or is listed no more, and asks again when it is open again', () => {
  const { dispatch, comes, state } = pageWith([open]);
  expect(comes([open])).toBeUndefined();
  dispatch({ type: 'call', call: offeredCalls([open], { language: 'en', day })[0] });
  dispatch({ type: 'answer', question: 'role', values: ['inside'] });
  expect(comes([withdrawn])).toMatchObject({ kind: 'known', state: 'withdrawn' });
  expect(comes([])).toEqual({ kind: 'unknown' });
  expect(comes(null)).toEqual({ kind: 'unknown' });
  expect(comes([open])).toMatchObject({ kind: 'known', state: 'open' });
  expect([...state().draft.answers.keys()]).toEqual(['role']);
  dispatch({ type: 'call', call: undefined });
  expect(comes([open])).toBeUndefined();
});
