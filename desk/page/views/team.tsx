/** People and roles, what needs a second person, how long cases are kept, saved replies, and numbers. */
import type { TeamView } from '@postern/desk/engine/case-view';
import { roles } from '@postern/protocol/messages/case-event';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { DeskPage } from '../desk-page.ts';
import { countEnding } from '../inbox.ts';
import { Request } from './case-consent.tsx';
import { Field } from './case-parts.tsx';
import { problemTexts, roleTexts } from './case-texts.ts';
import { TeamTrail } from './case-trail.tsx';
import { Choice } from './choice.tsx';
import { Dialog } from './dialog.tsx';
import { ExportForm, exportable } from './export-form.tsx';
import { personName } from './names.ts';
import { NumbersOf } from './numbers.tsx';
import { SavedReplyList } from './saved-replies.tsx';

interface TeamProps {
  readonly page: DeskPage;
  readonly team: TeamView;
}

export function Team({ page }: { readonly page: DeskPage }): JSX.Element {
  const { team, caseProblem } = page.state.value;
  const { say } = page.words.value;
  const close = (): void => page.send({ kind: 'team', isOpen: false });
  return (
    <Dialog page={page} name="team" heading={say('team.heading')} class="team" onClose={close}>
      {team !== null && (
        <div class="help">
          <p class="complaint" role="alert">
            {caseProblem === null ? '' : say(problemTexts[caseProblem])}
          </p>
          <People page={page} team={team} />
          <Requests page={page} team={team} />
          <Retention page={page} team={team} />
          <SavedReplyList page={page} team={team} />
          <TeamTrail page={page} team={team} />
          <NumbersOf page={page} />
        </div>
      )}
    </Dialog>
  );
}

function isLead({ people }: TeamView): boolean {
  return people.some(({ isThis, role }) => isThis && role === 'lead');
}

function People({ page, team }: TeamProps): JSX.Element {
  const { say } = page.words.value;
  const own = team.people.find(({ isThis }) => isThis)?.name ?? '';
  const [name, setName] = useState(own);
  const save = (event: Event): void => {
    event.preventDefault();
    void page.work('person', { name: name.trim() });
  };
  return (
    <section>
      <h3>{say('team.people')}</h3>
      <p class="note">{say('team.peopleText')}</p>
      <ul class="people">
        {team.people.map(({ device, role, isThis }) => (
          <li key={device}>
            <span>
              {personName(team, device)}
              {isThis ? ` (${say('work.you')})` : ''}
            </span>
            {isLead(team) ? (
              <Choice
                label={say('team.roleOf', { name: personName(team, device) })}
                value={role}
                options={roles.map((value) => ({ value, text: say(roleTexts[value]) }))}
                apply={say('work.apply')}
                onApply={(value) => {
                  const wanted = roles.find((known) => known === value);
                  if (wanted !== undefined) void page.work('role', { device, role: wanted });
                }}
              />
            ) : (
              <span class="tag is-quiet">{say(roleTexts[role])}</span>
            )}
          </li>
        ))}
      </ul>
      {!team.people.some(({ role }) => role === 'lead') && <WithoutLead page={page} team={team} />}
      {team.former.length > 0 && (
        <p class="note">
          {say('team.former', { names: team.former.map(({ device }) => personName(team, device)).join(', ') })}
        </p>
      )}
      <form class="inline" onSubmit={save} autocomplete="off">
        <Field label={say('team.yourName')}>
          <input maxLength={30} dir="auto" value={name} onInput={({ currentTarget }) => setName(currentTarget.value)} />
        </Field>
        <button type="submit">{say('team.save')}</button>
      </form>
    </section>
  );
}

/** The last lead's device is gone: two members who name the same person make it lead (spec/protocol.md, section 7.3). */
function WithoutLead({ page, team }: TeamProps): JSX.Element {
  const { say } = page.words.value;
  const own = team.people.find(({ isThis }) => isThis);
  return (
    <div class="callout request" role="note">
      <div>
        <p>{say('team.noLead')}</p>
        {team.people.map(({ device, proposedBy }) => (
          <p key={device}>
            {own?.role === 'member' && proposedBy !== own.device && (
              <button type="button" class="quiet" onClick={() => void page.work('role', { device, role: 'lead' })}>
                {say('team.propose', { name: personName(team, device) })}
              </button>
            )}{' '}
            {proposedBy !== null &&
              say('team.proposed', { name: personName(team, device), by: personName(team, proposedBy) })}
          </p>
        ))}
      </div>
    </div>
  );
}

function Requests({ page, team }: TeamProps): JSX.Element {
  const { say } = page.words.value;
  const waiting = team.requests.filter(({ answer }) => answer === null);
  return (
    <section>
      <h3>{say('team.requests')}</h3>
      {waiting.length === 0 && <p class="note">{say('team.noRequests')}</p>}
      {waiting.map((request) => (
        <Request key={request.id} page={page} request={request} />
      ))}
      {exportable(team, page.state.value.today, null).map((request) => (
        <ExportForm key={request.id} page={page} request={request} />
      ))}
    </section>
  );
}

function Retention({ page, team }: TeamProps): JSX.Element {
  const { rows, today } = page.state.value;
  const { say, count } = page.words.value;
  const [days, setDays] = useState(String(team.retentionDays));
  const [isAsked, setAsked] = useState(false);
  const wanted = /^\d{1,5}$/.test(days) && Number(days) <= 0xffff ? Number(days) : null;
  const ending = wanted === null ? 0 : countEnding(rows, wanted, today);
  const save = (): void => {
    setAsked(false);
    if (wanted !== null) void page.work('retention', { days: wanted });
  };
  const submit = (event: Event): void => {
    event.preventDefault();
    if (ending > 0 && wanted !== team.retentionDays) setAsked(true);
    else save();
  };
  const keep = (): void => {
    setAsked(false);
    setDays(String(team.retentionDays));
  };
  return (
    <section>
      <h3>{say('team.retention')}</h3>
      <p class="note">{say('team.retentionText')}</p>
      <p class="note">{say('team.retentionWeek')}</p>
      <form class="inline" onSubmit={submit}>
        <Field label={say('team.days')}>
          <input
            inputMode="numeric"
            disabled={!isLead(team)}
            value={days}
            onInput={({ currentTarget }) => {
              setDays(currentTarget.value);
              setAsked(false);
            }}
          />
        </Field>
        {isLead(team) && <button type="submit">{say('team.save')}</button>}
      </form>
      <div role="alert">
        {isAsked && (
          <div class="callout request">
            <div>
              <p>{count('team.retentionAsk', ending)}</p>
              <button type="button" onClick={save}>
                {say('team.retentionYes')}
              </button>
              <button type="button" class="quiet" onClick={keep}>
                {say('team.retentionNo')}
              </button>
            </div>
          </div>
        )}
      </div>
    </section>
  );
}
