/** What a line of the list shows of a case's newest message: its text, else what the source answered and sent. */
import type { InboxRow } from '@postern/desk/app/api';
import type { CallWords } from '@postern/desk/app/call-words';
import type { TextKey } from './languages/languages.ts';

export type RowPreview =
  /** What the source wrote: all of it in one language, or words of a call among it. */
  { readonly kind: 'text' | 'instead'; readonly text: string } | { readonly kind: 'note'; readonly note: TextKey };

export function rowPreview(
  row: Pick<InboxRow, 'preview' | 'instead' | 'isUnreadable' | 'messages' | 'campaign'>,
  calls: CallWords,
): RowPreview {
  const { preview, instead, campaign } = row;
  if (preview !== '') return { kind: 'text', text: preview };
  const answered = calls
    .answers({ campaign, answers: instead.answers })
    .map(({ question, values }) => `${question.text}: ${values.map(({ text }) => text).join(', ')}`);
  const text = [...answered, instead.files].filter(Boolean).join(' · ');
  if (text !== '') return { kind: 'instead', text };
  if (row.messages === 0) return { kind: 'note', note: 'inbox.noText' };
  return { kind: 'note', note: row.isUnreadable ? 'inbox.unreadable' : 'inbox.empty' };
}
