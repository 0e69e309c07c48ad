/** What a device shows that another one gives the desk's cases to. */
import type { ComingState } from '@postern/desk/engine/view';
import type { JSX } from 'preact';
import type { DeskPage } from '../desk-page.ts';

interface JoiningProps {
  readonly page: DeskPage;
  /** Null while nothing has come yet. */
  readonly coming: ComingState | null;
}

export function Joining({ page, coming }: JoiningProps): JSX.Element {
  const { say, number } = page.words.value;
  const { here, pieces } = coming ?? { here: 0, pieces: 1 };
  const text = say('joining.pieces', { done: number(here), all: number(pieces) });
  return (
    <div class="joining">
      <p>{say('status.joiningText')}</p>
      {coming === null ? (
        <p>{say('joining.begins')}</p>
      ) : (
        <p>
          <progress value={here} max={pieces} aria-label={text} /> {text}
        </p>
      )}
    </div>
  );
}

/** In place of the list of a device that has no case yet. */
export function JoiningInbox({ page, coming }: JoiningProps): JSX.Element {
  const { say, number } = page.words.value;
  // In tens: each of some hundred pieces would be said aloud.
  const tens = coming === null ? 0 : 10 * Math.floor((10 * coming.here) / coming.pieces);
  return (
    <div class="none">
      <h2>{say('joining.heading')}</h2>
      <Joining page={page} coming={coming} />
      <p>{say('joining.until')}</p>
      <p class="unseen" role="status">
        {tens === 0 ? '' : say('joining.heard', { percent: number(tens) })}
      </p>
    </div>
  );
}
