/** Which call a person answers, where no link told: the server's page, which has links, carries nothing of this. */
import type { VerifiedCampaign } from '@postern/protocol/campaign/campaign';
import { isSameCall, type KnownCall, openCalls } from '../call.ts';
import { make } from '../dom.ts';
import type { State } from '../state.ts';
import { select } from '../views/questions.ts';
import type { Ui, View } from '../views/view.ts';

/**
 * Those that can be answered today; empty where there are none.
 * @param campaigns that the roster in use lists, the same array until others have come
 */
export function callChoice(
  ui: Ui,
  state: State,
  campaigns: () => readonly VerifiedCampaign[],
  today: () => number,
): View {
  const root = make('div', { class: 'call' });
  let shown: readonly VerifiedCampaign[] | undefined;
  const update = (now: State): void => {
    const known = campaigns();
    if (known === shown) return;
    shown = known;
    const calls = openCalls(known, { language: ui.language, day: today() });
    root.replaceChildren(...(calls.length > 0 ? [choiceAmong(ui, calls, now)] : []));
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
