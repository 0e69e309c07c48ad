/** The film of a call in work: what the local process says of it, and what is typed but not kept yet. */
import {
  type FilmFileKind,
  type FilmTaken,
  type FilmView,
  type FilmWords,
  plainFault,
} from '@postern/desk/calls/film-view';
import { FILM_BYTES_MAX } from '@postern/protocol/constants';
import { useEffect, useState } from 'preact/hooks';
import type { DeskPage } from '../desk-page.ts';
import { FilmTyping } from './film-typing.ts';
import { type Keeper, useKeeper } from './use-keeper.ts';

export interface FilmInWork {
  /** Null while nothing is known of it. */
  readonly view: FilmView | null;
  /** Nothing is known of it because it could not be read. */
  readonly isUnread: boolean;
  /** By language: as typed; none for one of which nothing is known. */
  readonly words: Readonly<Record<string, FilmWords>>;
  /** What the last file of its kind came to; none while that is not known. */
  readonly taken: Partial<Readonly<Record<FilmFileKind, FilmTaken>>>;
  readonly isWorking: boolean;
  readonly look: () => void;
  readonly take: (kind: FilmFileKind, file: File) => void;
  /** What is not changed stays as it is. */
  readonly write: (language: string, changed: Partial<FilmWords>) => void;
  readonly remove: () => void;
  readonly keeper: Keeper;
}

interface FilmOptions {
  readonly call: string;
  readonly languages: readonly string[];
  /** The process goes by the languages of the draft that it has. */
  readonly keepDraft: () => Promise<void>;
  /** The call is another one than before. */
  readonly tellKept: () => void;
}

export function useFilm(page: DeskPage, { call, languages, keepDraft, tellKept }: FilmOptions): FilmInWork {
  const [view, setView] = useState<FilmView | null>(null);
  const [isUnread, setUnread] = useState(false);
  const [typing] = useState(() => new FilmTyping());
  const [words, setWords] = useState(typing.words);
  const [taken, setTaken] = useState<FilmInWork['taken']>({});
  const [isWorking, setWorking] = useState(false);
  const look = async (): Promise<void> => {
    try {
      await keepDraft();
      const take = typing.looking();
      const { film } = await page.call('film-view', { call });
      take(film);
      setView(film);
      setUnread(film === null);
      setWords(typing.words);
    } catch (error) {
      setUnread(true);
      throw error;
    }
  };
  const keeper = useKeeper(page, async () => {
    await keepDraft();
    await typing.keep(async (language, typed) => {
      const { film } = await page.call('film-write', { call, language, ...typed });
      setView(film);
    });
    tellKept();
  });
  const work = (doing: () => Promise<void>): void => {
    setWorking(true);
    page.quietly(
      doing()
        .then(look)
        .then(tellKept)
        .finally(() => setWorking(false)),
    );
  };
  const known = languages.join(' ');
  useEffect(() => page.quietly(look()), [known]);
  return {
    view,
    isUnread,
    words,
    taken,
    isWorking,
    keeper,
    look: () => page.quietly(look()),
    take: (kind, file) =>
      work(async () => {
        await keeper.now();
        setTaken((before) => ({ ...before, [kind]: undefined }));
        const result = await takeFile(page, call, kind, file);
        setTaken((before) => ({ ...before, [kind]: result }));
      }),
    write: (language, changed) => {
      if (!typing.write(language, changed)) return;
      setWords(typing.words);
      keeper.later();
    },
    remove: () =>
      work(async () => {
        // What is removed need not be kept before; what is being kept comes to its end.
        typing.forget();
        await keeper.now().catch(() => undefined);
        await page.call('film-remove', { call });
        setTaken({});
      }),
  };
}

/** A file that is too large is not sent to be told so. */
async function takeFile(page: DeskPage, call: string, kind: FilmFileKind, file: File): Promise<FilmTaken> {
  if (file.size > FILM_BYTES_MAX) return plainFault('large');
  try {
    return await page.takeFilmFile(call, kind, file);
  } catch {
    return plainFault('unread');
  }
}
