/** The film of a call in work: what the local process says of it, and what is typed but not kept yet. */
import type { FilmFileKind, FilmTaken, FilmView, FilmWords } from '@postern/desk/calls/film-view';
import { FILM_BYTES_MAX } from '@postern/protocol/constants';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { DeskPage } from '../desk-page.ts';
import { type Keeper, useKeeper } from './use-keeper.ts';

export interface FilmInWork {
  /** Null while nothing is known of it. */
  readonly view: FilmView | null;
  /** By language: as typed. */
  readonly words: Readonly<Record<string, FilmWords>>;
  /** What the last file of its kind came to; none while that is not known. */
  readonly taken: Partial<Readonly<Record<FilmFileKind, FilmTaken>>>;
  readonly isWorking: boolean;
  readonly take: (kind: FilmFileKind, file: File) => void;
  readonly write: (language: string, words: FilmWords) => void;
  readonly remove: () => void;
  readonly keepNow: Keeper['now'];
}

interface FilmOptions {
  readonly call: string;
  readonly languages: readonly string[];
  /** The process goes by the languages of the draft that it has. */
  readonly keepDraft: () => Promise<void>;
  /** The call is another one than before. */
  readonly tellKept: () => void;
}

export const noWords: FilmWords = { captions: '', transcript: '' };

export function useFilm(page: DeskPage, { call, languages, keepDraft, tellKept }: FilmOptions): FilmInWork {
  const [view, setView] = useState<FilmView | null>(null);
  const [words, setWords] = useState<Readonly<Record<string, FilmWords>>>({});
  const [taken, setTaken] = useState<FilmInWork['taken']>({});
  const [isWorking, setWorking] = useState(false);
  /** Typed and not kept. */
  const open = useRef(new Map<string, FilmWords>());
  const look = async (): Promise<void> => {
    await keepDraft();
    const { film } = await page.call('film-view', { call });
    setView(film);
    setWords({ ...wordsIn(film), ...Object.fromEntries(open.current) });
  };
  const keeper = useKeeper(page, async () => {
    await keepDraft();
    for (const [language, typed] of open.current) {
      const { film } = await page.call('film-write', { call, language, ...typed });
      // What was typed meanwhile waits for the next time.
      if (open.current.get(language) === typed) open.current.delete(language);
      setView(film);
    }
    tellKept();
  });
  const work = (doing: () => Promise<void>): void => {
    setWorking(true);
    page.quietly(
      keeper
        .now()
        .then(doing)
        .then(look)
        .then(tellKept)
        .finally(() => setWorking(false)),
    );
  };
  const known = languages.join(' ');
  useEffect(() => page.quietly(look()), [known]);
  return {
    view,
    words,
    taken,
    isWorking,
    keepNow: keeper.now,
    take: (kind, file) =>
      work(async () => {
        setTaken((before) => ({ ...before, [kind]: undefined }));
        const result = await takeFile(page, call, kind, file);
        setTaken((before) => ({ ...before, [kind]: result }));
      }),
    write: (language, typed) => {
      open.current.set(language, typed);
      setWords((before) => ({ ...before, [language]: typed }));
      keeper.later();
    },
    remove: () =>
      work(async () => {
        await page.call('film-remove', { call });
        setTaken({});
      }),
  };
}

function wordsIn(film: FilmView | null): Record<string, FilmWords> {
  const all = Object.entries(film?.words ?? {});
  return Object.fromEntries(all.map(([language, { captions, transcript }]) => [language, { captions, transcript }]));
}

/** A file that is too large is not sent to be told so. */
async function takeFile(page: DeskPage, call: string, kind: FilmFileKind, file: File): Promise<FilmTaken> {
  if (file.size > FILM_BYTES_MAX) return { problem: 'large', found: [], said: '' };
  try {
    return await page.takeFilmFile(call, kind, file);
  } catch {
    return { problem: 'unread', found: [], said: '' };
  }
}
