/** Seals cases for other people, once a second person has agreed. */
import type { Answers } from '@postern/desk/app/api';
import type { TeamView } from '@postern/desk/engine/case-view';
import { consentDays, type GrantedExport, grantedRequest } from '@postern/desk/export/granted-request';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { DeskPage } from '../desk-page.ts';
import { ExportTermsText } from './export-terms.tsx';
import { personName } from './names.ts';

type Outcome = Answers['export'] | { readonly problem: 'failed' } | 'working' | null;

/** What this device may export now. @param id of a case that it is about, or null for all */
export function exportable(team: TeamView | null, today: number, id: string | null): readonly GrantedExport[] {
  const requests = team?.requests.filter(({ cases }) => id === null || cases.includes(id)) ?? [];
  return requests.flatMap((request) => (team === null ? null : grantedRequest(team, request.id, today)) ?? []);
}

interface FormProps {
  readonly page: DeskPage;
  readonly request: GrantedExport;
}

export function ExportForm({ page, request }: FormProps): JSX.Element {
  const { team, today } = page.state.value;
  const { say, count, day } = page.words.value;
  const [outcome, setOutcome] = useState<Outcome>(null);
  const { answer, terms } = request;
  const seal = (event: Event): void => {
    event.preventDefault();
    if (outcome === 'working') return;
    setOutcome('working');
    void page.export({ request: request.id }).then(setOutcome);
  };
  return (
    <form class="stack export" onSubmit={seal} autocomplete="off">
      <h4>{count('export.heading', request.cases.length)}</h4>
      <p class="note">
        {say('export.agreed', { name: personName(team, answer.by), day: day(answer.day + consentDays, today) })}
      </p>
      <ExportTermsText page={page} cases={request.cases} terms={terms} use="seal" />
      <button type="submit" aria-disabled={outcome === 'working'}>
        {say('export.seal')}
      </button>
      <ExportOutcome page={page} outcome={outcome} />
    </form>
  );
}

function ExportOutcome({ page, outcome }: { readonly page: DeskPage; readonly outcome: Outcome }): JSX.Element {
  const { say, number } = page.words.value;
  if (outcome !== null && outcome !== 'working' && 'problem' in outcome) {
    return (
      <p class="complaint" role="alert">
        {say(`export.problem.${outcome.problem}`)}
      </p>
    );
  }
  return (
    <div role="status">
      {outcome === 'working' && <p class="note">{say('export.working')}</p>}
      {outcome !== null && outcome !== 'working' && (
        <>
          <p>{say('export.done')}</p>
          <p class="path">{outcome.path}</p>
          <p class="note">{say('export.files', { files: number(outcome.files), leftOut: number(outcome.leftOut) })}</p>
        </>
      )}
    </div>
  );
}
