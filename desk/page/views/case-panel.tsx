/** What the team has made of the open case: fields, grades, links, consent, and who did what. */
import { accessKinds, caseStates, motiveKinds } from '@postern/protocol/messages/case-event';
import type { JSX } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { DeskPage } from '../desk-page.ts';
import type { OpenCase } from '../model.ts';
import { Consent } from './case-consent.tsx';
import { Grades } from './case-grades.tsx';
import { Links } from './case-links.tsx';
import { Notes } from './case-notes.tsx';
import { Field, type PanelProps } from './case-parts.tsx';
import { accessTexts, motiveTexts, problemTexts, stateTexts } from './case-texts.ts';
import { Trail } from './case-trail.tsx';
import { IconButton } from './icons.tsx';
import { personName } from './names.ts';
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
  return (
    <section class="fields" aria-label={say('work.fields')}>
      <Field label={say('work.state')}>
        <select value={work.state} onChange={({ currentTarget }) => set('state', currentTarget.value)}>
          {caseStates.map((state) => (
            <option key={state} value={state}>
              {say(stateTexts[state])}
            </option>
          ))}
        </select>
      </Field>
      <Field label={say('work.owner')}>
        <select value={work.owner ?? ''} onChange={({ currentTarget }) => set('owner', currentTarget.value)}>
          <option value="">{say('work.nobody')}</option>
          {team?.people.map(({ device, isThis }) => (
            <option key={device} value={device}>
              {personName(team, device)}
              {isThis ? ` (${say('work.you')})` : ''}
            </option>
          ))}
        </select>
      </Field>
      <Field label={say('work.reminder')}>
        <select
          value={work.reminder === null ? '' : 'set'}
          onChange={({ currentTarget: { value } }) =>
            set('reminder', value === '' ? '' : String(today + Number(value)))
          }
        >
          <option value="">{say('work.noReminder')}</option>
          {work.reminder !== null && (
            <option value="set" disabled>
              {day(work.reminder, today)}
            </option>
          )}
          {reminderDays.map((days) => (
            <option key={days} value={days}>
              {count('work.inDays', days)}
            </option>
          ))}
        </select>
      </Field>
      <Tags page={page} id={id} work={work} />
      <Field label={say('work.access')}>
        <select
          value={work.access}
          onChange={({ currentTarget: { value } }) => set('placement', `${value}/${work.motive}`)}
        >
          {accessKinds.map((kind) => (
            <option key={kind} value={kind}>
              {say(accessTexts[kind])}
            </option>
          ))}
        </select>
      </Field>
      <Field label={say('work.motive')}>
        <select
          value={work.motive}
          onChange={({ currentTarget: { value } }) => set('placement', `${work.access}/${value}`)}
        >
          {motiveKinds.map((kind) => (
            <option key={kind} value={kind}>
              {say(motiveTexts[kind])}
            </option>
          ))}
        </select>
      </Field>
    </section>
  );
}

function Tags({ page, id, work }: PanelProps): JSX.Element {
  const { say } = page.words.value;
  const [tag, setTag] = useState('');
  const known = page.tags.value;
  const add = (event: Event): void => {
    event.preventDefault();
    if (tag.trim() !== '') void page.change([id], 'tag', tag).then((isDone) => isDone && setTag(''));
  };
  return (
    <div class="field tags">
      <span id="tags">{say('work.tags')}</span>
      <div>
        {work.tags.map((one) => (
          <button
            key={one}
            type="button"
            class="tag is-own"
            aria-label={say('work.removeTag', { tag: one })}
            onClick={() => void page.change([id], 'untag', one)}
          >
            <span dir="auto">{one}</span> ×
          </button>
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
