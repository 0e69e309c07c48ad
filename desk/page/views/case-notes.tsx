/** Notes on a case and what the team says to each other about it; the source never sees them. */
import type { NoteView } from '@postern/desk/engine/case-view';
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { PanelProps } from './case-parts.tsx';
import { personName } from './names.ts';
import { NewLine, NewMark } from './news.tsx';
import { ids } from './shortcuts.ts';

export function Notes({ page, id, work }: PanelProps): JSX.Element {
  const { team, today } = page.state.value;
  const { say, day } = page.words.value;
  const [text, setText] = useState('');
  const [of, setOf] = useState<'note' | 'discussion'>('discussion');
  useEffect(() => {
    // What is being typed here is newer than what was kept.
    page.quietly(page.noteBegun(id).then((kept) => setText((typed) => typed || kept)));
  }, [id]);
  const write = (written: string): void => {
    setText(written);
    page.keepNote(id, written);
  };
  const isNew = (note: NoteView): boolean => page.news.value.get(id)?.notes.has(note.id) === true;
  const firstNew = work.notes.find(isNew);
  const submit = (event: Event): void => {
    event.preventDefault();
    if (text.trim() === '') return;
    void page.work('note', { id, of, text: text.trim() }).then((isDone) => isDone && write(''));
  };
  return (
    <section class="notes" aria-labelledby="notes-heading">
      <h3 id="notes-heading">{say('work.notes')}</h3>
      <ol>
        {work.notes.map((note) => (
          <li key={note.id} class={`note-item is-${note.of}`}>
            {note === firstNew && <NewLine page={page} open={id} place="notes" />}
            <p class="about">
              {personName(team, note.device)} · {day(note.day, today)}
              {note.of === 'note' ? ` · ${say('work.note')}` : ''} <NewMark page={page} isNew={isNew(note)} />
            </p>
            <div class="text" dir="auto">
              {note.text}
            </div>
          </li>
        ))}
      </ol>
      <form onSubmit={submit} autocomplete="off">
        <textarea
          id={ids.note}
          rows={2}
          dir="auto"
          aria-label={say('work.write')}
          placeholder={say('work.writeHint')}
          maxLength={2_700}
          value={text}
          onInput={({ currentTarget }) => write(currentTarget.value)}
        />
        <div class="note-under">
          <select
            aria-label={say('work.kind')}
            value={of}
            onChange={({ currentTarget }) => setOf(currentTarget.value === 'note' ? 'note' : 'discussion')}
          >
            <option value="discussion">{say('work.discussion')}</option>
            <option value="note">{say('work.note')}</option>
          </select>
          <button type="submit" aria-disabled={text.trim() === ''}>
            {say('work.add')}
          </button>
        </div>
      </form>
    </section>
  );
}
