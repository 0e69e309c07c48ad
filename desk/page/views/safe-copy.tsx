/** Asks for a safe copy of a file, or for its text alone, and shows how far it is. */
import type { FilePlace } from '@postern/desk/app/api';
import type { FileView } from '@postern/desk/engine/view';
import { copyBytesMax, copyPagesMax, copyTextMax } from '@postern/desk/files/copy-limits';
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { DeskPage } from '../desk-page.ts';
import type { TextKey } from '../languages/languages.ts';
import type { Copying } from '../model.ts';
import type { CopyFailure } from '../viewer/viewer-messages.ts';
import { TextLanguage, usualLanguage } from './text-language.tsx';
import { problemTexts } from './viewer.tsx';

interface SafeCopyProps {
  readonly page: DeskPage;
  readonly file: FileView;
  readonly place: FilePlace;
}

/** Below the file; nothing while nobody has asked. */
export function SafeCopy({ page, file, place }: SafeCopyProps): JSX.Element | null {
  const { say, number, size } = page.words.value;
  const copying = page.state.value.copying.get(file.kept);
  if (copying === undefined) return null;
  if (copying.kind === 'failed') {
    const limits = { pages: number(copyPagesMax), size: size(copyBytesMax), characters: number(copyTextMax) };
    return (
      <p class="complaint" role="alert">
        {say(copying.hasPixels ? 'copy.failed' : 'text.failed')} {say(failureTexts[copying.problem], limits)}
      </p>
    );
  }
  if (copying.kind === 'asking') return <Wish page={page} file={file} place={place} hasPixels={copying.hasPixels} />;
  return <Progress page={page} copying={copying} />;
}

function Progress({
  page,
  copying,
}: {
  readonly page: DeskPage;
  readonly copying: Copying & { readonly kind: 'working' | 'read' };
}): JSX.Element {
  const { say, number } = page.words.value;
  const line = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    // The button that was pressed is gone: whoever uses keys goes on from here.
    if (document.activeElement === document.body) line.current?.focus();
  }, []);
  const props = { ref: line, class: 'note', role: 'status', tabIndex: -1 } as const;
  if (copying.kind === 'read') return <p {...props}>{say('text.done')}</p>;
  const { done, pages, hasPixels } = copying;
  const values = { done: number(Math.floor(done)), pages: pages === 0 ? '…' : number(pages) };
  const text = say(hasPixels ? 'copy.working' : 'text.working', values);
  return (
    <p {...props}>
      <progress {...(pages === 0 ? {} : { value: done, max: pages })} aria-label={text} /> {text}{' '}
      <button type="button" onClick={() => page.copies.stop()}>
        {say('file.stop')}
      </button>
    </p>
  );
}

function Wish({ page, file, place, hasPixels }: SafeCopyProps & { readonly hasPixels: boolean }): JSX.Element {
  const { say, number } = page.words.value;
  const [hasText, setHasText] = useState(!hasPixels);
  /** Null: not known yet. */
  const [languages, setLanguages] = useState<readonly string[] | null>(null);
  const [hasFailed, setFailed] = useState(false);
  /** Null: nobody has chosen one. */
  const [chosen, setChosen] = useState<string | null>(null);
  useEffect(() => {
    page.call('text-languages', {}).then(
      (answer) => setLanguages(answer.languages),
      () => setFailed(true),
    );
  }, []);
  const language = chosen ?? usualLanguage(page, place.id, languages ?? []);
  const make = (): void => {
    const name = say(hasPixels ? 'copy.name' : 'text.name', { name: stemOf(file.name) });
    const marks = {
      recognised: (at: number) => say('text.mark', { page: number(at) }),
      unread: (at: number) => say('text.unread', { page: number(at) }),
    };
    const wish = { name, hasPixels, hasText, marks, language: hasText && language !== '' ? language : null };
    void page.copies.make({ ...file, place }, wish);
  };
  return (
    <div class="callout">
      <p>{say(hasPixels ? 'copy.text' : 'text.text')}</p>
      {hasPixels && (
        <label class="check">
          <input
            type="checkbox"
            checked={hasText}
            onChange={({ currentTarget }) => setHasText(currentTarget.checked)}
          />
          <span>{say('copy.withText')}</span>
        </label>
      )}
      {hasPixels && <p class="note">{say('copy.withTextNote')}</p>}
      {hasText && (
        <TextLanguage
          page={page}
          languages={languages ?? []}
          language={language}
          isOptional={hasPixels}
          choose={setChosen}
        />
      )}
      {hasText && hasFailed && (
        <p class="complaint" role="alert">
          {say('text.noList')}
        </p>
      )}
      <p class="choices">
        <button type="button" class="main" onClick={make} disabled={hasText && languages === null}>
          {say(hasPixels ? 'copy.make' : 'text.make')}
        </button>
        <button type="button" onClick={() => page.send({ kind: 'copy', kept: file.kept, copying: null })}>
          {say(hasPixels ? 'copy.not' : 'text.not')}
        </button>
      </p>
    </div>
  );
}

const failureTexts: Readonly<Record<CopyFailure, TextKey>> = {
  ...problemTexts,
  pages: 'copy.pages',
  heavy: 'copy.heavy',
  wordy: 'copy.wordy',
  'no-text': 'text.none',
  unreadable: 'text.unreadable',
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
