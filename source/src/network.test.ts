/** A visit's traffic with real documents and sealed requests, on a clock that the test moves. */
import { encodeCampaignList } from '@postern/protocol/campaign/campaign-list';
import type { Roster } from '@postern/protocol/keys/roster';
import { documentHash } from '@postern/protocol/keys/signed';
import { loadWordList, type WordList } from '@postern/protocol/keys/word-lists';
import { SourceSession } from '@postern/protocol/source';
import { seededRandom } from '@postern/protocol/testing/seeded-random';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Http } from './http.ts';
import { type Clock, Visit } from './network.ts';
import type { Event } from './state.ts';
import { type VisitAnswers, visitAnswers } from './testing/visit-server.ts';

const started = 1_795_500_000;

/** Time stands still until `advance`, which stops wherever somebody waits. */
class TestClock implements Clock {
  #now = 0;
  #waiting: { at: number; wake: () => void }[] = [];
  #waits = 0;

  seconds(): number {
    return this.#now;
  }

  unix(): number {
    return started + Math.floor(this.#now);
  }

  wait(seconds: number): Promise<void> {
    this.#waits += 1;
    return new Promise((wake) => this.#waiting.push({ at: this.#now + seconds, wake }));
  }

  /** @param late how long after its time each timer fires */
  async advance(to: number, late = 0): Promise<void> {
    for (;;) {
      await turnUntil(() => this.#waiting.length > 0);
      const [first] = this.#waiting.sort((a, b) => a.at - b.at);
      if (first === undefined || first.at > to) break;
      this.#waiting.shift();
      this.#now = Math.max(this.#now, first.at + late);
      const before = this.#waits;
      first.wake();
      await turnUntil(() => this.#waits > before);
    }
    this.#now = Math.max(this.#now, to);
  }
}

async function turnUntil(done: () => boolean): Promise<void> {
  while (!done()) await new Promise((resolve) => setImmediate(resolve));
}

type Sent = { readonly at: number; readonly path: string; readonly bytes: number };

type Running = {
  readonly answers: VisitAnswers;
  readonly session: SourceSession;
  readonly clock: TestClock;
  readonly sent: Sent[];
  readonly events: Event[];
  /** Whether the list of campaigns came, each time that this was told. */
  readonly calls: boolean[];
  /** Resolves when every answer that has come has been taken. */
  readonly settle: () => Promise<void>;
};

const roster = { moments: [15, 30, 60], thenEvery: 60, envelopeEvery: 1 };

async function startVisit(
  seed: string,
  before: (answers: VisitAnswers) => unknown = () => {},
  fields: Partial<Roster> = roster,
): Promise<Running> {
  const clock = new TestClock();
  const answers = await visitAnswers(() => clock.unix(), fields);
  await before(answers);
  const sent: Sent[] = [];
  const events: Event[] = [];
  let open = 0;
  const call = async (path: string, body: Uint8Array) => {
    sent.push({ at: clock.seconds(), path, bytes: body.length });
    open += 1;
    try {
      const answer = await answers.respond(path, body);
      if (answer === undefined) throw new TypeError('NetworkError');
      return answer;
    } finally {
      open -= 1;
    }
  };
  const http: Http = { get: (path) => call(path, new Uint8Array(0)), post: call };
  const session = new SourceSession({ fingerprint: answers.fingerprint, random: seededRandom(seed) });
  const calls: boolean[] = [];
  let posts = 0;
  const report = (event: Event): void => {
    if (event.type === 'link') posts += 1;
    events.push(event);
  };
  const visit = new Visit({
    session,
    http,
    clock,
    report,
    accepted: () => events.push({ type: 'queued' }),
    campaigns: (found) => calls.push(found),
  });
  void visit.run();
  const settle = (): Promise<void> =>
    turnUntil(() => open === 0 && posts === sent.filter(({ path }) => path === '/request').length);
  return { answers, session, clock, sent, events, calls, settle };
}

let english: WordList;

beforeAll(async () => {
  english = await loadWordList('english');
});

async function write({ session }: Running, text: string): Promise<readonly string[]> {
  const words = await session.newPhrase(english);
  await session.send({ deskId: session.desks[0]?.id ?? '', text, language: 'en' });
  return words;
}

describe('what shows on the network', () => {
  it('[REQ-2] is the same for someone who writes, someone who reads an answer and someone who only looks', async () => {
    const looking = await startVisit('looking');
    const writing = await startVisit('writing');
    const phrase = 'legal winner thank year wave sausage worth useful legal winner thank yellow';
    const reply = { desk: 0, number: 1, text: 'Thank you.' };
    const reading = await startVisit('reading', ({ answer }) => answer(phrase.split(' '), english, reply));
    for (const visit of [looking, writing, reading]) await visit.clock.advance(20);
    await write(writing, 'What I saw. '.repeat(300));
    expect(await reading.session.enterPhrase(phrase, [english])).toEqual({ ok: true });
    for (const visit of [looking, writing, reading]) {
      await visit.clock.advance(650);
      await visit.settle();
    }
    expect(writing.sent).toEqual(looking.sent);
    expect(reading.sent).toEqual(looking.sent);
    expect(writing.session.state.outbox[0]).toMatchObject({ stored: writing.session.state.outbox[0]?.parts });
    expect(reading.session.state.answers.map(({ text }) => text)).toEqual(['Thank you.']);
    expect(looking.sent.filter(({ path }) => path === '/request').map(({ at }) => at)).toEqual([
      15, 30, 60, 120, 180, 240, 300, 360, 420, 480, 540, 600,
    ]);
    expect(looking.sent.filter(({ path }) => path.startsWith('/index')).map(({ at }) => at)).toEqual([0, 600]);
  });

  it('[CAM-7] has the list of all campaigns in every visit, if the roster lists any, and goes on without it', async () => {
    const listed = {
      ...roster,
      campaigns: [{ id: new Uint8Array(8).fill(1), hash: documentHash(new Uint8Array(32)) }],
    };
    const list = encodeCampaignList([]);
    const told = await startVisit('told', ({ replaced }) => replaced.set('/campaigns', list), listed);
    const untold = await startVisit('untold', () => {}, listed);
    const none = await startVisit('none');
    for (const visit of [told, untold, none]) {
      await visit.clock.advance(40);
      await visit.settle();
      await turnUntil(() => visit.calls.length > 0);
    }
    const paths = ({ sent }: Running): string[] => sent.map(({ path }) => path);
    expect(paths(told)).toEqual(['/roster', '/bundle', '/index/0', '/campaigns', '/request', '/request']);
    expect(paths(untold)).toEqual(paths(told));
    expect(paths(none)).toEqual(paths(told).filter((path) => path !== '/campaigns'));
    expect([told.calls, untold.calls, none.calls]).toEqual([[true], [false], [true]]);
    expect(told.session.campaigns).toEqual([]);
  });

  it('[REQ-2] [THR-4] sends at the moments of all where making a request ready takes a slow device a second and a half', async () => {
    const [slow, quick] = [await startVisit('slow device'), await startVisit('quick device')];
    const { session, clock } = slow;
    const request = session.request.bind(session);
    session.request = async (...of) => {
      await clock.wait(1.5);
      return request(...of);
    };
    for (const visit of [slow, quick]) await visit.clock.advance(200);
    expect(slow.sent).toEqual(quick.sent);
    expect(slow.sent.filter(({ path }) => path === '/request').map(({ at }) => at)).toEqual([15, 30, 60, 120, 180]);
  });

  it('[REQ-2] keeps number and order when timers are late', async () => {
    const late = await startVisit('late');
    await late.clock.advance(400, 70);
    await late.settle();
    const free = await startVisit('free');
    await free.clock.advance(400);
    const order = ({ sent }: Running): string[] => sent.map(({ path }) => path);
    expect(order(late)).toEqual(order(free).slice(0, order(late).length));
    expect(late.answers.posts.length).toBeGreaterThan(3);
  });

  it('does not wait for a slow answer before the next moment', async () => {
    const visit = await startVisit('slow');
    const { respond } = visit.answers;
    Object.assign(visit.answers, {
      respond: (path: string, body: Uint8Array) => (path === '/request' ? new Promise(() => {}) : respond(path, body)),
    });
    await visit.clock.advance(130);
    expect(visit.sent.filter(({ path }) => path === '/request').map(({ at }) => at)).toEqual([15, 30, 60, 120]);
  });
});

describe('failures', () => {
  it.each([
    ['closed', 'lost'],
    ['busy', 'busy'],
    ['garbled', 'answer'],
  ] as const)('[REQ-8] while the server is %s, says so and sends the same envelope again', async (mood, link) => {
    const visit = await startVisit(`fails ${mood}`);
    await visit.clock.advance(1);
    await write(visit, 'Once.');
    visit.answers.mood = mood;
    await visit.clock.advance(31);
    await visit.settle();
    expect(visit.events.flatMap((event) => (event.type === 'link' ? [event.link] : []))).toEqual([link, link]);
    expect(visit.session.state.outbox[0]).toMatchObject({ parts: 1, stored: 0 });
    visit.answers.mood = 'well';
    await visit.clock.advance(61);
    await visit.settle();
    expect(visit.session.state.outbox[0]).toMatchObject({ parts: 1, stored: 1 });
    const [first, second, third] = visit.answers.posts.map(({ payload }) => payload);
    expect(second).toBe(first);
    expect(third).toBe(first);
    await visit.clock.advance(121);
    await visit.settle();
    expect(visit.answers.posts[3]?.payload).not.toBe(first);
  });

  it('loads the documents again when the key for requests is gone', async () => {
    const visit = await startVisit('gone');
    visit.answers.mood = 'gone';
    await visit.clock.advance(16);
    await visit.settle();
    await turnUntil(() => visit.answers.paths.filter((path) => path === '/bundle').length === 2);
    expect(visit.answers.paths.filter((path) => path === '/roster')).toHaveLength(2);
  });

  it('loads all documents once more when the server has changed its bundle between two of them', async () => {
    const visit = await startVisit('changed', async (answers) => {
      answers.replaced.set('/bundle', await answers.otherBundle());
      const { respond } = answers;
      const change = async (path: string, body: Uint8Array) => {
        const answer = await respond(path, body);
        if (path === '/bundle') answers.replaced.clear();
        return answer;
      };
      Object.assign(answers, { respond: change });
    });
    await turnUntil(() => visit.events.length > 0);
    expect(visit.session.desks.length).toBeGreaterThan(0);
    expect(visit.answers.paths.filter((path) => path === '/bundle')).toHaveLength(2);
    expect(visit.events.filter(({ type }) => type === 'trouble')).toEqual([]);
  });

  it('uses no index that names another bundle each time, and takes that for a copy that is out of step', async () => {
    const visit = await startVisit('never', async (answers) => {
      answers.replaced.set('/bundle', await answers.otherBundle());
    });
    await turnUntil(() => visit.events.some(({ type }) => type === 'trouble'));
    expect(visit.events.find(({ type }) => type === 'trouble')).toMatchObject({ kind: 'stale' });
    expect(visit.answers.paths.filter((path) => path === '/bundle')).toHaveLength(2);
    expect(visit.events.some(({ type }) => type === 'queued')).toBe(false);
  });

  it.each([
    ['no answer', undefined, '', 'offline'],
    ['a busy server', 503, '{"type":"busy","title":"The server is busy. Try again later."}', 'busy'],
    ['a list of desks that has expired', 503, '{"type":"no-roster","title":"There is no valid roster."}', 'expired'],
    ['a desk without a key', 503, '{"type":"no-day-keys","title":"A desk has no key for today yet."}', 'closed'],
    ['a mirror whose copy is stale', 504, '', 'stale'],
    ['a server that has no list of desks yet', 404, '', 'none'],
  ] as const)(
    'tries again by itself after %s at page load, and sends nothing until it has',
    async (_, status, body, kind) => {
      const visit = await startVisit('offline', (answers) => {
        const { respond } = answers;
        let failures = 3;
        const failed = status === undefined ? undefined : { status, body: new TextEncoder().encode(body) };
        Object.assign(answers, {
          respond: async (path: string, sent: Uint8Array) => (failures-- > 0 ? failed : respond(path, sent)),
        });
      });
      await turnUntil(() => visit.events.length > 0);
      expect(visit.events[0]).toMatchObject({ type: 'trouble', kind });
      await visit.clock.advance(35);
      await visit.settle();
      expect(visit.sent.filter(({ path }) => path === '/request').map(({ at }) => at)).toEqual([30, 31]);
      expect(visit.events.some(({ type }) => type === 'queued')).toBe(true);
    },
  );

  it.each([
    ['roster', { firstDay: 1, lastDay: 2 }, 'expired'],
    ['roster', { firstDay: 40_000, lastDay: 40_001 }, 'clock'],
  ] as const)('[ROS-2] stops at a %s of other days, with the reason', async (_, days, kind) => {
    const visit = await startVisit('days');
    const signed = await visit.answers.signRosterWith(days);
    const other = await startVisit('other days', ({ replaced }) => replaced.set('/roster', signed));
    await turnUntil(() => other.events.length > 0);
    expect(other.events).toEqual([{ type: 'trouble', kind, unixNow: started }]);
    expect(other.sent.some(({ path }) => path === '/request')).toBe(false);
  });

  it('names a roster that the fingerprint has not signed, and documents that are missing', async () => {
    const forged = await startVisit('forged', ({ replaced }) => replaced.set('/roster', new Uint8Array(9_000)));
    await turnUntil(() => forged.events.length > 0);
    expect(forged.events[0]).toMatchObject({ kind: 'roster' });
    const none = await startVisit('none', (answers) => {
      Object.assign(answers, { respond: async () => ({ status: 404, body: new Uint8Array(0) }) });
    });
    await turnUntil(() => none.events.length > 0);
    expect(none.events[0]).toMatchObject({ kind: 'none' });
  });
});
