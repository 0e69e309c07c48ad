/** Looks at a file that a source sent: in a frame without origin and network, as pixels and text. */
import { readBytesMax } from '@postern/desk/app/api';
import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { DeskPage } from '../desk-page.ts';
import type { TextKey } from '../languages/languages.ts';
import type { ViewedFile } from '../model.ts';
import {
  readFrameMessage,
  type ShownMessage,
  sayTo,
  type ViewProblem,
  type WantMessage,
} from '../viewer/viewer-messages.ts';
import { Dialog } from './dialog.tsx';

type Shown = { readonly kind: 'loading' } | ShownMessage | { readonly kind: 'failed'; readonly problem: ViewProblem };

/** A frame that says nothing for so long is taken away. */
const patienceMs = 30_000;

export function Viewer({ page, file }: { readonly page: DeskPage; readonly file: ViewedFile }): JSX.Element {
  const { say } = page.words.value;
  const close = (): void => page.send({ kind: 'view', file: null });
  /** The question stands below the file, where its answer comes to lie. */
  const recognise = (button: HTMLElement): void => {
    button.closest('dialog')?.close();
    page.send({ kind: 'copy', kept: file.kept, copying: { kind: 'asking', hasPixels: false } });
  };
  return (
    <Dialog page={page} name="viewer" heading={<bdi>{file.name}</bdi>} class="viewer" onClose={close}>
      <Content page={page} file={file} />
      {file.kept !== file.place.message && (
        <p class="choices">
          <button
            type="button"
            onClick={({ currentTarget }) => recognise(currentTarget)}
            disabled={page.state.value.copying.get(file.kept)?.kind === 'working'}
          >
            {say('text.ask')}
          </button>
        </p>
      )}
      <p class="note">{say('view.note')}</p>
    </Dialog>
  );
}

export const problemTexts: Readonly<Record<ViewProblem, TextKey>> = {
  unknown: 'view.unknown',
  damaged: 'view.damaged',
  'too-large': 'view.tooLarge',
  locked: 'view.locked',
  'too-slow': 'view.tooSlow',
  browser: 'view.browser',
  'no-player': 'view.noPlayer',
};

function Content({ page, file }: { readonly page: DeskPage; readonly file: ViewedFile }): JSX.Element {
  const frame = useRef<HTMLIFrameElement>(null);
  const [shown, setShown] = useState<Shown>({ kind: 'loading' });
  const [isReady, setReady] = useState(false);
  const isBusy = useRef(false);
  const { say, size } = page.words.value;

  /** One slice at a time, whatever the frame asks for. */
  const give = async (want: WantMessage): Promise<void> => {
    if (isBusy.current) return;
    isBusy.current = true;
    try {
      sayTo(frame.current, { kind: 'slice', bytes: await page.viewerSlice(file, want) });
    } catch {
      setShown({ kind: 'failed', problem: 'damaged' });
    } finally {
      isBusy.current = false;
    }
  };

  // Before the frame can say anything.
  useLayoutEffect(() => {
    const hear = ({ source, data }: MessageEvent): void => {
      const message = source !== null && source === frame.current?.contentWindow ? readFrameMessage(data) : null;
      if (message?.kind === 'ready') setReady(true);
      else if (message?.kind === 'present') page.presence.inFrame(Date.now());
      else if (message?.kind === 'want') void give(message);
      else if (message?.kind === 'shown' || message?.kind === 'failed') setShown(message);
    };
    window.addEventListener('message', hear);
    return () => window.removeEventListener('message', hear);
  }, []);

  useEffect(() => {
    if (!isReady) return;
    page.viewerFile(file).then(
      (given) => (given === null ? setShown({ kind: 'failed', problem: 'too-large' }) : sayTo(frame.current, given)),
      () => setShown({ kind: 'failed', problem: 'damaged' }),
    );
  }, [isReady, file]);

  useEffect(() => {
    if (shown.kind !== 'loading') return;
    const timer = window.setTimeout(() => setShown({ kind: 'failed', problem: 'too-slow' }), patienceMs);
    return () => window.clearTimeout(timer);
  }, [shown]);

  if (shown.kind === 'failed') {
    return (
      <p class="callout" role="alert">
        {shown.problem === 'too-large' && file.bytes > readBytesMax
          ? say('view.overLimit', { size: size(readBytesMax) })
          : say(problemTexts[shown.problem])}
      </p>
    );
  }
  return (
    <>
      {shown.kind === 'loading' && <p role="status">{say('view.loading')}</p>}
      <iframe ref={frame} sandbox="allow-scripts" src="/viewer/frame.html" title={say('view.frame')} />
      {shown.kind === 'shown' && shown.encoding !== null && (
        <p class="note" role="status">
          {say('view.encoding', { encoding: shown.encoding })}
        </p>
      )}
      {shown.kind === 'shown' && shown.isCut && (
        <p class="note" role="status">
          {say('view.cut')}
        </p>
      )}
      {shown.kind === 'shown' && shown.isWordsOnly && (
        <p class="note" role="status">
          {say('view.wordsOnly')}
        </p>
      )}
      {shown.kind === 'shown' && shown.pages > 1 && (
        <Pages page={page} shown={shown} turn={(to) => sayTo(frame.current, { kind: 'page', page: to })} />
      )}
    </>
  );
}

interface PagesProps {
  readonly page: DeskPage;
  readonly shown: { readonly page: number; readonly pages: number };
  readonly turn: (to: number) => void;
}

function Pages({ page, shown, turn }: PagesProps): JSX.Element {
  const { say, number } = page.words.value;
  return (
    <p class="choices">
      <button type="button" disabled={shown.page === 0} onClick={() => turn(shown.page - 1)}>
        {say('view.previous')}
      </button>
      <span role="status">{say('view.page', { page: number(shown.page + 1), pages: number(shown.pages) })}</span>
      <button type="button" disabled={shown.page + 1 >= shown.pages} onClick={() => turn(shown.page + 1)}>
        {say('view.next')}
      </button>
    </p>
  );
}
