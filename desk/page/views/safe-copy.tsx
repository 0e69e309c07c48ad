/** Asks for a safe copy of a file, and shows how far it is. */
import type { FilePlace } from '@postern/desk/app/api';
import type { FileView } from '@postern/desk/engine/view';
import { copyBytesMax, copyPagesMax } from '@postern/desk/files/copy-limits';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { DeskPage } from '../desk-page.ts';
import type { TextKey } from '../languages/languages.ts';
import type { CopyFailure } from '../viewer/viewer-messages.ts';
import { problemTexts } from './viewer.tsx';

interface SafeCopyProps {
  readonly page: DeskPage;
  readonly file: FileView;
  readonly place: FilePlace;
}

/** Below the file; nothing while nobody has asked. */
export function SafeCopy({ page, file, place }: SafeCopyProps): JSX.Element | null {
  const { say, number, size } = page.words.value;
  const [hasText, setHasText] = useState(false);
  const { kept } = file;
  const copying = page.state.value.copying.get(kept);
  if (copying === undefined) return null;
  const forget = (): void => page.send({ kind: 'copy', kept, copying: null });
  if (copying.kind === 'failed') {
    const limits = { pages: number(copyPagesMax), size: size(copyBytesMax) };
    return (
      <p class="complaint" role="alert">
        {say('copy.failed')} {say(failureTexts[copying.problem], limits)}
      </p>
    );
  }
  if (copying.kind === 'working') {
    const { done, pages } = copying;
    const text = say('copy.working', { done: number(done), pages: pages === 0 ? '…' : number(pages) });
    return (
      <p class="note" role="status">
        <progress {...(pages === 0 ? {} : { value: done, max: pages })} aria-label={text} /> {text}{' '}
        <button type="button" onClick={() => page.copies.stop()}>
          {say('file.stop')}
        </button>
      </p>
    );
  }
  const name = say('copy.name', { name: stemOf(file.name) });
  return (
    <div class="callout">
      <p>{say('copy.text')}</p>
      <label class="check">
        <input type="checkbox" checked={hasText} onChange={({ currentTarget }) => setHasText(currentTarget.checked)} />
        <span>{say('copy.withText')}</span>
      </label>
      <p class="note">{say('copy.withTextNote')}</p>
      <p class="choices">
        <button
          type="button"
          class="main"
          onClick={() => void page.copies.make(kept, { ...file, place }, name, hasText)}
        >
          {say('copy.make')}
        </button>
        <button type="button" onClick={forget}>
          {say('copy.not')}
        </button>
      </p>
    </div>
  );
}

const failureTexts: Readonly<Record<CopyFailure, TextKey>> = {
  ...problemTexts,
  pages: 'copy.pages',
  heavy: 'copy.heavy',
  disk: 'file.disk',
  full: 'copy.full',
  none: 'work.problemFailed',
  incomplete: 'work.problemFailed',
  stopped: 'work.problemFailed',
  failed: 'work.problemFailed',
};

function stemOf(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot > 0 ? name.slice(0, dot) : name;
}
