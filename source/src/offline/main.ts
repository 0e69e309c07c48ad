/** The offline page's start: a language, the organisation's keys from a file, then the same screens without a network. */
import '../style.css';
import './offline.css';
import { utf8ToBytes } from '@postern/protocol/bytes/encode';
import type { VerifiedCampaign } from '@postern/protocol/campaign/campaign';
import { inLanguage } from '@postern/protocol/keys/in-language';
import type { VerifiedPack } from '@postern/protocol/keys/pack';
import { wordListIds } from '@postern/protocol/keys/word-lists';
import type { Random } from '@postern/protocol/primitives/random';
import { OfflineSession } from '@postern/protocol/source/offline-session';
import { dayOf } from '@postern/protocol/time';
import { browserParts, goAway, isVisible, listenForLeaving } from '../browser.ts';
import { carryInto } from '../carrying.ts';
import { make } from '../dom.ts';
import type { Clock } from '../network.ts';
import { type PageParts, startPage } from '../page.ts';
import { type DynamicKey, readTexts, type Texts } from '../texts.ts';
import { judge, type Pinned } from '../verdict.ts';
import { attachPage, part, type Screens } from '../views/page.ts';
import type { Offers } from '../views/view.ts';
import { isWordListId, WordLists } from '../words.ts';
import { callChoice } from './call-choice.ts';
import { forbidConnections, networkVisit } from './network.ts';
import { openPack } from './open-pack.ts';
import { offlineAnswersView, savedView } from './saved.ts';

/** Texts that speak of one list of words: this page has all, and tries all. */
const inAnyList: Partial<Record<DynamicKey, DynamicKey>> = { 'verify.list': 'offline.notWords' };

/** And those that speak of sending, where nothing is sent. */
const instead: Partial<Record<DynamicKey, DynamicKey>> = {
  ...inAnyList,
  'check.lead': 'offline.checkLead',
  'check.send': 'offline.seal',
  'write.send': 'offline.seal',
};

async function start(): Promise<void> {
  const [wanted, mode] = location.hash.slice(1).split('/');
  const isOnline = mode === 'network';
  if (!isOnline) forbidConnections();
  const { language, list, texts } = showPage(wantedLanguage(wanted ?? ''), isOnline);
  const { clock, random, ...browser } = browserParts();
  const lists = new WordLists(readWords, new Map(wordListIds.map((id) => [id, { path: id }])));
  const all = await Promise.all(wordListIds.map((id) => lists.load(id)));
  const today = (): number => dayOf(clock.unix());
  let leave = goAway;
  listenForLeaving(() => leave());
  window.addEventListener('hashchange', () => location.reload());
  const pack = await openPack({ text: texts, language, lists: all, today, root: part('pack') });
  showReady(pack, texts, language);
  const pinned = pinnedBy(pack);
  const {
    screens,
    offers: has,
    campaigns,
    ...way
  } = isOnline ? online(pinned, random, clock, today) : offline(pack, random);
  const offers: Offers = {
    ...has,
    calls: (ui, state) => callChoice(ui, state, campaigns, today),
    judge: (given) => judge(given, pinned, all, today()),
  };
  const page = startPage({
    ...browser,
    clock,
    random,
    language,
    lists,
    list,
    ...way,
    attach: (inputs) => attachPage({ text: texts, language, isVisible, offers, ...inputs }, screens),
  });
  leave = () => page.dispatch({ type: 'leave' });
}

type WayParts = Pick<PageParts, 'session' | 'traffic' | 'leave'> & {
  /** Those that look otherwise than on the page of an organisation's server. */
  readonly screens?: Partial<Screens>;
  readonly offers: Partial<Offers>;
  /** Those that the roster in use lists: with a network not those of the pack, which may have been withdrawn since. */
  readonly campaigns: () => readonly VerifiedCampaign[];
};

function offline(pack: VerifiedPack, random: Random): WayParts {
  const session = new OfflineSession(pack, random);
  const traffic: WayParts['traffic'] = ({ accepted, report }) => ({
    run: async () => {
      report({ type: 'session', session: session.state });
      accepted();
    },
    stop: () => {},
    times: undefined,
  });
  return {
    session,
    traffic,
    screens: { sent: savedView(session), answers: offlineAnswersView },
    offers: {},
    campaigns: () => pack.campaigns,
    leave: goAway,
  };
}

function online(pinned: Pinned, random: Random, clock: Clock, today: () => number): WayParts {
  const { session, traffic, stop } = networkVisit(pinned, random, clock);
  const leave = (): void => {
    stop();
    goAway();
  };
  const offers: Partial<Offers> = { carry: (text, tell) => carryInto(session, text, today(), tell) };
  return { session, traffic, leave, offers, campaigns: () => session.campaigns };
}

function pinnedBy({ roster }: VerifiedPack): Pinned {
  const addresses = roster.servers.flatMap((server) => server.addresses);
  return { fingerprint: roster.fingerprint, addresses, offlinePage: roster.offlinePage, lastDay: roster.lastDay };
}

function showReady({ roster }: VerifiedPack, texts: Texts, language: string): void {
  const name = inLanguage(roster.names, language)?.name ?? '';
  part('ready').replaceChildren(`${texts('offline.ready')} `, make('strong', {}, name));
  for (const id of ['verification', 'start', 'ready']) part(id).hidden = false;
  // Before what has the focus is gone.
  part('ready').focus();
  for (const id of ['pack', 'mode']) part(id).remove();
}

/** The one in the address, else the first of the browser's that the page has, else English. */
function wantedLanguage(asked: string): string {
  const wanted = [asked, ...navigator.languages];
  const has = (tag: string): boolean => document.getElementById(`page-${tag}`) !== null;
  return wanted.map(pageTag).find(has) ?? 'en';
}

/** `zh-TW` and the like are written in traditional characters (RFC 5646, section 2.2.3). */
function pageTag(tag: string): string {
  const { language, script } = localeOf(tag);
  return language === 'zh' ? `zh-${script === 'Hant' ? 'Hant' : 'Hans'}` : language;
}

function localeOf(tag: string): { readonly language: string; readonly script?: string | undefined } {
  try {
    return new Intl.Locale(tag).maximize();
  } catch {
    // Whatever stands in the address.
    return { language: tag };
  }
}

function showPage(
  tag: string,
  isOnline: boolean,
): { language: string; list: (typeof wordListIds)[number]; texts: Texts } {
  const [page, texts] = [template(`page-${tag}`), readTexts(template(`texts-${tag}`))];
  const { list, direction } = page.dataset;
  document.documentElement.lang = tag;
  document.documentElement.dir = direction ?? 'ltr';
  for (const intro of document.querySelectorAll('body > p')) intro.remove();
  document.body.prepend(page.content.cloneNode(true));
  document.title = document.querySelector('.mark')?.textContent ?? '';
  for (const element of document.querySelectorAll<HTMLElement>('[data-way]')) {
    if ((element.dataset.way === 'network') !== isOnline) element.remove();
  }
  const other = isOnline ? inAnyList : instead;
  return {
    language: tag,
    list: isWordListId(list) ? list : 'english',
    texts: (key, values) => texts(other[key] ?? key, values),
  };
}

async function readWords(id: string): Promise<{ status: number; body: Uint8Array }> {
  return { status: 200, body: utf8ToBytes(template(`words-${id}`).content.textContent ?? '') };
}

function template(id: string): HTMLTemplateElement {
  const found = part(id);
  if (!(found instanceof HTMLTemplateElement)) throw new Error(`read the page: ${id} is no template`);
  return found;
}

void start();
