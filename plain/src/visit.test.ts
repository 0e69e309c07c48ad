/** [PLN-6] What a visit without scripts asks of the server, beside what a page with scripts asks. */
import { SourceSession } from '@postern/protocol/source';
import type { Http } from '@postern/source/http';
import { Visit as PageVisit } from '@postern/source/network';
import { type VisitAnswers, visitAnswers } from '@postern/source/testing/visit-server';
import { expect, it } from 'vitest';
import { Visit } from './visit.ts';

const now = (): number => Math.floor(Date.now() / 1000);
const random = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length));
const fields = { moments: [3, 4], thenEvery: 1, envelopeEvery: 2 };
const stayMs = 6_500;

type Asked = readonly [path: string, bytes: number, seconds: number];

/** Answers from the same documents, and every call with its time. */
function logged(answers: VisitAnswers) {
  const asked: Asked[] = [];
  const started = performance.now();
  const seconds = (): number => (performance.now() - started) / 1000;
  const call = async (path: string, body: Uint8Array) => {
    asked.push([path, body.length, Math.round(seconds())]);
    const answer = await answers.respond(path, body);
    if (answer === undefined) throw new Error('no answer');
    return answer;
  };
  const http: Http = { get: (path) => call(path, new Uint8Array(0)), post: call };
  const wait = (s: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, s * 1000));
  return { asked, http, clock: { seconds, unix: now, wait } };
}

it('[PLN-6] one that writes and one that only starts ask for the same, at the same moments, as a page that is only looked at', async () => {
  const answers = await visitAnswers(now, fields);
  const { fingerprint } = answers;

  const page = logged(answers);
  const session = new SourceSession({ fingerprint, random });
  const pageVisit = new PageVisit({ ...page, session, report: () => undefined, accepted: () => undefined });
  void pageVisit.run();
  await new Promise((resolve) => setTimeout(resolve, stayMs));
  pageVisit.stop();

  const begin = { kind: 'begin', fingerprint, language: 'en', icon: '/i', style: '/s', past: null } as const;
  const stored: number[] = [];
  const visits = ['writer', 'other'].map((who) => {
    const log = logged(answers);
    const visit = new Visit({ begin, ...log, random, progress: (_, count) => void stored.push(count) });
    return { who, log, visit };
  });
  const { visit: writer } = visits[0]!;
  const html = async (): Promise<string> => new TextDecoder().decode((await writer.look(false)).body);
  const send = async (values: Record<string, string>): Promise<string> => {
    const body = new TextEncoder().encode(new URLSearchParams({ ...values, end: '1' }).toString());
    await writer.form('application/x-www-form-urlencoded', body, true);
    return html();
  };
  const numberIn = (text: string): string => /name="form" value="(\w+)"/.exec(text)?.[1] ?? '';
  const writing = await send({ go: 'write' });
  const desk = /name="desk" value="(\w+)"/.exec(writing)?.[1] ?? '';
  const shown = await send({ go: 'submit', form: numberIn(writing), text: 'A message.', desk });
  const words = [...shown.matchAll(/class="word">(\w+)</g)].map(([, word = '']) => word);
  const check = await send({ go: 'check', form: numberIn(shown) });
  const places = [...check.matchAll(/<span>Word (\d+)</g)].map(([, place]) => Number(place) - 1);
  const typed = Object.fromEntries(places.map((place, at) => [`word${at}`, words[place] ?? '']));
  await send({ go: 'checked', form: numberIn(check), ...typed });
  await new Promise((resolve) => setTimeout(resolve, stayMs));

  expect(stored).toContain(1);
  const until = page.asked.length;
  expect(until).toBeGreaterThan(5);
  for (const { log } of visits) expect(log.asked.slice(0, until)).toEqual(page.asked);
}, 60_000);

it('loads no page anew on which somebody is typing, however long the server is away', async () => {
  const answers = await visitAnswers(now, fields);
  const log = logged(answers);
  let isAway = false;
  const get = (path: string) => (isAway ? Promise.reject(new Error('no answer')) : log.http.get(path));
  const begin = {
    kind: 'begin',
    fingerprint: answers.fingerprint,
    language: 'en',
    icon: '/i',
    style: '/s',
    past: null,
  } as const;
  const visit = new Visit({ begin, ...log, http: { ...log.http, get }, random, progress: () => undefined });
  await visit.form('application/x-www-form-urlencoded', new TextEncoder().encode('go=write&end=1'), true);
  isAway = true;
  answers.mood = 'gone';
  const page = async () => {
    const { again, body } = await visit.look(false);
    return { again, html: new TextDecoder().decode(body) };
  };
  await expect.poll(async () => (await page()).html, { timeout: 20_000, interval: 200 }).toContain('No connection');
  expect(await page()).toMatchObject({ again: 0, html: expect.stringContaining('name="text"') });
}, 60_000);
