/** Why a part of a film is not taken, in plain words. */
import type { FilmFault, FilmFileKind, FilmProblem } from '@postern/desk/calls/film-view';
import { FILM_BYTES_MAX, FILM_POSTER_BYTES_MAX } from '@postern/protocol/constants';
import type { JSX } from 'preact';
import type { DeskPage } from '../desk-page.ts';
import type { TextKey } from '../languages/languages.ts';
import { TraceList } from '../views/traces.tsx';

type FilmPart = FilmFileKind | 'captions' | 'transcript' | 'words';

interface FilmComplaintProps {
  readonly page: DeskPage;
  readonly part: FilmPart;
  readonly fault: FilmFault;
  /** Nothing of a film is there, and nothing has to be. */
  readonly isQuiet?: boolean;
  /** About a file that was just chosen: what was there before stays. */
  readonly isNew?: boolean;
}

export function FilmComplaint({ page, part, fault, isQuiet, isNew }: FilmComplaintProps): JSX.Element | null {
  const { say, size } = page.words.value;
  const { problem, found, said } = fault;
  if (isQuiet === true && problem === 'missing') return null;
  const most = size(part === 'video' ? FILM_BYTES_MAX : FILM_POSTER_BYTES_MAX);
  return (
    <div class="complaint">
      <p>
        {isNew === true && say('film.notTaken')} {say(textOf(part, problem), { most })}
      </p>
      {found.length > 0 && <TraceList page={page} traces={found.map((kind) => ({ kind, values: [] }))} />}
      {problem === 'broken' && said !== '' && <p lang="en">{said}</p>}
    </div>
  );
}

function textOf(part: FilmPart, problem: FilmProblem): TextKey {
  if (problem === 'large' && (part === 'video' || part === 'poster')) return 'film.large';
  if (problem === 'missing') return missingTexts[part];
  if (problem === 'format') return formatTexts[part];
  return problemTexts[problem];
}

const missingTexts: Readonly<Record<FilmPart, TextKey>> = {
  video: 'film.noVideo',
  poster: 'film.noPoster',
  captions: 'film.noCaptions',
  transcript: 'film.noTranscript',
  words: 'film.broken',
};
const formatTexts: Readonly<Record<FilmPart, TextKey>> = {
  video: 'film.notVideo',
  poster: 'film.notPoster',
  captions: 'film.notText',
  transcript: 'film.notText',
  words: 'film.notText',
};
const problemTexts: Readonly<Record<Exclude<FilmProblem, 'missing' | 'format'>, TextKey>> = {
  large: 'film.long',
  broken: 'film.broken',
  unseen: 'film.unseen',
  traces: 'film.traces',
  unread: 'film.unread',
};
