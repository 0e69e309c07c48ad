/** What has gone wrong, what was and was not sent, and what to do. */
import { button, make } from '../dom.ts';
import { isWaiting, progressOf, type State, type Trouble } from '../state.ts';
import type { DynamicKey } from '../texts.ts';
import { isIdle } from '../update.ts';
import { type Ui, utcTime, type View } from './view.ts';

/** These often go by themselves. */
const passing: readonly Trouble[] = ['offline', 'busy', 'stale', 'closed', 'indexOld'];

export function noticeView(ui: Ui, root: HTMLElement): View {
  let drawn = '';
  const update = (state: State): void => {
    const lines = linesOf(ui, state);
    // Never where it would throw away what was written or an answer that is shown once; the page tries again by itself.
    const canReload = isIdle(state) && state.session.answers.length === 0;
    const key = [...lines, canReload].join('\n');
    if (key === drawn) return;
    drawn = key;
    const [heading, ...rest] = lines;
    const isTrouble = state.trouble !== undefined;
    root.hidden = lines.length === 0;
    root.classList.toggle('serious', isTrouble && !passing.includes(state.trouble?.kind ?? 'offline'));
    root.replaceChildren(
      ...(isTrouble && heading !== undefined ? [make('h2', {}, heading)] : []),
      ...(isTrouble ? rest : lines).map((line) => make('p', {}, line)),
    );
    if (state.trouble !== undefined && !passing.includes(state.trouble.kind) && canReload) {
      root.append(button(ui.text('trouble.reload'), 'quiet', () => ui.dispatch({ type: 'reload' })));
    }
  };
  return { root, update };
}

function linesOf(ui: Ui, state: State): readonly string[] {
  const { trouble } = state;
  if (trouble === undefined) return linkLines(ui, state);
  const { kind, unixNow } = trouble;
  const textKey: DynamicKey = `trouble.${kind}Text`;
  const now = `${utcTime(unixNow, ui.language)}`;
  return [ui.text(`trouble.${kind}`), ui.text(textKey, { now }), ...sentLines(ui, state)];
}

function linkLines(ui: Ui, { link, screen, session }: State): readonly string[] {
  const waits = isWaiting(session);
  switch (link) {
    case 'ok':
      return [];
    case 'lost':
      if (waits) return [ui.text('link.lost')];
      // While someone is reading or writing, a lost filler is nobody's concern.
      return screen === 'answers' ? [ui.text('link.lostIdle')] : [];
    case 'busy':
      return waits ? [ui.text('link.busy')] : [];
    case 'answer':
      return waits ? [ui.text('link.answer')] : [];
  }
}

function sentLines(ui: Ui, { session, draft }: State): readonly string[] {
  const { parts, stored } = progressOf(session);
  if (parts === 0) return draft.text === '' ? [] : [ui.text('sentence.nothing')];
  if (stored === 0) return [ui.text('sentence.waiting')];
  return [stored < parts ? ui.text('sentence.some', { stored, total: parts }) : ui.text('sentence.all')];
}
