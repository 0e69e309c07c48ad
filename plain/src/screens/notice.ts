/** What has gone wrong, what was and was not sent, and what to do: above every screen. */
import { isWaiting, progressOf, type State } from '@postern/source/state';
import type { TextKey } from '@postern/source/texts';
import { utcTime } from '@postern/source/views/view';
import type { Past } from '../frames.ts';
import { Html, make } from '../html.ts';
import type { Said, Ui } from './ui.ts';

export function noticeOf(ui: Ui, state: State, said: Said): Html {
  const own = said.keys.map((key) => ui.text(key as TextKey, said.values));
  const { trouble } = state;
  const now = utcTime(trouble?.unixNow ?? 0, ui.language);
  const lines = [
    ...own,
    ...(trouble === undefined
      ? linkLines(ui, state)
      : [ui.text(`trouble.${trouble.kind}`), ui.text(`trouble.${trouble.kind}Text`, { now }), ...sentLines(ui, state)]),
  ];
  if (lines.length === 0) return new Html('');
  const isSerious = trouble !== undefined || own.length > 0;
  const [first = '', ...rest] = lines;
  const hasHeading = trouble !== undefined || said.keys[0] === 'plain.ended';
  return make(
    'div',
    { id: 'notice', class: isSerious ? 'notice serious' : 'notice', role: 'alert' },
    make(hasHeading ? 'h2' : 'p', {}, first),
    ...rest.map((line) => make('p', {}, line)),
  );
}

function linkLines(ui: Ui, { link, session }: State): readonly string[] {
  return link === 'ok' || !isWaiting(session) ? [] : [ui.text(`link.${link}`)];
}

function sentLines(ui: Ui, { session, draft }: State): readonly string[] {
  const { parts, stored } = progressOf(session);
  if (parts === 0) return draft.text === '' ? [] : [ui.text('sentence.nothing')];
  if (stored === 0) return [ui.text('sentence.waiting')];
  return [stored < parts ? ui.text('sentence.some', { stored, total: parts }) : ui.text('sentence.all')];
}

/** What is said of a visit that has ended, as keys of `plain`. */
export function keysOfPast({ reason, parts, stored }: Past): readonly string[] {
  const became = parts === 0 ? 'Nothing' : stored === 0 ? 'Waiting' : stored < parts ? 'Some' : 'All';
  return ['ended', reason, ...(reason === 'unknown' ? [] : [`ended${became}`])];
}
