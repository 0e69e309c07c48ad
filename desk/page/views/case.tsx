/** One conversation: what it is, what was written, and the reply. */
import { caseName } from '@postern/desk/app/case-name';
import type { CaseFile, ConversationView } from '@postern/desk/engine/view';
import type { ComponentChildren, JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { DeskPage } from '../desk-page.ts';
import { shownPartsMax } from '../merged-cases.ts';
import { timelineOf } from '../timeline.ts';
import { Composer } from './composer.tsx';
import { Icon, IconButton } from './icons.tsx';
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
  useLayoutEffect(() => {
    // The newest is what one came for.
    if (scroller.current !== null) scroller.current.scrollTop = scroller.current.scrollHeight;
  }, [id, count]);
  useLayoutEffect(() => {
    if (page.takeFocus('timeline')) scroller.current?.focus({ preventScroll: true });
  }, [id, wanted]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (WCAG 2.1.1)
    <section class="timeline" id={ids.timeline} ref={scroller} tabIndex={0} aria-label={say('case.timeline')}>
      <div class="column">
        {parts.length === shownPartsMax && <p class="note">{say('case.moreParts')}</p>}
        {days.map(({ day, items }) => (
          <section key={day}>
            <h3 class="day">{dayName(day, today)}</h3>
            {items.map((item) => (
              <Item key={item.kind === 'reply' ? item.reply.id : item.message.id} page={page} open={id} item={item} />
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
