/** The page's start: takes the token out of the address and shows the desk. */
import './styles/tokens.css';
import './styles/panes.css';
import './styles/inbox.css';
import './styles/case.css';
import './styles/status.css';
import './styles/work.css';
import './styles/viewer.css';
import './styles/calls.css';
import { render } from 'preact';
import { DeskClient } from './desk-client.ts';
import { DeskPage } from './desk-page.ts';
import { App } from './views/app.tsx';

const token = location.hash.slice(1);
// Used up by the first call; it should not stand in the address bar either.
history.replaceState(null, '', '/');

const page = new DeskPage(new DeskClient());
const root = document.getElementById('root');
if (root !== null) render(<App page={page} />, root);
void page.run(token);
