/** What becomes of a call's draft as its words change: a review is of the words that were read, and of no others. */
import type { CallDraft, DraftText } from '@postern/desk/calls/call-draft';

/** With other words in one language: nobody has reviewed them, nor what is translated from them. */
export function withWords(draft: CallDraft, language: string, words: DraftText): CallDraft {
  const texts = { ...draft.texts, [language]: words };
  const isRead = ([of]: readonly [string, DraftText]): boolean => of !== language && language !== draft.source;
  const kept = Object.entries(texts).map((entry) => (isRead(entry) ? entry : ([entry[0], unread(entry[1])] as const)));
  return { ...draft, texts: Object.fromEntries(kept) };
}

/** Only a named reader makes words more than a draft. */
export function withReviewer(draft: CallDraft, language: string, reviewer: string): CallDraft {
  const text = draft.texts[language];
  if (text === undefined) return draft;
  const state = reviewer.trim() === '' ? 'draft' : 'reviewed';
  return { ...draft, texts: { ...draft.texts, [language]: { ...text, reviewer, state } } };
}

function unread(text: DraftText): DraftText {
  return { ...text, state: 'draft', reviewer: '' };
}
