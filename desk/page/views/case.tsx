/** One conversation: what it is, what was written, and the reply. */
import { caseName } from '@postern/desk/app/case-name';
import type { CaseFile, ConversationView } from '@postern/desk/engine/view';
import { type ComponentChildren, Fragment, type JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { DeskPage } from '../desk-page.ts';
import { shownPartsMax } from '../merged-cases.ts';
import { countNews } from '../news.ts';
import { idOf, type TimelineItem, timelineOf } from '../timeline.ts';
import { Composer } from './composer.tsx';
import { Icon, IconButton } from './icons.tsx';
import { NewLine, NewsButton } from './news.tsx';
import { ids } from './shortcuts.ts';
import { Item, PartButton } from './timeline-item.tsx';

export function Case({ page }: { readonly page: DeskPage }): JSX.Element {
  const { open, rows } = page.state.value;
  const { say } = page.words.value;
  if (open === null) {
    return (
      <main class="pane case is-empty">
        {rows.size > 0 && (
          <div class="none">
            <h2>{say('case.choose')}</h2>
            <p>{withKeys(say('case.chooseText'))}</p>
          </div>
        )}
      </main>
    );
  }
  return (
    <main class="pane case" aria-label={caseName(open.id)}>
      <header class="bar">
        <IconButton name="back" class="back" label={say('bar.back')} onPress={() => leave(page)} />
        <div class="names">
          <h2>{caseName(open.id)}</h2>
          <p>{open.view === null ? '' : summaryOf(page, open.view)}</p>
        </div>
        <NewsButton page={page} open={open.id} />
        <IconButton
          name="file"
          class="work-button"
          label={say('bar.work')}
          onPress={() => {
            page.send({ kind: 'pane', pane: 'work' });
            page.wantFocus('work');
          }}
        />
        <IconButton name="close" class="wide-only" label={say('bar.close')} onPress={() => leave(page)} />
      </header>
      {open.view === null ? (
        <div class="none">
          <p role="status">{say(open.isLoading ? 'case.loading' : 'case.gone')}</p>
        </div>
      ) : (
        <>
          <Timeline page={page} view={open.view} parts={open.parts} />
          <Composer page={page} open={open} view={open.view} />
        </>
      )}
    </main>
  );
}

function leave(page: DeskPage): void {
  page.close();
  page.wantFocus('cursor');
}

/** `{j}` in a text becomes a key. */
function withKeys(text: string): ComponentChildren {
  const keys: Readonly<Record<string, string>> = { j: 'J', k: 'K', enter: '↵' };
  return text.split(/\{(\w+)\}/).map((part, at) => (at % 2 === 0 ? part : <kbd key={part}>{keys[part]}</kbd>));
}

function summaryOf(page: DeskPage, { summary }: ConversationView): string {
  const words = page.words.value;
  const { today } = page.state.value;
  const { firstDay, lastDay, language, campaign, messages } = summary;
  const parts = [words.count('case.messages', messages)];
  if (words.languageName(language) !== '') parts.push(words.languageName(language));
  if (firstDay !== null && lastDay !== null) {
    const [first, last] = [words.day(firstDay, today), words.day(lastDay, today)];
    parts.push(firstDay === lastDay ? last : words.say('case.days', { first, last }));
  }
  if (campaign !== null)
    parts.push(words.say('case.campaign', { campaign: `\u2068${page.callWords.value.title(campaign).text}\u2069` }));
  return parts.join(' · ');
}

function isNew(page: DeskPage, item: TimelineItem): boolean {
  return page.news.value.get(item.of)?.items.has(idOf(item)) === true;
}

interface TimelineProps {
  readonly page: DeskPage;
  readonly view: CaseFile;
  readonly parts: readonly CaseFile[];
}

function Timeline({ page, view, parts }: TimelineProps): JSX.Element {
  const { today } = page.state.value;
  const { say, day: dayName } = page.words.value;
  const scroller = useRef<HTMLElement>(null);
  const { id } = view.summary;
  const isLost = page.losses.value.has(id);
  const days = timelineOf(view, ...parts);
  const newParts = page.newParts.value.get(id) ?? [];
  const wanted = page.wantedFocus.value;
  const count = days.reduce((sum, { items }) => sum + items.length, 0);
  const firstNew = days.flatMap(({ items }) => items).find((item) => isNew(page, item));
  const shown = useRef('');
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    // The newest is what one came for, from its beginning on.
    element.scrollTop = element.scrollHeight;
    const line = shown.current === id ? null : element.querySelector('.new-line');
    line?.scrollIntoView();
    shown.current = id;
  }, [id, count]);
  useLayoutEffect(() => {
    if (page.takeFocus('timeline')) scroller.current?.focus({ preventScroll: true });
  }, [id, wanted]);
  return (
    <section
      class="timeline"
      id={ids.timeline}
      ref={scroller}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (WCAG 2.1.1)
      tabIndex={0}
      aria-label={say('case.timeline')}
      aria-describedby={countNews(page.news.value, id) > 0 ? ids.newsCount : undefined}
    >
      <div class="column">
        {parts.length === shownPartsMax && <p class="note">{say('case.moreParts')}</p>}
        {days.map(({ day, items }) => (
          <section key={day}>
            <h3 class="day">{dayName(day, today)}</h3>
            {items.map((item) => (
              <Fragment key={idOf(item)}>
                {item === firstNew && <NewLine page={page} open={id} place="timeline" />}
                <Item page={page} open={id} item={item} isNew={isNew(page, item)} />
              </Fragment>
            ))}
          </section>
        ))}
        {newParts.length > 0 && (
          <aside class="item" aria-label={say('inbox.newInPart')}>
            <h3>{say('inbox.newInPart')}</h3>
            {newParts.slice(0, shownPartsMax).map((part) => (
              <PartButton key={part} page={page} part={part} />
            ))}
          </aside>
        )}
        {isLost && (
          <aside class="callout" aria-label={say('case.lossHeading')}>
            <Icon name="warn" />
            <div>
              <h3>{say('case.lossHeading')}</h3>
              <p>{say('case.lossText')}</p>
            </div>
          </aside>
        )}
      </div>
    </section>
  );
}
