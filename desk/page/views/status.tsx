/** How the desk is: what needs somebody first, then contact, devices, keys and posts. */
import { caseName } from '@postern/desk/app/case-name';
import type { Alert, DeviceStatus, EngineStatus } from '@postern/desk/engine/view';
import type { ComponentChildren, JSX } from 'preact';
import type { DeskPage } from '../desk-page.ts';
import type { Words } from '../languages/languages.ts';
import { Icon, IconButton } from './icons.tsx';
import { Joining } from './joining.tsx';
import { shortDevice } from './names.ts';
import { ids, openCase } from './shortcuts.ts';

export function Status({ page }: { readonly page: DeskPage }): JSX.Element {
  const { status, today, open } = page.state.value;
  const words = page.words.value;
  const { say } = words;
  const close = (): void => {
    page.send({ kind: 'pane', pane: open === null ? 'inbox' : 'case' });
    page.wantFocus('cursor');
  };
  return (
    <aside class="pane status" aria-label={say('status.heading')}>
      <header class="bar">
        <div class="names">
          <h2 id={ids.status} tabIndex={-1}>
            {say('status.heading')}
          </h2>
        </div>
        <IconButton name="close" class="narrow-only" label={say('bar.close')} onPress={close} />
      </header>
      {status !== null && (
        <div class="facts">
          <Contact page={page} status={status} />
          <Alerts page={page} status={status} />
          <Devices status={status} today={today} words={words} />
          <Figures status={status} today={today} words={words} />
        </div>
      )}
    </aside>
  );
}

interface Facts {
  readonly status: EngineStatus;
  readonly today: number;
  readonly words: Words;
}

function Contact({ page, status }: { readonly page: DeskPage; readonly status: EngineStatus }): JSX.Element {
  const { today, hasFailed, rows } = page.state.value;
  const { say, day } = page.words.value;
  const { phase, online, lastContactDay } = status;
  const isGood = online && (phase === 'working' || phase === 'joining');
  const heading = { starting: 'status.starting', joining: 'status.joining', stopped: 'status.stopped' } as const;
  const contact = online ? 'status.online' : 'status.offline';
  return (
    <section class="contact">
      <p role="status" class={`light ${isGood ? 'is-good' : phase === 'starting' ? '' : 'is-bad'}`}>
        {say(phase === 'working' ? contact : heading[phase])}
      </p>
      {/* Where there are none, it stands in their place. */}
      {phase === 'joining' && rows.size > 0 && <Joining page={page} coming={status.coming} />}
      {!online && (
        <p class="fine">
          {lastContactDay === null
            ? say('status.never')
            : say('status.lastContact', { day: day(lastContactDay, today) })}
        </p>
      )}
      {status.desk.paused && <p class="fine">{say('status.paused')}</p>}
      {hasFailed && (
        <p class="complaint" role="alert">
          {say('status.failed')}
        </p>
      )}
    </section>
  );
}

function Alerts({ page, status }: { readonly page: DeskPage; readonly status: EngineStatus }): JSX.Element {
  const { say } = page.words.value;
  return (
    <section aria-labelledby="alerts-heading">
      <h3 id="alerts-heading">{say('status.alerts')}</h3>
      {status.alerts.length === 0 ? (
        <p class="fine">{say('status.noAlerts')}</p>
      ) : (
        <ul class="alerts">
          {status.alerts.map((alert) => (
            <AlertItem key={`${alert.code} ${alert.device} ${alert.conversation}`} page={page} alert={alert} />
          ))}
        </ul>
      )}
    </section>
  );
}

/** Without a day key of each desk a source's page seals nothing for any of them (BUN-1). */
const keyCodes: ReadonlySet<string> = new Set<Alert['code']>(['no-receipt', 'day-keys-short']);

function writingEnds(page: DeskPage): string {
  const { status, today } = page.state.value;
  const { say, day } = page.words.value;
  const through = status?.dayKeysThrough ?? null;
  return through === null ? say('status.noWriting') : say('status.writingUntil', { day: day(through, today) });
}

function AlertItem({ page, alert }: { readonly page: DeskPage; readonly alert: Alert }): JSX.Element {
  const { today, rows } = page.state.value;
  const { say, day, number } = page.words.value;
  const { code, count, device, conversation } = alert;
  const about = [say('status.since', { day: day(alert.day, today) })];
  if (count > 1) about.push(say('status.times', { count: number(count) }));
  if (device !== null) about.push(say('status.about', { device: shortDevice(device) }));
  return (
    <li class="callout">
      <Icon name="warn" />
      <div>
        <h4>{say(`alert.${code}`)}</h4>
        <p>
          {say(`alert.${code}.do`)} {keyCodes.has(code) && writingEnds(page)}
        </p>
        <p class="fine">{about.join(' · ')}</p>
        <p class="choices">
          {conversation !== null && rows.has(conversation) && (
            <button type="button" class="quiet small" onClick={() => openCase(page, conversation)}>
              {say('status.open', { name: caseName(conversation) })}
            </button>
          )}
          {code === 'lead-missing' && (
            <button type="button" class="quiet small" onClick={() => page.send({ kind: 'team', isOpen: true })}>
              {say('team.heading')}
            </button>
          )}
          <button type="button" class="quiet small" onClick={() => page.dismiss(alert)}>
            {say('status.dismiss')}
            <span class="unseen">: {say(`alert.${code}`)}</span>
          </button>
        </p>
      </div>
    </li>
  );
}

function Devices({ status, today, words }: Facts): JSX.Element {
  const { say } = words;
  return (
    <section aria-labelledby="devices-heading">
      <h3 id="devices-heading">{say('status.devices')}</h3>
      <ul class="devices">
        {status.devices.map((device) => (
          <li key={device.id}>
            <span class={isInStep(device, today) ? 'light is-good' : 'light'}>
              <code>{shortDevice(device.id)}</code>
            </span>
            <span class="fine">{device.isThis ? say('status.this') : deviceText(device, today, words)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function isInStep({ lastDay, isThis }: DeviceStatus, today: number): boolean {
  return isThis || (lastDay !== null && lastDay >= today - 1);
}

function deviceText(device: DeviceStatus, today: number, { say, day }: Words): string {
  if (device.lastDay === null) return say('status.notYet');
  return isInStep(device, today) ? say('status.inStep') : say('status.behind', { day: day(device.lastDay, today) });
}

function Figures({ status, today, words }: Facts): JSX.Element {
  const { say, day, number, count } = words;
  const { dayKeysThrough: through, posts, envelopes, log, roster } = status;
  const tried = { tried: number(envelopes.tried), waiting: number(envelopes.waiting) };
  return (
    <dl class="figures">
      <Figure name={say('status.keys')}>
        {through === null ? say('status.keysNone') : say('status.keysThrough', { day: day(through, today) })}
      </Figure>
      <Figure name={say('status.posts')}>
        {say('status.postsLeft', { left: number(posts.left), today: number(posts.today) })}
      </Figure>
      <Figure name={say('status.queued')}>{number(posts.queued)}</Figure>
      <Figure name={say('status.envelopes')}>{say('status.envelopesTried', tried)}</Figure>
      <Figure name={say('status.events')}>{count('status.eventsWaiting', log.waitingEvents)}</Figure>
      <Figure name={say('status.roster')}>
        {say('status.rosterUntil', { number: number(roster.number), day: day(roster.lastDay, today) })}
      </Figure>
    </dl>
  );
}

function Figure({ name, children }: { readonly name: string; readonly children: ComponentChildren }): JSX.Element {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
