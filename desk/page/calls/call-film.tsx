/** The film of a call: its video and picture, its captions and transcripts, what is wrong with any of them, and how it will look. */
import type { CallDraft } from '@postern/desk/calls/call-draft';
import {
  type FilmFault,
  type FilmFileKind,
  type FilmTaken,
  type FilmWords,
  filmWordsMax,
  plainFault,
} from '@postern/desk/calls/film-view';
import { FILM_BYTES_MAX, FILM_POSTER_BYTES_MAX } from '@postern/protocol/constants';
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { DeskPage } from '../desk-page.ts';
import { Field } from '../views/case-parts.tsx';
import { FileButton } from '../views/file-button.tsx';
import { SureButton } from '../views/sure-button.tsx';
import { TraceList } from '../views/traces.tsx';
import { nameOf } from './call-language.ts';
import { CallPreview } from './call-preview.tsx';
import { FilmComplaint } from './film-complaint.tsx';
import { webVttOf } from './sub-rip.ts';
import type { FilmInWork } from './use-film.ts';

interface CallFilmProps {
  readonly page: DeskPage;
  readonly draft: CallDraft;
  readonly film: FilmInWork;
  readonly kept: number;
}

export function CallFilm({ page, draft, film, kept }: CallFilmProps): JSX.Element {
  const [language, setLanguage] = useState(draft.source);
  const { say, size } = page.words.value;
  const { view, isUnread } = film;
  // What could not be read before may be there again.
  useEffect(() => {
    if (isUnread) film.look();
  }, []);
  return (
    <div class="call-columns">
      <form class="call-words call-film" autocomplete="off" onSubmit={(event) => event.preventDefault()}>
        <p class="note">{say('film.text', { most: size(FILM_BYTES_MAX) })}</p>
        <p class="note">{say('film.open')}</p>
        <div role="status">{isUnread && <FilmComplaint page={page} part="words" fault={unreadFault} />}</div>
        <FilmFile page={page} film={film} kind="video" />
        <FilmFile page={page} film={film} kind="poster" />
        {Object.keys(draft.texts).map((tag) => (
          <FilmWordsFields key={tag} page={page} film={film} language={tag} look={() => setLanguage(tag)} />
        ))}
        {view?.fault && <FilmComplaint page={page} part="words" fault={view.fault} />}
        {(isUnread || view?.isThere === true) && (
          <SureButton
            words={say('film.remove')}
            sure={say('film.removeSure')}
            disabled={film.isWorking}
            act={film.remove}
          />
        )}
      </form>
      <CallPreview page={page} call={draft.structure.id} language={language} kept={kept} />
    </div>
  );
}

const unreadFault = plainFault('unread');
const noWords: FilmWords = { captions: '', transcript: '' };
const acceptedFiles = { video: 'video/mp4,.mp4,.m4v', poster: 'image/jpeg,image/png,image/webp' } as const;

interface FilmFileProps {
  readonly page: DeskPage;
  readonly film: FilmInWork;
  readonly kind: FilmFileKind;
}

function FilmFile({ page, film, kind }: FilmFileProps): JSX.Element {
  const { say, size } = page.words.value;
  const there = film.view?.[kind];
  const taken = film.taken[kind];
  const isThere = there !== undefined && !('problem' in there);
  return (
    <fieldset>
      <legend>{say(kind === 'video' ? 'film.video' : 'film.poster')}</legend>
      {kind === 'poster' && <p class="note">{say('film.posterText', { most: size(FILM_POSTER_BYTES_MAX) })}</p>}
      {isThere && <p>{'width' in there ? videoLine(page, there) : size(there.bytes)}</p>}
      <FileButton
        words={say(kind === 'video' ? 'film.chooseVideo' : 'film.choosePoster')}
        isOne
        accept={acceptedFiles[kind]}
        disabled={film.isWorking}
        take={([file]) => film.take(kind, file)}
      />
      <div role="status">
        {film.isWorking && <p class="note">{say('calls.working')}</p>}
        {taken !== undefined && <Taken page={page} kind={kind} taken={taken} />}
        {(taken === undefined || !('problem' in taken)) && there !== undefined && 'problem' in there && (
          <FilmComplaint page={page} part={kind} fault={there} isQuiet={film.view?.isThere === false} />
        )}
      </div>
      {kind === 'video' && isThere && <p class="note">{say('film.stream')}</p>}
    </fieldset>
  );
}

/** What was taken out of the copy, or why there is none. */
function Taken({
  page,
  kind,
  taken,
}: {
  readonly page: DeskPage;
  readonly kind: FilmFileKind;
  readonly taken: FilmTaken;
}): JSX.Element {
  const { say } = page.words.value;
  if ('problem' in taken) return <FilmComplaint page={page} part={kind} fault={taken} isNew />;
  if (taken.removed.length === 0) return <p>{say('film.clean')}</p>;
  return (
    <>
      <p>{say('film.removed')}</p>
      <TraceList page={page} traces={taken.removed.map((kind) => ({ kind, values: [] }))} />
    </>
  );
}

function videoLine(
  page: DeskPage,
  { bytes, width, height, seconds }: { bytes: number; width: number; height: number; seconds: number },
): string {
  const { number, size } = page.words.value;
  const length = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  return `${length} · ${number(width)} × ${number(height)} · ${size(bytes)}`;
}

interface FilmWordsProps {
  readonly page: DeskPage;
  readonly film: FilmInWork;
  readonly language: string;
  /** The preview shows this language. */
  readonly look: () => void;
}

function FilmWordsFields({ page, film, language, look }: FilmWordsProps): JSX.Element {
  const words = film.words[language];
  const faults = film.view?.words[language]?.faults;
  // Of fields of which it is not known what is kept, nothing may be kept in place of that.
  const shared = { page, language, isKnown: words !== undefined, isQuiet: film.view?.isThere === false };
  const { captions, transcript } = words ?? noWords;
  return (
    <fieldset onFocusIn={look}>
      <legend>{nameOf(page, language)}</legend>
      <FilmText
        {...shared}
        part="captions"
        value={captions}
        fault={faults?.captions ?? null}
        set={(text) => film.write(language, { captions: text })}
        fromOthers={webVttOf}
      />
      <FilmText
        {...shared}
        part="transcript"
        value={transcript}
        fault={faults?.transcript ?? null}
        set={(text) => film.write(language, { transcript: text })}
      />
    </fieldset>
  );
}

const tooLong = plainFault('large');
const textParts = {
  captions: { label: 'film.captions', file: 'film.captionsFile', accept: '.vtt,.srt,text/vtt' },
  transcript: { label: 'film.transcript', file: 'film.transcriptFile', accept: '.txt,.md,text/plain' },
} as const;

interface FilmTextProps {
  readonly page: DeskPage;
  readonly part: keyof typeof textParts;
  readonly language: string;
  readonly value: string;
  readonly fault: FilmFault | null;
  readonly isQuiet: boolean;
  /** Whether it is known what is kept of it. */
  readonly isKnown: boolean;
  readonly set: (text: string) => void;
  /** What comes from a file or is pasted, in the form that is kept. What somebody is typing is left alone. */
  readonly fromOthers?: (text: string) => string;
}

function FilmText(props: FilmTextProps): JSX.Element {
  const { page, part, language, value, fault, isQuiet, isKnown, set, fromOthers = (text) => text } = props;
  const { say } = page.words.value;
  const [unread, setUnread] = useState<FilmFault | null>(null);
  const { label, file, accept } = textParts[part];
  const id = `film-${part}-${language}`;
  const put = (text: string): void => {
    const isTooLong = text.length > filmWordsMax;
    setUnread(isTooLong ? tooLong : null);
    if (!isTooLong) set(text);
  };
  const read = async (chosen: File): Promise<void> => {
    const text = await textOf(chosen);
    if (typeof text === 'string') put(fromOthers(text));
    else setUnread(text);
  };
  const shown = unread ?? fault;
  return (
    <>
      <Field label={say(label)}>
        <textarea
          lang={language}
          dir={part === 'captions' ? 'ltr' : 'auto'}
          rows={5}
          value={value}
          disabled={!isKnown}
          aria-describedby={id}
          onInput={({ currentTarget, inputType }) => {
            const isBrought = inputType?.startsWith('insertFrom') === true;
            put(isBrought ? fromOthers(currentTarget.value) : currentTarget.value);
          }}
        />
      </Field>
      <FileButton
        words={say(file, { language: nameOf(page, language) })}
        isOne
        accept={accept}
        disabled={!isKnown}
        take={([chosen]) => page.quietly(read(chosen))}
      />
      <div id={id} role="status">
        {shown !== null && <FilmComplaint page={page} part={part} fault={shown} isQuiet={isQuiet} />}
      </div>
    </>
  );
}

/** As UTF-8, or why not. */
async function textOf(file: File): Promise<string | FilmFault> {
  if (file.size > filmWordsMax) return tooLong;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(await file.arrayBuffer());
    return text.replaceAll(/\r\n?/g, '\n');
  } catch (error) {
    return plainFault(error instanceof TypeError ? 'format' : 'unread');
  }
}
