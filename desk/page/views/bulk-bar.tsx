/** What is done to many cases at once: a sample of them always in sight. */
import { caseName } from '@postern/desk/app/case-name';
import { CASE_CHANGE_CASES_MAX } from '@postern/protocol/constants';
import { caseStates } from '@postern/protocol/messages/case-event';
import type { JSX } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { DeskPage } from '../desk-page.ts';
import type { TextKey } from '../languages/languages.ts';
import { problemTexts, stateTexts } from './case-texts.ts';
import { Choice } from './choice.tsx';
import { ExportRequest } from './export-request.tsx';
import { personName } from './names.ts';

const sampleLines = 3;

/** Shows that the list holds one group of near copies only, and the way back. */
export function GroupBar({ page }: { readonly page: DeskPage }): JSX.Element | null {
  const { group, cursor, rows } = page.state.value;
  const { say, count } = page.words.value;
  const alike = cursor === null ? null : (rows.get(cursor)?.alike ?? null);
  if (group !== null) {
    const all = page.shown.value.map(({ id }) => id);
    return (
      <div class="group-bar">
        <p>{count('bulk.group', all.length)}</p>
        <button type="button" class="quiet" onClick={() => page.send({ kind: 'select', ids: all, isSelected: true })}>
          {say('bulk.selectAll')}
        </button>
        <button type="button" class="quiet" onClick={() => page.send({ kind: 'group', group: null })}>
          {say('bulk.ungroup')}
        </button>
      </div>
    );
  }
  if (alike === null) return null;
  return (
    <div class="group-bar">
      <button type="button" class="quiet" onClick={() => page.send({ kind: 'group', group: alike.group })}>
        {count('bulk.showGroup', alike.count)}
      </button>
    </div>
  );
}

export function BulkBar({ page }: { readonly page: DeskPage }): JSX.Element | null {
  const { selected, rows, team, open, caseProblem } = page.state.value;
  const { say, count } = page.words.value;
  const [tag, setTag] = useState('');
  const [isAsking, setAsking] = useState(false);
  const [fields, clearing] = [useRef<HTMLDivElement>(null), useRef<HTMLButtonElement>(null)];
  const isNone = page.list.ticked.value.length === 0;
  // What is done to cases can take them out of the list, and with them the fields.
  const hadFocus = isNone && fields.current?.contains(document.activeElement) === true;
  useLayoutEffect(() => {
    if (hadFocus) clearing.current?.focus();
    // Else it stood open again over the next cases.
    if (isNone) setAsking(false);
  }, [isNone]);
  if (selected.size === 0) return null;
  // What is not in the list is not meant.
  const ids = page.list.ticked.value;
  const unseen = selected.size - ids.length;
  const isMany = ids.length > CASE_CHANGE_CASES_MAX;
  const none = (key: TextKey) => ({ value: '', text: say(key) });
  const people = (team?.people ?? []).map(({ device }) => ({ value: device, text: personName(team, device) }));
  const clear = (): void => page.send({ kind: 'select', ids: [...selected], isSelected: false });
  const addTag = (event: Event): void => {
    event.preventDefault();
    if (tag.trim() !== '') void page.change(ids, 'tag', tag).then((isDone) => isDone && setTag(''));
  };
  return (
    <section class="bulk" aria-label={say('bulk.heading')}>
      <header>
        <strong role="status">{count('bulk.selected', ids.length)}</strong>
        <button ref={clearing} type="button" class="quiet" onClick={clear}>
          {say('bulk.clear')}
        </button>
      </header>
      {unseen > 0 && <p class="note">{count('bulk.unseen', unseen)}</p>}
      {!isNone && (
        <>
          <ul class="sample" aria-label={say('bulk.sample')}>
            {ids.slice(0, sampleLines).map((id) => (
              <li key={id}>
                <b>{caseName(id)}</b> <span dir="auto">{rows.get(id)?.preview}</span>
              </li>
            ))}
          </ul>
          <div class="bulk-fields" ref={fields}>
            <Choice
              label={say('work.state')}
              value=""
              options={[none('work.state'), ...caseStates.map((value) => ({ value, text: say(stateTexts[value]) }))]}
              apply={say('work.apply')}
              onApply={(value) => void page.change(ids, 'state', value)}
            />
            <Choice
              label={say('work.owner')}
              value=""
              options={[none('work.owner'), ...people]}
              apply={say('work.apply')}
              onApply={(value) => void page.change(ids, 'owner', value)}
            />
            <form onSubmit={addTag} autocomplete="off">
              <input
                aria-label={say('work.addTag')}
                placeholder={say('work.addTag')}
                value={tag}
                onInput={({ currentTarget }) => setTag(currentTarget.value)}
              />
            </form>
            <button type="button" class="quiet" disabled={isMany} onClick={() => void page.work('ask-erase', { ids })}>
              {say('work.askErase')}
            </button>
            <button
              type="button"
              class="quiet"
              disabled={isMany}
              aria-expanded={isAsking}
              onClick={() => setAsking(!isAsking)}
            >
              {say('work.askExport')}
            </button>
          </div>
          {isAsking && !isMany && <ExportRequest page={page} ids={ids} close={() => setAsking(false)} />}
        </>
      )}
      {isMany && <p class="note">{say('bulk.askMany', { most: CASE_CHANGE_CASES_MAX })}</p>}
      <p class="complaint" role="alert">
        {/* An open case says so beside itself. */}
        {caseProblem === null || open !== null ? '' : say(problemTexts[caseProblem])}
      </p>
    </section>
  );
}
