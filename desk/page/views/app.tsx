/** The whole page: what is shown while it starts, locked, and open. */
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { Calls } from '../calls/calls.tsx';
import type { DeskPage } from '../desk-page.ts';
import { CarriedIn } from './carried-in.tsx';
import { Case } from './case.tsx';
import { CasePanel } from './case-panel.tsx';
import { FilterMenu } from './filter-menu.tsx';
import { Help } from './help.tsx';
import { Inbox } from './inbox.tsx';
import { LockScreen, Notice } from './lock-screen.tsx';
import { deskName } from './names.ts';
import { listenToKeys } from './shortcuts.ts';
import { Status } from './status.tsx';
import { Team } from './team.tsx';
import { Viewer } from './viewer.tsx';

export function App({ page }: { readonly page: DeskPage }): JSX.Element {
  const { link, phase, status } = page.state.value;
  const words = page.words.value;
  const unread = page.list.unread.value;
  const name = deskName(status, words);
  useEffect(() => {
    document.documentElement.lang = words.language.tag;
    document.documentElement.dir = words.language.direction;
    document.title = phase === 'open' && unread > 0 ? `(${words.number(unread)}) ${name}` : name;
  }, [words, name, unread, phase]);
  useEffect(() => listenToKeys(page), [page]);
  if (link === 'refused') return <Notice page={page} heading="link.refusedHeading" text="link.refusedText" />;
  if (link === 'gone') return <Notice page={page} heading="link.goneHeading" text="link.goneText" />;
  if (link === 'starting' || phase === null) return <p class="starting">{words.say('link.starting')}</p>;
  if (phase !== 'open') return <LockScreen page={page} />;
  return <Desk page={page} />;
}

function Desk({ page }: { readonly page: DeskPage }): JSX.Element {
  const { pane, isHelpOpen, isFilterOpen, isTeamOpen, isCallsOpen, isCarriedOpen, arrived, open, viewed } =
    page.state.value;
  const words = page.words.value;
  return (
    <div class="desk" data-pane={pane} data-open={open === null ? undefined : ''}>
      <Inbox page={page} />
      <Case page={page} />
      {open !== null && <CasePanel page={page} open={open} />}
      <Status page={page} />
      <p class="unseen" role="status">
        {arrived > 0 ? words.count('inbox.arrived', arrived) : ''}
      </p>
      {isHelpOpen && <Help page={page} />}
      {isFilterOpen && <FilterMenu page={page} />}
      {isTeamOpen && <Team page={page} />}
      {isCallsOpen && <Calls page={page} />}
      {isCarriedOpen && <CarriedIn page={page} />}
      {viewed !== null && <Viewer key={viewed.name} page={page} file={viewed} />}
    </div>
  );
}
