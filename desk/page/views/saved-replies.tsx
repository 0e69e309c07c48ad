/** Replies that the desk keeps to use again, each in a language. */
import type { SavedReplyView, TeamView } from '@postern/desk/engine/case-view';
import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import type { DeskPage } from '../desk-page.ts';
import { canonicalTag } from '../languages/languages.ts';
import { Field } from './case-parts.tsx';

interface SavedReplyListProps {
  readonly page: DeskPage;
  readonly team: TeamView;
}

const nothing = { title: '', language: '', text: '' } as const;

export function SavedReplyList({ page, team }: SavedReplyListProps): JSX.Element {
  const { say, languageName } = page.words.value;
  const [fields, setFields] = useState<Readonly<Record<keyof typeof nothing, string>>>(nothing);
  /** Of the one that is being changed; null for a new one. */
  const [reply, setReply] = useState<string | null>(null);
  const first = useRef<HTMLInputElement>(null);
  const set = (changes: Partial<typeof fields>): void => setFields({ ...fields, ...changes });
  const canSave = fields.title.trim() !== '' && fields.text.trim() !== '';
  const save = (event: Event): void => {
    event.preventDefault();
    if (!canSave) return;
    void page.work('saved-reply', { reply, ...fields }).then((isDone) => isDone && begin(null));
  };
  const begin = (one: SavedReplyView | null): void => {
    setReply(one?.id ?? null);
    setFields(one === null ? nothing : { title: one.title, language: one.language, text: one.text });
    first.current?.focus();
  };
  return (
    <section>
      <h3>{say('team.saved')}</h3>
      <ul class="people">
        {team.savedReplies.map(({ id, title, language, text }) => (
          <li key={id} class="saved-reply">
            <span>
              <b dir="auto">{title}</b> {languageName(language)}
              <br />
              <span class="note" dir="auto" lang={canonicalTag(language) ?? undefined}>
                {[...text].slice(0, 80).join('')}
              </span>
            </span>
            <span class="choices">
              <button
                type="button"
                class="quiet"
                aria-label={say('team.editReply', { title })}
                onClick={() => begin({ id, title, language, text })}
              >
                {say('team.edit')}
              </button>
              <button
                type="button"
                class="quiet"
                aria-label={say('team.removeReply', { title })}
                onClick={() => {
                  if (id === reply) begin(null);
                  void page.work('saved-reply', { reply: id, language: '', title: '', text: '' });
                }}
              >
                {say('team.remove')}
              </button>
            </span>
          </li>
        ))}
      </ul>
      <form class="stack" onSubmit={save} autocomplete="off">
        <Field label={say('team.title')}>
          <input
            ref={first}
            maxLength={30}
            dir="auto"
            value={fields.title}
            onInput={({ currentTarget }) => set({ title: currentTarget.value })}
          />
        </Field>
        <Field label={say('team.language')}>
          <input
            maxLength={16}
            spellcheck={false}
            value={fields.language}
            onInput={({ currentTarget }) => set({ language: currentTarget.value })}
          />
        </Field>
        <Field label={say('team.text')}>
          <textarea
            rows={3}
            dir="auto"
            maxLength={2_700}
            value={fields.text}
            onInput={({ currentTarget }) => set({ text: currentTarget.value })}
          />
        </Field>
        <div class="choices">
          <button type="submit" aria-disabled={!canSave}>
            {say(reply === null ? 'team.addReply' : 'team.changeReply')}
          </button>
          {reply !== null && (
            <button type="button" class="quiet" onClick={() => begin(null)}>
              {say('team.retentionNo')}
            </button>
          )}
        </div>
      </form>
    </section>
  );
}
