/** Which call a person answers, where no link told: the server's page, which has links, carries nothing of this. */
import { equal } from '@postern/protocol/bytes/equal';
import type { VerifiedCampaign } from '@postern/protocol/campaign/campaign';
import { inLanguage } from '@postern/protocol/keys/in-language';
import { isSameCall, type KnownCall, offeredCalls, openCall } from '../call.ts';
import { make } from '../dom.ts';
import type { State } from '../state.ts';
import { select } from '../views/questions.ts';
import type { Ui, View } from '../views/view.ts';
import { callDetails } from './call-details.ts';

/**
 * Of those that cannot be answered today the page says why, once one is chosen; empty where there are none.
 * @param campaigns that the roster in use lists, the same array until others have come
 */
export function callChoice(
  ui: Ui,
  state: State,
  campaigns: () => readonly VerifiedCampaign[],
  today: () => number,
): View {
  const root = make('div', { class: 'call' });
  const details = make('div');
  let described: State['call'];
  let shown: readonly VerifiedCampaign[] | undefined;
  const update = (now: State): void => {
    const known = campaigns();
    if (known !== shown) {
      shown = known;
      const calls = offeredCalls(known, { language: ui.language, day: today() });
      root.replaceChildren(...(calls.length > 0 ? [choiceAmong(ui, calls, now), details] : []));
    } else if (now.call === described) return;
    described = now.call;
    const call = openCall(now.call);
    const campaign = known.find(({ id }) => call !== undefined && equal(id, call.id));
    const text = inLanguage(campaign?.texts ?? [], ui.language);
    details.replaceChildren(...(text === undefined ? [] : [callDetails(ui, text)]));
  };
  update(state);
  return { root, update };
}

function choiceAmong(ui: Ui, calls: readonly KnownCall[], state: State): HTMLElement {
  const offered = calls.map(({ title }, at) => [String(at), title] as const);
  const choose = (given: string): void =>
    ui.dispatch({ type: 'call', call: given === '' ? undefined : calls[Number(given)] });
  const label = ui.text('call.which');
  const chosen = calls.findIndex((call) => isSameCall(call, state.call));
  const field = select(label, [['', ui.text('call.other')], ...offered], chosen < 0 ? '' : String(chosen), choose);
  return make('label', { class: 'choice' }, make('span', {}, label), field);
}
