/** [PLN-6] What a visit without scripts asks of the server, beside what a page with scripts asks. */

import { newPassphrase } from '@postern/protocol/keys/passphrase';
import { carriedToLines } from '@postern/protocol/messages/carried';
import { SourceSession } from '@postern/protocol/source';
import { dayOf } from '@postern/protocol/time';
import type { Http } from '@postern/source/http';
import { type Clock, Visit as PageVisit } from '@postern/source/network';
import { type VisitAnswers, visitAnswers } from '@postern/source/testing/visit-server';
import { expect, it } from 'vitest';
import { Visit } from './visit.ts';
import { wordLists } from './word-lists.ts';

const started = 1_795_500_000;
const random = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length));
const fields = { moments: [3, 4], thenEvery: 1, envelopeEvery: 2 };
const staySeconds = 6.5;
const patience = { timeout: 20_000, interval: 50 };

type Asked = readonly [path: string, bytes: number, seconds: number];

/** Between what a visit does at its moments it waits for less; what else it waits for is further away. */
const pauseSecondsMax = 2.5;

/** Time stands still until `advance`, and while the visit works on what is due. */
class TestClock implements Clock {
  #now = 0;
  #waiting: { readonly at: number; readonly wake: () => void }[] = [];

  seconds(): number {
    return this.#now;
  }

  unix(): number {
    return started + Math.floor(this.#now);
  }

  wait(seconds: number): Promise<void> {
    return new Promise((wake) => this.#waiting.push({ at: this.#now + seconds, wake }));
  }

  async advance(to: number): Promise<void> {
    for (;;) {
      await turnUntil(() => this.#waiting.some(({ at }) => at - this.#now < pauseSecondsMax));
      const [first] = this.#waiting.sort((a, b) => a.at - b.at);
      if (first === undefined || first.at > to) break;
      this.#waiting.shift();
      this.#now = first.at;
      first.wake();
    }
    this.#now = to;
  }
}

async function turnUntil(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}

/** Answers from the same documents, and every call with its time. */
function logged(answers: VisitAnswers) {
  const asked: Asked[] = [];
  const clock = new TestClock();
  const call = async (path: string, body: Uint8Array) => {
    asked.push([path, body.length, clock.seconds()]);
    const answer = await answers.respond(path, body);
    if (answer === undefined) throw new Error('no answer');
    return answer;
  };
  const http: Http = { get: (path) => call(path, new Uint8Array(0)), post: call };
  return { asked, http, clock };
}

it('[PLN-6] [CAR-2] one that writes, one that delivers for another and one that only starts ask for the same, at the same moments, as a page that is only looked at', async () => {
  const answers = await visitAnswers(() => started, fields);
  const { fingerprint } = answers;

  const page = logged(answers);
  const session = new SourceSession({ fingerprint, random });
  const pageVisit = new PageVisit({ ...page, session, report: () => undefined, accepted: () => undefined });
  void pageVisit.run();
  await page.clock.advance(staySeconds);
  pageVisit.stop();

  const begin = { kind: 'begin', fingerprint, language: 'en', icon: '/i', style: '/s', past: null } as const;
  const stored: number[] = [];
  const visits = ['writer', 'carrier', 'other'].map((who) => {
    const log = logged(answers);
    const visit = new Visit({ begin, ...log, random, progress: (_, count) => void stored.push(count) });
    return { who, log, visit };
  });
  const [writer, carrier] = visits.map(({ visit }) => visit) as [Visit, Visit];
  const send = async (values: Record<string, string>, visit = writer): Promise<string> => {
    const body = new TextEncoder().encode(new URLSearchParams({ ...values, end: '1' }).toString());
    await visit.form('application/x-www-form-urlencoded', body, true);
    return new TextDecoder().decode((await visit.look(false)).body);
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
  const lines = await carriedToLines({ lastDay: dayOf(started), envelopes: [random(4096)] }, fingerprint);
  const carry = numberIn(await send({ go: 'carry' }, carrier));
  const carried = await send({ go: 'deliver', for: 'carry', form: carry, sealed: lines.join(' ') }, carrier);
  expect(carried).toContain('waiting for its moment');
  for (const { log } of visits) await log.clock.advance(staySeconds);
  await turnUntil(() => stored.filter((count) => count === 1).length === 2);

  const until = page.asked.length;
  expect(until).toBeGreaterThan(5);
  for (const { log } of visits) expect(log.asked.slice(0, until)).toEqual(page.asked);
}, 60_000);

it('[RPL-9] [PLN-18] keeps an answer with files at the server until the person asks to delete it, one without only until it has come', async () => {
  const answers = await visitAnswers(() => started, fields);
  const list = await wordLists().load('english');
  const { words } = await newPassphrase(random, list);
  const key = random(32);
  const file = { name: 'form.pdf', type: '', bytes: 9, day: 0, hash: random(32), key };
  await answers.answer(words, list, { desk: 0, number: 1, text: 'with a file', files: [file] });
  await answers.answer(words, list, { desk: 0, number: 2, text: 'words alone' });
  const log = logged(answers);
  const { fingerprint } = answers;
  const begin = { kind: 'begin', fingerprint, language: 'en', icon: '/i', style: '/s', past: null } as const;
  const visit = new Visit({ begin, ...log, random, progress: () => undefined });
  const look = async (): Promise<string> => new TextDecoder().decode((await visit.look(false)).body);
  const send = async (values: Record<string, string>): Promise<string> => {
    const form = /name="form" value="(\w+)"/.exec(await look())?.[1];
    const body = new URLSearchParams({ ...(form && { form }), ...values, end: '1' }).toString();
    await visit.form('application/x-www-form-urlencoded', new TextEncoder().encode(body), true);
    return look();
  };
  await send({ go: 'enter' });
  await send({ go: 'look', typed: words.join(' '), list: 'english' });
  await log.clock.advance(staySeconds);
  await expect.poll(look, patience).toContain('words alone');
  const before = await look();
  expect([before.includes('with a file'), before.includes('words alone')]).toEqual([true, true]);
  const go = /name="go" value="(settled:[^"]+)"/.exec(before)?.[1] ?? '';
  let seconds = staySeconds;
  const deletedLater = async (): Promise<readonly number[]> => {
    await log.clock.advance(++seconds);
    return [...answers.deleted];
  };
  // Looked at again, so both have been shown; one receipt tells of both.
  await look();
  await expect.poll(deletedLater, patience).toEqual([2]);
  for (let later = 0; later < 6; later++) expect(await deletedLater()).toEqual([2]);

  const after = await send({ go });
  expect([after.includes('with a file'), after.includes('settled:')]).toEqual([true, false]);
  await expect.poll(deletedLater, patience).toEqual([2, 1]);
}, 60_000);

it('loads no page anew on which somebody is typing, however long the server is away', async () => {
  const answers = await visitAnswers(() => started, fields);
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
  await log.clock.advance(staySeconds);
  const page = async () => {
    const { again, body } = await visit.look(false);
    return { again, html: new TextDecoder().decode(body) };
  };
  await expect.poll(async () => (await page()).html, { timeout: 20_000, interval: 200 }).toContain('No connection');
  expect(await page()).toMatchObject({ again: 0, html: expect.stringContaining('name="text"') });
}, 60_000);
