/** What files give away beside their content, in plain words: of one that came, and of those that are to be attached. */
import type { ExaminedState, Trace } from '@postern/protocol/metadata/examine';
import type { JSX } from 'preact';
import type { AttachChoice } from '../attaching.ts';
import type { DeskPage } from '../desk-page.ts';
import type { TextKey } from '../languages/languages.ts';
import type { FileReview, Traces } from '../model.ts';

export function TraceList({
  page,
  traces,
}: {
  readonly page: DeskPage;
  readonly traces: readonly Trace[];
}): JSX.Element {
  const { say } = page.words.value;
  return (
    <ul class="traces">
      {traces.map(({ kind, values }) => (
        <li key={kind}>
          {say(`trace.${kind}`)}
          {values.map((value, at) => (
            <span key={value}>
              {at === 0 ? ': ' : ' · '}
              <bdi>{value}</bdi>
            </span>
          ))}
        </li>
      ))}
    </ul>
  );
}

/** Of files of which nothing is known. */
const unknownTexts: Partial<Record<ExaminedState, TextKey>> = {
  blind: 'trace.blind',
  large: 'trace.large',
  broken: 'trace.broken',
};

/** Below a file that is here; nothing while nobody has asked. */
export function FoundTraces({ page, traces }: { readonly page: DeskPage; readonly traces: Traces }): JSX.Element {
  const { say } = page.words.value;
  if (traces === 'looking') return <p role="status">{say('trace.looking')}</p>;
  const { state, found } = traces;
  const unknown = unknownTexts[state];
  if (unknown !== undefined) return <p role="status">{say(unknown)}</p>;
  return (
    <div role="status">
      <p>{say(found.length === 0 ? 'trace.none' : 'trace.found')}</p>
      {found.length > 0 && <TraceList page={page} traces={found} />}
      <p class="note">{say('trace.rest')}</p>
    </div>
  );
}

/** Files that wait for a choice; the safer one stands first. */
export function Reviews({
  page,
  reviews,
}: {
  readonly page: DeskPage;
  readonly reviews: readonly FileReview[];
}): JSX.Element | null {
  if (reviews.length === 0) return null;
  return (
    <ul class="files reviews" aria-label={page.words.value.say('review.heading')}>
      {reviews.map((review) => (
        <Review key={review.id} page={page} review={review} />
      ))}
    </ul>
  );
}

function Review({ page, review }: { readonly page: DeskPage; readonly review: FileReview }): JSX.Element {
  const { say, size } = page.words.value;
  const { id, name, bytes, state, found, left } = review;
  const choose = (choice: AttachChoice) => () => {
    void page.attaching.choose(id, choice);
    // The button is gone with its file: on to the next one, or to the chooser.
    requestAnimationFrame(() =>
      document.querySelector<HTMLElement>('.attached .reviews button, .attached .chooser')?.focus(),
    );
  };
  const isCleanable = state === 'cleanable';
  return (
    <li>
      <p class="file-name">
        <bdi>{name}</bdi> <span class="note">{size(bytes)}</span>
      </p>
      {state === 'looking' ? (
        <p role="status">{say('trace.looking')}</p>
      ) : (
        <div role="status">
          {found.length > 0 && (
            <>
              <p>{say('review.found')}</p>
              <TraceList page={page} traces={found} />
            </>
          )}
          {isCleanable && left.length > 0 && (
            <>
              <p class="complaint">{say('review.left')}</p>
              <TraceList page={page} traces={left} />
            </>
          )}
          {!isCleanable && <p class="complaint">{say(state === 'kept' ? 'review.kept' : 'review.unknown')}</p>}
        </div>
      )}
      <p class="choices">
        {isCleanable && (
          <button type="button" class="main" onClick={choose('clean')}>
            {say('review.attachClean')}
          </button>
        )}
        <button type="button" class={isCleanable ? '' : 'main'} onClick={choose('none')}>
          {say('review.attachNone')}
        </button>
        {state !== 'looking' && (
          <button type="button" onClick={choose('original')}>
            {say('review.attachOriginal')}
          </button>
        )}
      </p>
    </li>
  );
}
