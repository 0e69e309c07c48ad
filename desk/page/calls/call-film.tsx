/** The film of a call: its video and picture, its captions and transcripts, what is wrong with any of them, and how it will look. */
import type { CallDraft } from '@postern/desk/calls/call-draft';
import type { FilmFault, FilmFileKind, FilmTaken, FilmWords } from '@postern/desk/calls/film-view';
import { FILM_BYTES_MAX, FILM_POSTER_BYTES_MAX } from '@postern/protocol/constants';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { DeskPage } from '../desk-page.ts';
import { Field } from '../views/case-parts.tsx';
import { FileButton } from '../views/file-button.tsx';
import { SureButton } from '../views/sure-button.tsx';
import { nameOf } from './call-language.ts';
import { CallPreview } from './call-preview.tsx';
import { FilmComplaint } from './film-complaint.tsx';
import { webVttOf } from './sub-rip.ts';
import { type FilmInWork, noWords } from './use-film.ts';

interface CallFilmProps {
  readonly page: DeskPage;
  readonly draft: CallDraft;
  readonly film: FilmInWork;
  readonly kept: number;
}

export function CallFilm({ page, draft, film, kept }: CallFilmProps): JSX.Element {
  const [language, setLanguage] = useState(draft.source);
  const { say, size } = page.words.value;
  const { view } = film;
  return (
    <div class="call-columns">
      <form class="call-words call-film" autocomplete="off" onSubmit={(event) => event.preventDefault()}>
        <p class="note">{say('film.text', { most: size(FILM_BYTES_MAX) })}</p>
        <p class="note">{say('film.open')}</p>
        <FilmFile page={page} film={film} kind="video" />
        <FilmFile page={page} film={film} kind="poster" />
        {Object.keys(draft.texts).map((tag) => (
          <FilmWordsFields key={tag} page={page} film={film} language={tag} look={() => setLanguage(tag)} />
        ))}
        {view?.fault && <FilmComplaint page={page} part="words" fault={view.fault} />}
        {view?.isThere === true && (
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
      <ul class="traces">
        {taken.removed.map((found) => (
          <li key={found}>{say(`trace.${found}`)}</li>
        ))}
      </ul>
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
  const words = film.words[language] ?? noWords;
  const faults = film.view?.words[language]?.faults;
  const write = (changed: Partial<FilmWords>): void => film.write(language, { ...words, ...changed });
  const isQuiet = film.view?.isThere === false;
  return (
    <fieldset onFocusIn={look}>
      <legend>{nameOf(page, language)}</legend>
      <FilmText
        page={page}
        part="captions"
        language={language}
        value={words.captions}
        fault={faults?.captions ?? null}
        isQuiet={isQuiet}
        set={(text) => write({ captions: webVttOf(text) })}
      />
      <FilmText
        page={page}
        part="transcript"
        language={language}
        value={words.transcript}
        fault={faults?.transcript ?? null}
        isQuiet={isQuiet}
        set={(text) => write({ transcript: text })}
      />
    </fieldset>
  );
}

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
  readonly set: (text: string) => void;
}

function FilmText({ page, part, language, value, fault, isQuiet, set }: FilmTextProps): JSX.Element {
  const { say } = page.words.value;
  const [unread, setUnread] = useState<FilmFault | null>(null);
  const { label, file, accept } = textParts[part];
  const id = `film-${part}-${language}`;
  const read = async (chosen: File): Promise<void> => {
    const text = await textOf(chosen);
    setUnread(typeof text === 'string' ? null : text);
    if (typeof text === 'string') set(text);
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
          aria-describedby={id}
          onInput={({ currentTarget }) => {
            setUnread(null);
            set(currentTarget.value);
          }}
        />
      </Field>
      <FileButton
        words={say(file, { language: nameOf(page, language) })}
        isOne
        accept={accept}
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
  if (file.size > textBytesMax) return { problem: 'large', found: [], said: '' };
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(await file.arrayBuffer());
    return text.replaceAll(/\r\n?/g, '\n');
  } catch (error) {
    return { problem: error instanceof TypeError ? 'format' : 'unread', found: [], said: '' };
  }
}

/** Twice what a film may have: a little too much is shown, and can be shortened. */
const textBytesMax = 100_000;
