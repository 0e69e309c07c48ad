/** What a second person agrees to before cases leave the desk, in words: for which keys, in which form, and with what else. */
import { recipientMark } from '@postern/desk/export/recipient-mark';
import { type ExportTerms, fileForms } from '@postern/protocol/messages/export-terms';
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { DeskPage } from '../desk-page.ts';
import { ExportFiles, type FilesUse, formTexts } from './export-files.tsx';

interface TermsProps {
  readonly page: DeskPage;
  /** Ids of the cases. */
  readonly cases: readonly string[];
  readonly terms: ExportTerms;
  readonly use: Exclude<FilesUse, 'choose'>;
}

export function ExportTermsText({ page, cases, terms, use }: TermsProps): JSX.Element {
  const { say, number } = page.words.value;
  const own = Object.values(terms.choices);
  const others = fileForms
    .map((form) => [say(formTexts[form]), own.filter((one) => one === form).length] as const)
    .filter(([, files]) => files > 0)
    .map(([form, files]) => `${form} ${number(files)}`);
  return (
    <div class="terms">
      <p>{say('export.for')}</p>
      <ul>
        {terms.recipients.map((recipient) => (
          <Recipient key={recipient} page={page} recipient={recipient} />
        ))}
      </ul>
      <p>
        {say('export.allAs', { form: say(formTexts[terms.form]) })}
        {others.length > 0 && ` ${say('export.oneByOne', { forms: others.join(', ') })}`}
      </p>
      <p>{say(terms.hasWork ? 'export.withWork' : 'export.withoutWork')}</p>
      <ExportFiles page={page} cases={cases} given={terms} use={use} choose={() => undefined} />
    </div>
  );
}

/** A long key by its mark; the whole can be seen. */
function Recipient({ page, recipient }: { readonly page: DeskPage; readonly recipient: string }): JSX.Element {
  const [mark, setMark] = useState('');
  useEffect(() => page.quietly(recipientMark(recipient).then(setMark)), [recipient]);
  return (
    <li>
      <bdi class="path" dir="ltr">
        {mark}
      </bdi>
      {mark !== '' && mark !== recipient && (
        <details>
          <summary>{page.words.value.say('export.wholeKey')}</summary>
          <p class="path" dir="ltr">
            {recipient}
          </p>
        </details>
      )}
    </li>
  );
}
