/** Asks a second person to agree that cases go out: for whom and how is said here, and cannot be said otherwise later. */
import type { FileChoices } from '@postern/protocol/messages/export-terms';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { DeskPage } from '../desk-page.ts';
import { upwards } from '../inbox.ts';
import { Field } from './case-parts.tsx';
import { problemTexts } from './case-texts.ts';
import { ExportFiles, FormChoice } from './export-files.tsx';

interface RequestFormProps {
  readonly page: DeskPage;
  readonly ids: readonly string[];
  /** It has been asked, or is not wanted any more. */
  readonly close: () => void;
}

export function ExportRequest({ page, ids, close }: RequestFormProps): JSX.Element {
  const { caseProblem } = page.state.value;
  const { say, count } = page.words.value;
  const [recipients, setRecipients] = useState('');
  const [files, setFiles] = useState<FileChoices>({ form: 'cleaned', choices: {} });
  const [hasWork, setWork] = useState(false);
  const [state, setState] = useState<'open' | 'asking' | 'failed'>('open');
  const cases = withParts(page, ids);
  const ask = (event: Event): void => {
    event.preventDefault();
    if (state === 'asking') return;
    setState('asking');
    const asked = page.work('ask-export', { ids, recipients, ...files, hasWork });
    void asked.then((isDone) => (isDone ? close() : setState('failed')));
  };
  return (
    <form class="stack export" onSubmit={ask} autocomplete="off">
      <h4>{count('export.heading', cases.length)}</h4>
      <p class="note">{say('export.askText')}</p>
      <Field label={say('export.recipients')}>
        <textarea
          rows={3}
          dir="ltr"
          spellcheck={false}
          placeholder="age1…"
          value={recipients}
          onInput={({ currentTarget }) => setRecipients(currentTarget.value)}
        />
      </Field>
      <Field label={say('export.form')}>
        <FormChoice page={page} form={files.form} choose={(form) => setFiles({ ...files, form })} />
      </Field>
      <p class="note">{say('export.cleanedText')}</p>
      <ExportFiles
        page={page}
        cases={cases}
        given={files}
        use="choose"
        choose={(kept, form) => setFiles({ ...files, choices: { ...files.choices, [kept]: form } })}
      />
      <label class="check">
        <input type="checkbox" checked={hasWork} onChange={({ currentTarget }) => setWork(currentTarget.checked)} />
        <span>{say('export.work')}</span>
      </label>
      <p class="note">{say('export.workText')}</p>
      {state === 'failed' && caseProblem !== null && <p class="complaint">{say(problemTexts[caseProblem])}</p>}
      <div class="choices">
        <button type="submit" aria-disabled={state === 'asking'}>
          {say('export.ask')}
        </button>
        <button type="button" class="quiet" onClick={close}>
          {say('export.cancel')}
        </button>
      </div>
    </form>
  );
}

/** As whoever asks for a case asks for what is part of it (CAS-9). */
function withParts(page: DeskPage, ids: readonly string[]): readonly string[] {
  const { rows } = page.state.value;
  const wanted = new Set(ids);
  const parts = [...rows.values()].filter(({ work }) =>
    [...upwards(rows, work.mergedInto)].some((at) => wanted.has(at)),
  );
  return [...new Set([...ids, ...parts.map(({ id }) => id)])];
}
