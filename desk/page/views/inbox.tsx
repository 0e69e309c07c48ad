/** The inbox: name of the desk, search, groups, and the list of conversations. */
import { wordQuery } from '@postern/desk/app/search-query';
import type { JSX } from 'preact';
import type { DeskPage } from '../desk-page.ts';
import type { TextKey } from '../languages/languages.ts';
import { type Filter, filters } from '../model.ts';
import { ActiveFilters } from './active-filters.tsx';
import { BulkBar, GroupBar } from './bulk-bar.tsx';
import { CaseList } from './case-list.tsx';
import { Icon, IconButton } from './icons.tsx';
import { JoiningInbox } from './joining.tsx';
import { deskName, localName } from './names.ts';
import { ids } from './shortcuts.ts';

export function Inbox({ page }: { readonly page: DeskPage }): JSX.Element {
  const { query, rows } = page.state.value;
  const { say, count } = page.words.value;
  const shown = page.shown.value.length;
  return (
    <nav class="pane inbox" aria-label={say('inbox.heading')}>
      <InboxBar page={page} />
      <div class="find">
        <div class="find-line">
          <div class="search">
            <Icon name="search" />
            <input
              id={ids.search}
              type="search"
              aria-label={say('inbox.search')}
              placeholder={say('inbox.search')}
              aria-keyshortcuts="/"
              autocomplete="off"
              spellcheck={false}
              dir="auto"
              value={query}
              onInput={(event) => page.search(event.currentTarget.value)}
            />
            <span class="key" aria-hidden="true">
              /
            </span>
          </div>
          <button
            id={ids.narrow}
            type="button"
            class="quiet narrow-button"
            aria-haspopup="dialog"
            aria-keyshortcuts="f"
            onClick={() => page.send({ kind: 'narrow', isOpen: true })}
          >
            <Icon name="narrow" />
            {say('narrow.open')}
          </button>
        </div>
        <ActiveFilters page={page} />
        <Filters page={page} />
        <p class="unseen" role="status">
          {query.trim() === '' ? '' : count('inbox.shown', shown)}
        </p>
        {wordQuery(query) !== '' && <Unsearched page={page} />}
      </div>
      <GroupBar page={page} />
      {rows.size > 0 ? (
        <CaseList page={page}>
          <NoneShown page={page} />
        </CaseList>
      ) : (
        <EmptyInbox page={page} />
      )}
      <BulkBar page={page} />
    </nav>
  );
}

/** What a search for words does not know. */
function Unsearched({ page }: { readonly page: DeskPage }): JSX.Element {
  const { unsearched, words } = page.state.value;
  const { count } = page.words.value;
  return (
    <>
      {unsearched > 0 && <p class="note">{count('inbox.unsearched', unsearched)}</p>}
      {words.waiting > 0 && <p class="note">{count('inbox.filesWaiting', words.waiting)}</p>}
      {words.unread > 0 && <p class="note">{count('inbox.filesUnread', words.unread)}</p>}
    </>
  );
}

function InboxBar({ page }: { readonly page: DeskPage }): JSX.Element {
  const { status } = page.state.value;
  const words = page.words.value;
  const alerts = status?.alerts.length ?? 0;
  return (
    <header class="bar">
      <div class="names">
        <h1 dir="auto">{deskName(status, words)}</h1>
        <p dir="auto">{status === null ? '' : localName(status.organisation, words)}</p>
      </div>
      <button
        type="button"
        class={`icon-button status-button ${status?.online === true ? 'is-online' : 'is-offline'}`}
        aria-label={alerts > 0 ? words.count('bar.statusAlerts', alerts) : words.say('bar.status')}
        title={words.say('bar.status')}
        onClick={() => page.send({ kind: 'pane', pane: 'status' })}
      >
        <Icon name="pulse" />
        {alerts > 0 && <span class="badge">{words.number(alerts)}</span>}
      </button>
      <IconButton
        name="carried"
        label={words.say('bar.carried')}
        onPress={() => page.send({ kind: 'carried', isOpen: true })}
      />
      <IconButton name="team" label={words.say('bar.team')} onPress={() => page.send({ kind: 'team', isOpen: true })} />
      <IconButton
        name="call"
        label={words.say('calls.heading')}
        onPress={() => page.send({ kind: 'calls', isOpen: true })}
      />
      <IconButton name="help" label={words.say('bar.help')} onPress={() => page.send({ kind: 'help', isOpen: true })} />
      <IconButton name="lock" label={words.say('bar.lock')} onPress={() => page.lock()} />
    </header>
  );
}

const filterTexts: Readonly<Record<Filter, TextKey>> = {
  all: 'inbox.all',
  changed: 'inbox.changed',
  mine: 'inbox.mine',
  due: 'inbox.due',
  closed: 'inbox.closed',
  unanswered: 'inbox.unanswered',
  answered: 'inbox.answered',
  loss: 'inbox.loss',
};

function Filters({ page }: { readonly page: DeskPage }): JSX.Element {
  const { filter: chosen } = page.state.value;
  const { say, number } = page.words.value;
  const counts = page.list.counts.value;
  return (
    <fieldset class="filters">
      <legend class="unseen">{say('inbox.filters')}</legend>
      {filters.map((filter, at) => (
        <button
          key={filter}
          type="button"
          aria-pressed={filter === chosen}
          aria-keyshortcuts={String(at + 1)}
          class={filter === 'loss' && counts.loss > 0 ? 'is-warning' : ''}
          onClick={() => page.setFilter(filter)}
        >
          {say(filterTexts[filter])} <span class="count">{number(counts[filter])}</span>
        </button>
      ))}
    </fieldset>
  );
}

function NoneShown({ page }: { readonly page: DeskPage }): JSX.Element {
  const { query } = page.state.value;
  const { say } = page.words.value;
  const showAll = (): void => {
    page.search('');
    page.setFilter('all');
  };
  return (
    <div class="none">
      <h2>{say('inbox.noneHeading')}</h2>
      <p>{say(query.trim() === '' ? 'inbox.noneFilter' : 'inbox.noneSearch')}</p>
      <button type="button" class="quiet" onClick={showAll}>
        {say('inbox.showAll')}
      </button>
    </div>
  );
}

function EmptyInbox({ page }: { readonly page: DeskPage }): JSX.Element {
  const { say } = page.words.value;
  const { status } = page.state.value;
  if (status?.phase === 'joining') return <JoiningInbox page={page} coming={status.coming} />;
  return (
    <div class="none">
      <h2>{say('inbox.emptyHeading')}</h2>
      <ol>
        <li>{say('inbox.emptyOne')}</li>
        <li>{say('inbox.emptyTwo')}</li>
        <li>{say('inbox.emptyThree')}</li>
      </ol>
    </div>
  );
}
