/** How long a case is kept, and what needs a second person. */
import { caseName } from '@postern/desk/app/case-name';
import type { RequestView } from '@postern/desk/engine/case-view';
import { consentDays } from '@postern/desk/export/granted-request';
import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import type { DeskPage } from '../desk-page.ts';
import { heldCase } from '../inbox.ts';
import type { PanelProps } from './case-parts.tsx';
import { ExportForm, exportable } from './export-form.tsx';
import { ExportRequest } from './export-request.tsx';
import { ExportTermsText } from './export-terms.tsx';
import { personName } from './names.ts';

export function Consent({ page, id, work }: PanelProps): JSX.Element {
  const { team, today } = page.state.value;
  const { say, day } = page.words.value;
  const [isAsking, setAsking] = useState(false);
  const heading = useRef<HTMLHeadingElement>(null);
  const isLead = team?.people.some(({ isThis, role }) => isThis && role === 'lead') === true;
  const held = work.isHeld ? id : heldCase(page.state.value.rows, id);
  const waiting = team?.requests.filter(({ answer, cases }) => answer === null && cases.includes(id)) ?? [];
  // The button may be gone: somebody is asked now.
  const close = (): void => {
    setAsking(false);
    heading.current?.focus();
  };
  return (
    <section class="consent" aria-labelledby="consent-heading">
      <h3 id="consent-heading" ref={heading} tabIndex={-1}>
        {say('work.keeping')}
      </h3>
      <p class="note">
        {held !== null
          ? held === id
            ? say('work.held')
            : say('work.heldAbove', { name: caseName(held) })
          : work.endDay === null
            ? say('work.keptAlways')
            : say('work.keptUntil', { day: day(work.endDay, today) })}
      </p>
      {(!work.isHeld || isLead) && (
        <button type="button" class="quiet" onClick={() => void page.change([id], 'hold', work.isHeld ? 'off' : 'on')}>
          {say(work.isHeld ? 'work.release' : 'work.hold')}
        </button>
      )}
      {waiting.map((request) => (
        <Request key={request.id} page={page} request={request} />
      ))}
      {waiting.length === 0 && held === null && (
        <button type="button" class="quiet" onClick={() => void page.work('ask-erase', { ids: [id] })}>
          {say('work.askErase')}
        </button>
      )}
      {waiting.length === 0 && (
        <button type="button" class="quiet" aria-expanded={isAsking} onClick={() => setAsking(!isAsking)}>
          {say('work.askExport')}
        </button>
      )}
      {isAsking && <ExportRequest page={page} ids={[id]} close={close} />}
      {exportable(team, today, id).map((request) => (
        <ExportForm key={request.id} page={page} request={request} />
      ))}
    </section>
  );
}

/** One person has asked; another one answers. */
export function Request({ page, request }: { readonly page: DeskPage; readonly request: RequestView }): JSX.Element {
  const { team } = page.state.value;
  const { say, count, number } = page.words.value;
  const isOwn = team?.people.some(({ isThis, device }) => isThis && device === request.by) === true;
  const isEmpty = request.purpose === 'export' && request.terms === null;
  const answer = (isGranted: boolean): void => void page.work('answer', { request: request.id, isGranted });
  const what = count(request.purpose === 'erase' ? 'work.wantsErase' : 'work.wantsExport', request.cases.length);
  return (
    <div class="callout request">
      <div>
        <p>{say('work.wants', { name: personName(team, request.by), what })}</p>
        <RequestedCases page={page} request={request} />
        {request.terms !== null && (
          <>
            <ExportTermsText page={page} cases={request.cases} terms={request.terms} use="agree" />
            <p class="note">{say('work.exportBound', { days: number(consentDays) })}</p>
          </>
        )}
        {isEmpty ? (
          <p class="note">{say('work.exportOld')}</p>
        ) : isOwn ? (
          <p class="note">{say('work.needsOther')}</p>
        ) : (
          <button type="button" onClick={() => answer(true)}>
            {say('work.grant')}
          </button>
        )}
        <button type="button" class="quiet" onClick={() => answer(false)}>
          {say(isOwn ? 'work.withdraw' : 'work.deny')}
        </button>
      </div>
    </div>
  );
}

/** What one would agree to: each can be looked at first. What is not here any more is named too. */
function RequestedCases({ page, request }: { readonly page: DeskPage; readonly request: RequestView }): JSX.Element {
  const { rows } = page.state.value;
  const look = (id: string): void => {
    page.send({ kind: 'team', isOpen: false });
    page.open(id);
  };
  return (
    <ul class="requested">
      {request.cases.map((id) => {
        const row = rows.get(id);
        return (
          <li key={id}>
            {row === undefined ? (
              <span>{caseName(id)}</span>
            ) : (
              <button type="button" class="quiet case-link" onClick={() => look(id)}>
                {caseName(id)}
              </button>
            )}{' '}
            <bdi class="about">{row?.preview.slice(0, 60)}</bdi>
          </li>
        );
      })}
    </ul>
  );
}
