/** Marks what has come to the open case since its person last looked, in words, and leads to the first of it. */
import type { JSX } from 'preact';
import type { DeskPage } from '../desk-page.ts';
import { countNews, firstNews, type NewsPlace } from '../news.ts';
import { goToNews, ids } from './shortcuts.ts';

export function NewMark({ page, isNew }: { readonly page: DeskPage; readonly isNew: boolean }): JSX.Element | null {
  return isNew ? <span class="tag is-new">{page.words.value.say('inbox.unread')}</span> : null;
}

/** The id that keys lead to, if the first of the open case's news is at this place. */
export function newsId(page: DeskPage, open: string, place: NewsPlace): string | undefined {
  return firstNews(page.news.value, open) === place ? ids.news : undefined;
}

interface NewLineProps {
  readonly page: DeskPage;
  /** Hex of the case that is open. */
  readonly open: string;
  readonly place: NewsPlace;
}

/** Stands before the first of what is new at its place. */
export function NewLine({ page, open, place }: NewLineProps): JSX.Element {
  return (
    <h4 class="new-line" id={newsId(page, open, place)} tabIndex={-1}>
      {page.words.value.say('case.newSince')}
    </h4>
  );
}

/** How much there is, and the way to the first. */
export function NewsButton({ page, open }: Omit<NewLineProps, 'place'>): JSX.Element | null {
  const { say, count } = page.words.value;
  const all = countNews(page.news.value, open);
  if (all === 0) return null;
  return (
    <button type="button" class="news" id={ids.newsCount} aria-keyshortcuts="n" onClick={() => goToNews(page)}>
      {count('case.newCount', all)}
      <span class="unseen"> {say('case.newGo')}</span>
    </button>
  );
}
