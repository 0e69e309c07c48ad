/** What only a browser has: clock, randomness, history, keys. Everything else gets these as arguments. */
import type { Random } from '@postern/protocol/primitives/random';
import { httpOver } from './http.ts';
import type { Clock } from './network.ts';
import { startPage } from './page.ts';
import type { Session } from './session.ts';
import { readTexts } from './texts.ts';
import { part } from './views/page.ts';
import { isWordListId, pathsOf, WordLists } from './words.ts';

const emptyPage = 'about:blank';
const escapeTwiceMs = 1500;

/** Starts the one visit that this page is. */
export function start(makeSession: (random: Random) => Session): void {
  const { dataset, lang } = document.documentElement;
  const leaving = new AbortController();
  const http = httpOver((input, init) => fetch(input, init), leaving.signal);
  const texts = part('texts');
  if (!(texts instanceof HTMLTemplateElement)) throw new Error('start the page: its texts are no template');
  const page = startPage({
    session: makeSession(random),
    http,
    clock,
    random,
    texts: readTexts(texts),
    language: lang,
    lists: new WordLists(http, pathsOf(dataset.lists ?? '')),
    list: isWordListId(dataset.list) ? dataset.list : 'english',
    isSecure: hasWhatItNeeds(),
    isVisible: () => document.visibilityState === 'visible',
    reload: () => location.reload(),
    leave: () => {
      page.stop();
      leaving.abort();
      document.body.replaceChildren();
      location.replace(emptyPage);
    },
  });
  setInterval(() => page.tick(), 1000);
  document.addEventListener('visibilitychange', () => page.tick());
  listenForLeaving(() => page.dispatch({ type: 'leave' }));
  replaceOnLanguage();
}

const clock: Clock = {
  seconds: () => performance.now() / 1000,
  unix: () => Math.floor(Date.now() / 1000),
  wait: (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000)),
};

const random: Random = (length) => crypto.getRandomValues(new Uint8Array(length));

/** WebCrypto's keys exist only in a secure context; an onion address is one in Tor Browser. */
function hasWhatItNeeds(): boolean {
  const needed = ['SubtleCrypto', 'CompressionStream', 'DecompressionStream'];
  return isSecureContext && needed.every((name) => name in globalThis);
}

function listenForLeaving(leave: () => void): void {
  part('leave').addEventListener('click', (event) => {
    event.preventDefault();
    leave();
  });
  let lastEscape = Number.NEGATIVE_INFINITY;
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || event.isComposing) return;
    if (event.timeStamp - lastEscape < escapeTwiceMs) leave();
    lastEscape = event.timeStamp;
  });
  // A page that a browser keeps to come back to must hold nothing when it does.
  window.addEventListener('pageshow', (event) => {
    if (event.persisted) location.reload();
  });
}

/** Another language takes this one's place in the history instead of adding to it. */
function replaceOnLanguage(): void {
  for (const link of part('languages').querySelectorAll('a')) {
    link.addEventListener('click', (event) => {
      event.preventDefault();
      location.replace(link.href);
    });
  }
}
