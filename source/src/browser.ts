/** What only a browser has: clock, randomness, history, keys. Everything else gets these as arguments. */

import { hexToBytes } from '@postern/protocol/bytes/encode';
import { originsBeside } from '@postern/protocol/keys/addresses';
import type { Random } from '@postern/protocol/primitives/random';
import { dayOf } from '@postern/protocol/time';
import { httpAmong, httpAt } from './addresses.ts';
import { callNamed } from './call.ts';
import { carryInto } from './carrying.ts';
import { type DestinationParts, openDestination } from './destination.ts';
import { make } from './dom.ts';
import { Downloads } from './downloads.ts';
import { type Answered, type Http, httpOver } from './http.ts';
import { type Clock, Visit } from './network.ts';
import { type PageFiles, type PageParts, startPage } from './page.ts';
import { type Cleaner, Reviews } from './reviews.ts';
import type { Session } from './session.ts';
import type { Event } from './state.ts';
import { readTexts } from './texts.ts';
import { Uploads } from './uploads.ts';
import { judge } from './verdict.ts';
import { attachPage, part } from './views/page.ts';
import type { Offers } from './views/view.ts';
import { isWordListId, placesOf, WordLists } from './words.ts';

const emptyPage = 'about:blank';
const escapeTwiceMs = 1500;
/** Browsers begin to read what they save some time after they were asked to. */
const revokeAfterMs = 60_000;

declare global {
  /** Of Chromium; undefined elsewhere. */
  var showSaveFilePicker: DestinationParts['ask'];
}

/** Starts the one visit that this page is. */
export function start(makeSession: (random: Random) => Session): void {
  const { dataset, lang } = document.documentElement;
  const leaving = new AbortController();
  const http = httpOver((input, init) => fetch(input, init), leaving.signal);
  const texts = part('texts');
  if (!(texts instanceof HTMLTemplateElement)) throw new Error('start the page: its texts are no template');
  const session = makeSession(random);
  const placesBeside = (addresses: readonly string[]): readonly Http[] => {
    const others = originsBeside(addresses, location.origin);
    return [http, ...others.map((origin) => httpAt(origin, leaving.signal))];
  };
  // Of the roster with which the page was filled in, until one has been verified.
  let places = placesBeside((dataset.addresses ?? '').split(' '));
  // Each its own: what is done with files and lists must not move what every visit sends.
  const [visits, files, words] = [httpAmong(() => places), httpAmong(() => places), httpAmong(() => places)];
  const lists = new WordLists(words.get, placesOf(dataset.lists ?? ''));
  const takeAddresses = (): void => {
    places = placesBeside(session.organisation.addresses);
  };
  const offers: Offers = {
    files: true,
    holdsFiles: globalThis.showSaveFilePicker === undefined,
    judge: async (given, list) => judge(given, session.organisation, [await lists.load(list)], dayOf(clock.unix())),
    carry: (text, tell) => carryInto(session, text, dayOf(clock.unix()), tell),
  };
  const page = startPage({
    ...browserParts(),
    session,
    call: callNamed(location.hash),
    traffic: ({ accepted, ...told }) => {
      const accept = (): void => {
        takeAddresses();
        accepted();
      };
      return new Visit({ session, http: visits, clock, ...told, accepted: accept });
    },
    language: lang,
    lists,
    files: (report) => filesOver(files, dataset.fingerprint ?? '', report),
    list: isWordListId(dataset.list) ? dataset.list : 'english',
    attach: (inputs) => attachPage({ text: readTexts(texts), language: lang, isVisible, offers, ...inputs }),
    leave: () => {
      page.stop();
      leaving.abort();
      goAway();
    },
  });
  setInterval(() => page.tick(), 1000);
  document.addEventListener('visibilitychange', () => page.tick());
  listenForLeaving(() => page.dispatch({ type: 'leave' }));
  replaceOnLanguage();
}

function filesOver(http: Http, fingerprintHex: string, report: (event: Event) => void): PageFiles {
  const fingerprint = hexToBytes(fingerprintHex);
  const post = (path: string, body: Uint8Array): Promise<Answered> => http.post(path, body, 'application/octet-stream');
  const reviews = new Reviews({
    load: loadCleaner,
    random,
    clock,
    tell: (now) => report({ type: 'reviews', reviews: now }),
  });
  const admit = reviews.admit.bind(reviews);
  return {
    reviews,
    uploads: new Uploads({
      post,
      fingerprint,
      random,
      clock,
      admit,
      tell: (files) => report({ type: 'files', files }),
    }),
    downloads: new Downloads({
      post,
      fingerprint,
      clock,
      open: (name) => openDestination({ ask: globalThis.showSaveFilePicker, save }, name),
      tell: (downloads) => report({ type: 'downloads', downloads }),
    }),
  };
}

/** A script of its own, named by its content, that only those load who choose a file: that they send files shows anyway. */
async function loadCleaner(): Promise<Cleaner> {
  const path = document.documentElement.dataset.metadata ?? '';
  return (await import(/* @vite-ignore */ path)) as Cleaner;
}

function save(content: Blob, name: string): void {
  const href = URL.createObjectURL(content);
  make('a', { attributes: { href, download: name } }).click();
  setTimeout(() => URL.revokeObjectURL(href), revokeAfterMs);
}

type BrowserParts = Pick<PageParts, 'clock' | 'random' | 'isSecure' | 'reload'>;

/** What is the same with a network and without. */
export function browserParts(): BrowserParts {
  return {
    clock,
    random,
    isSecure: hasWhatItNeeds(),
    reload: () => location.reload(),
  };
}

/** Leaves nothing on the screen, and no way back to this page. */
export function goAway(): void {
  document.body.replaceChildren();
  location.replace(emptyPage);
}

export const isVisible = (): boolean => document.visibilityState === 'visible';

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

export function listenForLeaving(leave: () => void): void {
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
      location.replace(link.href + location.hash);
    });
  }
}
