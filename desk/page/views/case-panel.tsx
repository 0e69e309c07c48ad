/** What the team has made of the open case: fields, grades, links, consent, and who did what. */
import { accessKinds, caseStates, motiveKinds } from '@postern/protocol/messages/case-event';
import type { JSX } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { DeskPage } from '../desk-page.ts';
import type { TextKey } from '../languages/languages.ts';
import type { OpenCase } from '../model.ts';
import { Consent } from './case-consent.tsx';
import { Grades } from './case-grades.tsx';
import { Links } from './case-links.tsx';
import { Notes } from './case-notes.tsx';
import type { PanelProps } from './case-parts.tsx';
import { accessTexts, motiveTexts, problemTexts, stateTexts } from './case-texts.ts';
import { Trail } from './case-trail.tsx';
import { Choice } from './choice.tsx';
import { IconButton } from './icons.tsx';
import { personName } from './names.ts';
import { narrowTo } from './narrow.ts';
import { ids } from './shortcuts.ts';

export function CasePanel({ page, open }: { readonly page: DeskPage; readonly open: OpenCase }): JSX.Element {
  const { caseProblem, pane } = page.state.value;
  const { say } = page.words.value;
  const heading = useRef<HTMLHeadingElement>(null);
  const wanted = page.wantedFocus.value;
  useLayoutEffect(() => {
    if (page.takeFocus('work')) heading.current?.focus({ preventScroll: true });
  }, [pane, wanted]);
  const { view, id } = open;
  return (
    <aside class="pane work" aria-label={say('work.heading')}>
      <header class="bar">
        <IconButton
          name="back"
          class="work-back"
          label={say('work.back')}
          onPress={() => page.send({ kind: 'pane', pane: 'case' })}
        />
        <div class="names">
          <h2 id={ids.work} ref={heading} tabIndex={-1}>
            {say('work.heading')}
          </h2>
        </div>
      </header>
      {view !== null && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (WCAG 2.1.1)
        <section class="work-body" key={id} tabIndex={0} aria-label={say('work.all')}>
          <p class="complaint" role="alert">
            {caseProblem === null ? '' : say(problemTexts[caseProblem])}
          </p>
          <Fields page={page} id={id} work={view.work} />
          <Notes page={page} id={id} work={view.work} />
          <Grades page={page} id={id} work={view.work} />
          <Links page={page} id={id} work={view.work} />
          <Consent page={page} id={id} work={view.work} />
          <Trail page={page} id={id} work={view.work} />
        </section>
      )}
    </aside>
  );
}

const reminderDays = [1, 3, 7, 30] as const;

function Fields({ page, id, work }: PanelProps): JSX.Element {
  const { team, today } = page.state.value;
  const { say, count, day } = page.words.value;
  const set = (aspect: Parameters<DeskPage['change']>[1], value: string): void => void page.change([id], aspect, value);
  const field = (key: TextKey) => ({ label: say(key), apply: say('work.apply'), isField: true });
  const people = (team?.people ?? []).map(({ device, isThis }) => ({
    value: device,
    text: `${personName(team, device)}${isThis ? ` (${say('work.you')})` : ''}`,
  }));
  return (
    <section class="fields" aria-label={say('work.fields')}>
      <Choice
        {...field('work.state')}
        value={work.state}
        options={caseStates.map((value) => ({ value, text: say(stateTexts[value]) }))}
        onApply={(value) => set('state', value)}
      />
      <Choice
        {...field('work.owner')}
        value={work.owner ?? ''}
        options={[{ value: '', text: say('work.nobody') }, ...people]}
        onApply={(value) => set('owner', value)}
      />
      <Choice
        {...field('work.reminder')}
        value={work.reminder === null ? '' : 'set'}
        options={[
          { value: '', text: say('work.noReminder') },
          ...(work.reminder === null ? [] : [{ value: 'set', text: day(work.reminder, today), isShownOnly: true }]),
          ...reminderDays.map((days) => ({ value: String(days), text: count('work.inDays', days) })),
        ]}
        onApply={(value) => set('reminder', value === '' ? '' : String(today + Number(value)))}
      />
      <Tags page={page} id={id} work={work} />
      <Choice
        {...field('work.access')}
        value={work.access}
        options={accessKinds.map((value) => ({ value, text: say(accessTexts[value]) }))}
        onApply={(value) => set('placement', `${value}/${work.motive}`)}
      />
      <Choice
        {...field('work.motive')}
        value={work.motive}
        options={motiveKinds.map((value) => ({ value, text: say(motiveTexts[value]) }))}
        onApply={(value) => set('placement', `${work.access}/${value}`)}
      />
    </section>
  );
}

function Tags({ page, id, work }: PanelProps): JSX.Element {
  const { say } = page.words.value;
  const [tag, setTag] = useState('');
  const known = page.list.tags.value;
  const add = (event: Event): void => {
    event.preventDefault();
    if (tag.trim() !== '') void page.change([id], 'tag', tag).then((isDone) => isDone && setTag(''));
  };
  return (
    <div class="field tags">
      <span id="tags">{say('work.tags')}</span>
      <div>
        {work.tags.map((one) => (
          <span key={one} class="tag-pair">
            <button
              type="button"
              class="tag is-own"
              title={say('narrow.start')}
              dir="auto"
              onClick={() => narrowTo(page, 'tag', one)}
            >
              {one}
            </button>
            <button
              type="button"
              class="tag is-own"
              aria-label={say('work.removeTag', { tag: one })}
              onClick={() => void page.change([id], 'untag', one)}
            >
              ×
            </button>
          </span>
        ))}
        <form onSubmit={add} autocomplete="off">
          <input
            aria-label={say('work.addTag')}
            placeholder={say('work.addTag')}
            list="known-tags"
            dir="auto"
            value={tag}
            onInput={({ currentTarget }) => setTag(currentTarget.value)}
          />
          <datalist id="known-tags">
            {known.map((one) => (
              <option key={one} value={one} />
            ))}
          </datalist>
        </form>
      </div>
    </div>
  );
}
