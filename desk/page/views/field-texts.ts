/** What a search's fields and their values are called on the page. */

import type { Said } from '@postern/desk/app/call-words';
import { type FieldKey, type QueryTerm, sameLetters } from '@postern/desk/app/search-query';
import { accessKinds, caseStates, motiveKinds } from '@postern/protocol/messages/case-event';
import type { DeskPage } from '../desk-page.ts';
import type { TextKey } from '../languages/languages.ts';
import type { Order } from '../model.ts';
import { meansCall, noValue } from '../record-filter.ts';
import { accessTexts, motiveTexts, stateTexts } from './case-texts.ts';

export const fieldTexts: Readonly<Record<FieldKey, TextKey>> = {
  state: 'work.state',
  owner: 'work.owner',
  grade: 'grade.heading',
  tag: 'work.tags',
  call: 'team.campaign',
  language: 'help.language',
  access: 'work.access',
  motive: 'work.motive',
  has: 'narrow.files',
};

export const orderTexts: Readonly<Record<Order, TextKey>> = {
  newest: 'narrow.newest',
  graded: 'narrow.graded',
  waiting: 'narrow.waiting',
};

type Page = Pick<DeskPage, 'words' | 'state' | 'callWords'>;

/** As the menu and the active filters show it; what somebody has typed that is none of the values stands as typed. */
export function valueText(page: Page, key: FieldKey, value: string): Said {
  const { say, languageName } = page.words.value;
  const known = sameLetters(value);
  const plain = (text: string): Said => ({ text, language: undefined });
  const named = <Code extends string>(codes: readonly Code[], texts: Readonly<Record<Code, TextKey>>): Said => {
    const code = codes.find((each) => each === known);
    return plain(code === undefined ? value : say(texts[code]));
  };
  switch (key) {
    case 'state':
      return named(caseStates, stateTexts);
    case 'access':
      return named(accessKinds, accessTexts);
    case 'motive':
      return named(motiveKinds, motiveTexts);
    case 'owner':
      return plain(known === noValue ? say('work.nobody') : value);
    case 'grade':
      return plain(
        named(['none', 'differs'], { none: 'narrow.ungraded', differs: 'narrow.differ' }).text.replace(
          /^[a-f]/,
          (letter) => letter.toUpperCase(),
        ),
      );
    case 'language':
      return plain(known === noValue ? say('work.unknown') : languageName(value) || value);
    case 'call':
      return callText(page, known, value);
    case 'has':
      return named(['file'], { file: 'narrow.hasFile' });
    case 'tag':
      return plain(value);
  }
}

function callText(page: Page, known: string, value: string): Said {
  if (known === noValue) return { text: page.words.value.say('team.none'), language: undefined };
  const { calls } = page.state.value;
  const call = calls.find(({ id }) => meansCall(known, id, calls));
  return call === undefined ? { text: value, language: undefined } : page.callWords.value.title(call.id);
}

/** Of a filter that is on: its name, and its value. */
export function termText(page: Page, term: Exclude<QueryTerm, { kind: 'word' }>): readonly [Said, Said] {
  if (term.kind === 'field') {
    const name = page.words.value.say(fieldTexts[term.key]);
    return [{ text: name, language: undefined }, valueText(page, term.key, term.value)];
  }
  const { question, value } = term;
  const [first] = page.callWords.value.pair(question, value);
  return (
    first ?? [
      { text: question, language: undefined },
      { text: value, language: undefined },
    ]
  );
}
