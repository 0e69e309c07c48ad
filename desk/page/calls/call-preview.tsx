/** How a call will look: its page, poster and cards, in a frame without origin, network or running links. */
import { type PreviewKind, previewKinds, type CallPreview as Shown } from '@postern/desk/calls/workshop';
import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { DeskPage } from '../desk-page.ts';
import type { TextKey } from '../languages/languages.ts';
import type { FrameMessage } from '../viewer/call-frame.ts';

const kindTexts: Readonly<Record<PreviewKind, TextKey>> = {
  page: 'calls.page',
  poster: 'calls.poster',
  title: 'calls.titleCard',
  end: 'calls.endCard',
};

interface CallPreviewProps {
  readonly page: DeskPage;
  readonly call: string;
  readonly language: string;
  /** Another number: there is something else to show. */
  readonly kept: number;
}

export function CallPreview({ page, call, language, kept }: CallPreviewProps): JSX.Element {
  const frame = useRef<HTMLIFrameElement>(null);
  const [kind, setKind] = useState<PreviewKind>('page');
  const [shown, setShown] = useState<Shown | null>(null);
  const [isReady, setReady] = useState(false);
  const { say } = page.words.value;

  // Before the frame can say anything.
  useLayoutEffect(() => {
    const hear = ({ source, data }: MessageEvent): void => {
      if (source !== null && source === frame.current?.contentWindow && data === 'ready') setReady(true);
    };
    window.addEventListener('message', hear);
    return () => window.removeEventListener('message', hear);
  }, []);
  useEffect(() => {
    let isWanted = true;
    const look = async (): Promise<void> => {
      const found = await page.call('call-preview', { call, language, kind });
      if (isWanted) setShown(found);
    };
    page.quietly(look());
    return () => {
      isWanted = false;
    };
  }, [call, language, kind, kept]);
  const wanted = shown?.kind === 'page' ? (shown.film?.video ?? null) : null;
  const video = useVideo(page, call, wanted);
  useEffect(() => {
    if (!isReady || (shown?.kind !== 'page' && shown?.kind !== 'picture')) return;
    frame.current?.contentWindow?.postMessage({ ...shown, video } satisfies FrameMessage, '*');
  }, [shown, isReady, video]);

  return (
    <section class="call-preview" aria-label={say('calls.preview')}>
      <fieldset class="filters">
        <legend class="unseen">{say('calls.preview')}</legend>
        {previewKinds.map((one) => (
          <button key={one} type="button" aria-pressed={one === kind} onClick={() => setKind(one)}>
            {say(kindTexts[one])}
          </button>
        ))}
      </fieldset>
      {shown?.kind === 'none' && <p class="note">{say(kind === 'page' ? 'calls.noPage' : 'calls.noKit')}</p>}
      {shown?.kind === 'fault' && <Fault page={page} fault={shown.fault} />}
      <iframe ref={frame} sandbox="allow-scripts" src="/viewer/call-frame.html" title={say('calls.preview')} />
    </section>
  );
}

/** Fetched once, until it is another one. @param wanted null for none */
function useVideo(page: DeskPage, call: string, wanted: string | null): Blob | null {
  const [video, setVideo] = useState<{ readonly name: string; readonly file: Blob } | null>(null);
  useEffect(() => {
    if (wanted === null || video?.name === wanted) return;
    let isWanted = true;
    const load = async (): Promise<void> => {
      const file = await page.readFilm(call);
      if (isWanted) setVideo({ name: wanted, file });
    };
    page.quietly(load());
    return () => {
      isWanted = false;
    };
  }, [call, wanted]);
  return video !== null && video.name === wanted ? video.file : null;
}

/** What no call may have; the program says it in English. */
export function Fault({ page, fault }: { readonly page: DeskPage; readonly fault: string }): JSX.Element {
  return (
    <p class="callout" role="status">
      <span>
        {page.words.value.say('calls.fault')} <span lang="en">{fault}</span>
      </span>
    </p>
  );
}
