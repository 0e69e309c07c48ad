/** What becomes of a call's draft as its words change: a review is of the words that were read, and of no others. */
import type { CallDraft, DraftText } from '@postern/desk/calls/call-draft';

/** With other words in one language: nobody has reviewed them, nor what is translated from them. */
export function withWords(draft: CallDraft, language: string, words: DraftText): CallDraft {
  const texts = { ...draft.texts, [language]: unread(words) };
  if (language !== draft.source) return { ...draft, texts };
  const all = Object.entries(texts).map(([of, text]) => [of, unread(text)] as const);
  return { ...draft, texts: Object.fromEntries(all) };
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
