/** The list of conversations, of which only the lines in sight are made: ten thousand cost no more than twenty. */

import type { InboxRow } from '@postern/desk/app/api';
import { caseName } from '@postern/desk/app/case-name';
import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { DeskPage } from '../desk-page.ts';
import { endsSoon, floodMin, visibleRange } from '../inbox.ts';
import { canonicalTag, type Words } from '../languages/languages.ts';
import { stateTexts } from './case-texts.ts';
import { personName } from './names.ts';
import { ids, openCase } from './shortcuts.ts';

interface View {
  readonly top: number;
  readonly height: number;
  readonly rowHeight: number;
}

export function CaseList({ page }: { readonly page: DeskPage }): JSX.Element {
  const list = useRef<HTMLDivElement>(null);
  const [view, setView] = useState<View>({ top: 0, height: 800, rowHeight: 100 });
  const shown = page.shown.value;
  const { cursor } = page.state.value;
  const at = shown.findIndex(({ id }) => id === cursor);

  useLayoutEffect(() => {
    const element = list.current;
    if (element === null) return;
    const measure = (): void => {
      const rowHeight = element.querySelector<HTMLElement>('.ruler')?.offsetHeight ?? 100;
      setView({ top: element.scrollTop, height: element.clientHeight, rowHeight });
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    element.addEventListener('scroll', measure, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', measure);
    };
  }, []);

  const wanted = page.wantedFocus.value;
  useEffect(() => {
    if (list.current !== null && page.takeFocus('cursor')) focusRow(list.current, at, view.rowHeight);
  }, [wanted]);

  const { from, to } = visibleRange(view.top, view.height, view.rowHeight, shown.length);
  const made = shown.slice(Math.max(0, from), to).map((row, index) => ({ row, place: Math.max(0, from) + index }));
  // The line with the focus stays, or the focus would fall out of the page.
  const atCursor = shown[at];
  if (atCursor !== undefined && (at < from || at >= to)) made.push({ row: atCursor, place: at });
  return (
    <div class="list" id={ids.list} ref={list} tabIndex={-1} aria-busy={page.state.value.isSearching}>
      <div class="ruler row-height" aria-hidden="true" />
      <ul aria-label={page.words.value.say('inbox.list')} style={{ height: `${shown.length * view.rowHeight}px` }}>
        {made.map(({ row, place }) => (
          <li
            key={row.id}
            class="row-height"
            aria-setsize={shown.length}
            aria-posinset={place + 1}
            style={{ transform: `translateY(${place * view.rowHeight}px)` }}
          >
            <Row page={page} row={row} isStop={at < 0 ? place === 0 : place === at} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function focusRow(list: HTMLElement, at: number, rowHeight: number): void {
  if (at < 0) {
    list.focus();
    return;
  }
  const [top, bottom] = [at * rowHeight, (at + 1) * rowHeight];
  if (top < list.scrollTop) list.scrollTop = top;
  else if (bottom > list.scrollTop + list.clientHeight) list.scrollTop = bottom - list.clientHeight;
  list.querySelector<HTMLElement>(`li[aria-posinset="${at + 1}"] button`)?.focus({ preventScroll: true });
}

interface RowProps {
  readonly page: DeskPage;
  readonly row: InboxRow;
  /** Whether Tab stops here. */
  readonly isStop: boolean;
}

function Row({ page, row, isStop }: RowProps): JSX.Element {
  const { open, today } = page.state.value;
  const words = page.words.value;
  const isOpen = open?.id === row.id;
  const preview = row.preview || words.say(row.messages > 0 ? 'inbox.unreadable' : 'inbox.noText');
  return (
    <>
      <input
        type="checkbox"
        class="pick"
        tabIndex={isStop ? 0 : -1}
        aria-label={words.say('bulk.pick', { name: caseName(row.id) })}
        checked={page.state.value.selected.has(row.id)}
        onChange={() => page.toggle(row.id)}
      />
      <button
        type="button"
        class={`row ${row.isUnread ? 'is-unread' : ''}`}
        tabIndex={isStop ? 0 : -1}
        aria-current={isOpen ? 'true' : undefined}
        onClick={() => openCase(page, row.id)}
        onFocus={() => page.send({ kind: 'cursor', id: row.id })}
      >
        <span class="row-head">
          {row.isUnread && (
            <span class="dot">
              <span class="unseen">{words.say('inbox.unread')} </span>
            </span>
          )}
          <span class="row-name">{caseName(row.id)}</span>
          <span class="row-language">{words.languageName(row.detected || row.language)}</span>
          <span class="row-day">{row.lastDay === null ? '' : words.day(row.lastDay, today)}</span>
        </span>
        <span
          class={`row-text ${row.preview ? '' : 'is-note'}`}
          dir="auto"
          lang={row.preview ? langOf(row) : undefined}
        >
          {preview}
        </span>
        <RowTags page={page} row={row} words={words} isLost={page.losses.value.has(row.id)} />
      </button>
    </>
  );
}

interface RowTagsProps {
  readonly page: DeskPage;
  readonly row: InboxRow;
  readonly words: Words;
  readonly isLost: boolean;
}

function RowTags({ page, row, words, isLost }: RowTagsProps): JSX.Element {
  const { say } = words;
  const { team, today, group } = page.state.value;
  const { work, alike } = row;
  return (
    <span class="row-tags">
      {isLost && <span class="tag is-warning">{say('inbox.lossSuspected')}</span>}
      {row.incomplete > 0 && <span class="tag is-partial">{say('inbox.partsMissing')}</span>}
      {work.reminder !== null && work.reminder <= today && <span class="tag is-warning">{say('inbox.dueNow')}</span>}
      {row.isUnanswered && row.messages > 0 && <span class="tag">{say('inbox.toAnswer')}</span>}
      {work.endDay !== null && endsSoon(row, today) && (
        <span class="tag is-warning">{say('inbox.ends', { day: words.day(work.endDay, today) })}</span>
      )}
      {group === null && alike !== null && alike.count >= floodMin && (
        <span class="tag is-partial">{words.count('inbox.alike', alike.count - 1)}</span>
      )}
      {work.mergedInto !== null && (
        <span class="tag is-quiet">
          {say('work.partOf')} {caseName(work.mergedInto)}
        </span>
      )}
      {page.newParts.value.has(row.id) && <span class="tag">{say('inbox.newInPart')}</span>}
      {work.grade !== null && <span class={`tag ${work.gradesDiffer ? 'is-warning' : ''}`}>{work.grade}</span>}
      {work.state !== 'new' && <span class="tag is-quiet">{say(stateTexts[work.state])}</span>}
      {work.owner !== null && <span class="tag is-quiet">{personName(team, work.owner)}</span>}
      {work.tags.map((tag) => (
        <span key={tag} class="tag is-own" dir="auto">
          {tag}
        </span>
      ))}
      {row.hasNews && !row.isUnread && <span class="tag is-quiet">{say('inbox.news')}</span>}
      {row.unposted > 0 && <span class="tag is-quiet">{say('inbox.unposted')}</span>}
      {row.hasDraft && <span class="tag is-quiet">{say('inbox.draft')}</span>}
    </span>
  );
}

function langOf({ language, detected }: InboxRow): string | undefined {
  return canonicalTag(detected || language) ?? undefined;
}
