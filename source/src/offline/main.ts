/** The offline page's start: a language, the organisation's keys from a file, then the same screens without a network. */
import '../style.css';
import './offline.css';
import { utf8ToBytes } from '@postern/protocol/bytes/encode';
import { wordListIds } from '@postern/protocol/keys/word-lists';
import { OfflineSession } from '@postern/protocol/source/offline-session';
import { dayOf } from '@postern/protocol/time';
import { browserParts, goAway, listenForLeaving } from '../browser.ts';
import { make } from '../dom.ts';
import { inLanguage, startPage, type Traffic } from '../page.ts';
import { type DynamicKey, readTexts, type Texts } from '../texts.ts';
import { judge, type Pinned } from '../verdict.ts';
import { part } from '../views/page.ts';
import { isWordListId, WordLists } from '../words.ts';
import { openPack } from './open-pack.ts';
import { offlineAnswersView, savedView } from './saved.ts';

/** Texts that speak of sending, where nothing is sent. */
const instead: Partial<Record<DynamicKey, DynamicKey>> = {
  'check.lead': 'offline.checkLead',
  'check.send': 'offline.seal',
  'write.send': 'offline.seal',
};

const noTraffic = (accepted: () => void): Traffic => ({
  run: async () => accepted(),
  stop: () => {},
  times: undefined,
});

async function start(): Promise<void> {
  const { language, list, texts } = showPage(wantedLanguage());
  const { clock, random, ...browser } = browserParts();
  const lists = new WordLists(readWords, new Map(wordListIds.map((id) => [id, id])));
  const all = await Promise.all(wordListIds.map((id) => lists.load(id)));
  const today = (): number => dayOf(clock.unix());
  let leave = goAway;
  listenForLeaving(() => leave());
  window.addEventListener('hashchange', () => location.reload());
  const pack = await openPack({ text: texts, language, lists: all, today, root: part('pack') });
  const { roster } = pack;
  const session = new OfflineSession(pack, random);
  const pinned: Pinned = {
    fingerprint: roster.fingerprint,
    addresses: roster.servers.flatMap(({ addresses }) => addresses),
    offlinePage: roster.offlinePage,
    lastDay: roster.lastDay,
  };
  const name = inLanguage(roster.names, language)?.name ?? '';
  part('ready').replaceChildren(`${texts('offline.ready')} `, make('strong', {}, name));
  for (const id of ['verification', 'start', 'ready']) part(id).hidden = false;
  part('pack').remove();
  const page = startPage({
    ...browser,
    clock,
    random,
    session,
    traffic: ({ accepted }) => noTraffic(accepted),
    texts,
    language,
    lists,
    list,
    offers: { judge: (given) => judge(given, pinned, all, today()) },
    screens: { sent: savedView(session), answers: offlineAnswersView },
    leave: goAway,
  });
  leave = () => page.dispatch({ type: 'leave' });
}

/** The one in the address, else the first of the browser's that the page has, else English. */
function wantedLanguage(): string {
  const wanted = [location.hash.slice(1), ...navigator.languages];
  const has = (tag: string): boolean => document.getElementById(`page-${tag}`) !== null;
  const main = (tag: string): string => (tag.toLowerCase().startsWith('zh') ? 'zh-Hans' : (tag.split('-')[0] ?? tag));
  return wanted.map(main).find(has) ?? 'en';
}

function showPage(tag: string): { language: string; list: (typeof wordListIds)[number]; texts: Texts } {
  const [page, texts] = [template(`page-${tag}`), readTexts(template(`texts-${tag}`))];
  const { list, direction } = page.dataset;
  document.documentElement.lang = tag;
  document.documentElement.dir = direction ?? 'ltr';
  for (const intro of document.querySelectorAll('body > p')) intro.remove();
  document.body.prepend(page.content.cloneNode(true));
  document.title = document.querySelector('.mark')?.textContent ?? '';
  return {
    language: tag,
    list: isWordListId(list) ? list : 'english',
    texts: (key, values) => texts(instead[key] ?? key, values),
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
