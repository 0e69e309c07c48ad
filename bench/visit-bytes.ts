// What a first visit with a message, and a second that reads the answer, put on the wire: requests, bytes, round trips.
// Browsers take Brotli from this machine, as by https; of an onion address gzip alone: tools/tor-network/levels.browser.test.ts.
import { launchChromium } from '../tools/browsers/launch.ts';
import { ensureBuilt } from '../tools/build.ts';
import { answer, openDesk, publishDayKeys, receive } from '../tools/e2e/desk.ts';
import { makeOffice } from '../tools/e2e/office.ts';
import { type Exchange, type Recording, startRecordingProxy } from '../tools/e2e/recording.ts';
import { enterWords, openPage, readAnswer, typeWordsBack, waitForStored, writeMessage } from '../tools/e2e/visit.ts';
import type { Bench, Measure } from './measure.ts';

const message = '去年三月到八月，县医院新楼的招标只有一家公司能满足条件。我见过标书的初稿，修改的日期早于公告。';

/** As over Tor, so that what waits for an answer is told from what only comes after it. */
const delayMs = 250;

export const visitBytes: Bench = async () => {
  await ensureBuilt();
  const office = await makeOffice();
  const server = await office.serve();
  const browser = await launchChromium();
  // One for each visit: a connection that is kept open would join the second to the first.
  const [before, after] = [
    await startRecordingProxy(server.port, 'server', delayMs),
    await startRecordingProxy(server.port, 'server', delayMs),
  ];
  try {
    for (const desk of office.desks.slice(1)) await publishDayKeys(office, desk, server.origin);
    const [first] = office.desks;
    if (first === undefined) throw new RangeError('open a desk: there is none');
    const desk = await openDesk(office, first, server.origin);
    const writing = before.record();
    let page = await openPage(browser, `${before.origin}/zh-Hans/`);
    const words = await writeMessage(page, message);
    await typeWordsBack(page, words);
    await waitForStored(page);
    await page.close();
    await answer(desk, (await receive(desk)).id, '谢谢，我们读了。');
    await new Promise((resolve) => setTimeout(resolve, 10_500 - (Date.now() % 10_000)));
    const reading = after.record();
    page = await openPage(browser, `${after.origin}/zh-Hans/`);
    await enterWords(page, words.join(''));
    await readAnswer(page);
    await page.close();
    return describe(writing, reading);
  } finally {
    await browser.close();
    await Promise.all([before.close(), after.close()]);
    await server.stop();
    office.remove();
  }
};

function describe(writing: Recording, reading: Recording): Measure[] {
  const all = [...writing.exchanges, ...reading.exchanges];
  const down = kB(all.map(({ downBytes }) => downBytes));
  const up = kB(all.map(({ upBytes }) => upBytes));
  const page = kB(writing.exchanges.filter(isPage).map(({ downBytes }) => downBytes));
  const posts = all.filter(({ path }) => path === '/request');
  const trips = Math.max(roundTrips(writing), roundTrips(reading));
  return [
    { what: 'both visits, down', value: down, unit: 'kB', aim: 'under 250 with up', isMet: down + up < 250 },
    { what: 'both visits, up', value: up, unit: 'kB' },
    { what: 'requests', value: all.length, unit: '', note: `${posts.length} of them at moments of the schedule` },
    {
      what: 'one moment, up and down',
      value: kB(posts.slice(0, 1).map(({ upBytes, downBytes }) => upBytes + downBytes)),
      unit: 'kB',
      note: 'for each minute that the page stays open longer',
    },
    { what: 'round trips in a row', value: trips, unit: '', aim: '6', isMet: trips <= 6, note: 'of the longer visit' },
    {
      what: 'page, script and styles',
      value: page,
      unit: 'kB',
      aim: 'under 80',
      isMet: page < 80,
      note: 'compressed, with heads',
    },
  ];
}

function isPage({ path }: Exchange): boolean {
  return path.endsWith('/') || path.endsWith('.js') || path.endsWith('.css');
}

/** The longest row of requests of which each began when the one before had its answer; moments wait for time, not for each other. */
function roundTrips({ exchanges }: Recording): number {
  const loads = exchanges.filter(({ path }) => path !== '/request');
  const depth = new Map<Exchange, number>();
  for (const one of loads) {
    const before = loads.filter(({ endMs }) => endMs <= one.startMs).map((other) => depth.get(other) ?? 1);
    depth.set(one, 1 + Math.max(0, ...before));
  }
  // And one more: the request that brings the message or fetches the answer.
  return Math.max(0, ...depth.values()) + 1;
}

function kB(bytes: readonly number[]): number {
  return bytes.reduce((sum, count) => sum + count, 0) / 1000;
}
