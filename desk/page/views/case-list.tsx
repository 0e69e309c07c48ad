/** The list of conversations, of which only the lines in sight are made: ten thousand cost no more than twenty. */

import type { InboxRow } from '@postern/desk/app/api';
import { caseName } from '@postern/desk/app/case-name';
import type { FieldKey } from '@postern/desk/app/search-query';
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { DeskPage } from '../desk-page.ts';
import { endsSoon, floodMin, visibleRange } from '../inbox.ts';
import { canonicalTag, type Words } from '../languages/languages.ts';
import { languageOf } from '../record-filter.ts';
import { rowPreview } from '../row-preview.ts';
import { stateTexts } from './case-texts.ts';
import { personName } from './names.ts';
import { narrowTo } from './narrow.ts';
import { ids, openCase } from './shortcuts.ts';

interface View {
  readonly top: number;
  readonly height: number;
  readonly rowHeight: number;
}

interface CaseListProps {
  readonly page: DeskPage;
  /** In place of the lines where there are none. */
  readonly children: ComponentChildren;
}

export function CaseList({ page, children }: CaseListProps): JSX.Element {
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

  useKeptPlace(page, list.current, at);

  const { from, to } = visibleRange(view.top, view.height, view.rowHeight, shown.length);
  const made = shown.slice(Math.max(0, from), to).map((row, index) => ({ row, place: Math.max(0, from) + index }));
  // The line with the focus stays, or the focus would fall out of the page.
  const atCursor = shown[at];
  if (atCursor !== undefined && (at < from || at >= to)) made.push({ row: atCursor, place: at });
  return (
    <div class="list" id={ids.list} ref={list} tabIndex={-1} aria-busy={page.state.value.isSearching}>
      <div class="ruler row-height" aria-hidden="true" />
      {shown.length === 0 && children}
      <ul
        hidden={shown.length === 0}
        aria-label={page.words.value.say('inbox.list')}
        style={{ height: `${shown.length * view.rowHeight}px` }}
      >
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

/** Where the line at the cursor goes out of the list, the one that stands there then has the cursor, and the focus if it had it. */
function useKeptPlace(page: DeskPage, list: HTMLElement | null, at: number): void {
  const shown = page.shown.value;
  const before = useRef({ id: null as string | null, at: -1 });
  const { cursor } = page.state.value;
  const hasLeft = at < 0 && cursor !== null && before.current.id === cursor;
  // The focus is still where it was: nothing is drawn yet.
  const hadFocus = hasLeft && list?.contains(document.activeElement) === true;
  const next = shown[Math.min(before.current.at, shown.length - 1)]?.id;
  if (at >= 0) before.current = { id: cursor, at };
  useLayoutEffect(() => {
    if (!hasLeft) return;
    before.current = { id: null, at: -1 };
    if (next !== undefined) page.send({ kind: 'cursor', id: next });
    if (!hadFocus) return;
    list?.focus();
    if (next !== undefined) page.wantFocus('cursor');
  }, [hasLeft]);
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
  const preview = rowPreview(row, page.callWords.value);
  const file = page.state.value.found?.get(row.id) ?? null;
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
      <div class="line">
        <button
          type="button"
          class={`row ${row.isUnread ? 'is-unread' : ''}`}
          tabIndex={isStop ? 0 : -1}
          aria-current={isOpen ? 'true' : undefined}
          aria-describedby={`tags-${row.id}`}
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
            <span class="row-language">{words.languageName(languageOf(row))}</span>
            <span class="row-day">{row.lastDay === null ? '' : words.day(row.lastDay, today)}</span>
          </span>
          {file === null ? (
            <span
              class={`row-text ${preview.kind === 'note' ? 'is-note' : ''}`}
              dir="auto"
              lang={preview.kind === 'text' ? langOf(row) : undefined}
            >
              {preview.kind === 'note' ? words.say(preview.note) : preview.text}
            </span>
          ) : (
            <span class="row-text is-note">
              {words.say('inbox.inFile')} <bdi>{file}</bdi>
            </span>
          )}
        </button>
        <RowTags page={page} row={row} words={words} isStop={isStop} />
      </div>
    </>
  );
}

interface RowTagsProps {
  readonly page: DeskPage;
  readonly row: InboxRow;
  readonly words: Words;
  readonly isStop: boolean;
}

function RowTags({ page, row, words, isStop }: RowTagsProps): JSX.Element {
  const { say } = words;
  const { team, today, group } = page.state.value;
  const { work, alike } = row;
  const start = (key: FieldKey, value: string) => ({ page, field: key, value, isStop });
  return (
    <div class="row-tags" id={`tags-${row.id}`}>
      {page.losses.value.has(row.id) && <span class="tag is-warning">{say('inbox.lossSuspected')}</span>}
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
      {work.grade !== null && (
        <StartTag
          {...start('grade', work.gradesDiffer ? 'differs' : work.grade.slice(0, 2))}
          class={work.gradesDiffer ? 'is-warning' : ''}
        >
          {work.grade}
        </StartTag>
      )}
      {work.state !== 'new' && (
        <StartTag {...start('state', work.state)} class="is-quiet">
          {say(stateTexts[work.state])}
        </StartTag>
      )}
      {work.owner !== null && (
        <StartTag {...start('owner', personName(team, work.owner))} class="is-quiet">
          {personName(team, work.owner)}
        </StartTag>
      )}
      {work.tags.map((tag) => (
        <StartTag key={tag} {...start('tag', tag)} class="is-own">
          {tag}
        </StartTag>
      ))}
      {row.hasNews && !row.isUnread && <span class="tag is-quiet">{say('inbox.news')}</span>}
      {row.unposted > 0 && <span class="tag is-quiet">{say('inbox.unposted')}</span>}
      {row.hasDraft && <span class="tag is-quiet">{say('inbox.draft')}</span>}
    </div>
  );
}

interface StartTagProps {
  readonly page: DeskPage;
  readonly field: FieldKey;
  readonly value: string;
  /** Whether Tab stops here. */
  readonly isStop: boolean;
  /** Beside `tag`. */
  readonly class: string;
  readonly children: string;
}

/** What the record says, as a button that shows all cases with the same. */
function StartTag({ page, field, value, isStop, class: style, children }: StartTagProps): JSX.Element {
  return (
    <button
      type="button"
      class={`tag ${style}`}
      tabIndex={isStop ? 0 : -1}
      title={page.words.value.say('narrow.start')}
      dir="auto"
      onClick={() => narrowTo(page, field, value)}
    >
      {children}
    </button>
  );
}

function langOf(row: InboxRow): string | undefined {
  return canonicalTag(languageOf(row)) ?? undefined;
}
