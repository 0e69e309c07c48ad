// A desk of three devices with many cases: two people work in browsers by keyboard, a third beside them, at the same time.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InboxRow } from '@postern/desk/app/api';
import { createKeystore } from '@postern/desk/app/keystore';
import { keystoreName, storeName } from '@postern/desk/app/start-desk';
import { createDeviceIdentity } from '@postern/desk/engine/identity';
import { LocalPage } from '@postern/desk/testing/local-page';
import { deskId } from '@postern/protocol/bytes/brand';
import { Secret } from '@postern/protocol/bytes/secret';
import { dayOf } from '@postern/protocol/time';
import type { Browser } from 'puppeteer-core';
import { launchChromium } from '../tools/browsers/launch.ts';
import { ensureBuilt } from '../tools/build.ts';
import { makeOffice, now, type Office, random, type ServerProcess } from '../tools/e2e/office.ts';
import { keepCases, makeCases } from './desk-cases.ts';
import {
  begin,
  heapOf,
  isReadThrough,
  type PersonTimes,
  passphrase,
  standstillOf,
  workInBrowser,
} from './team-person.ts';

const people = 3;
/** As the launcher of the command line starts a desk (cli/bin/postern). */
const asLaunched = {
  env: { MALLOC_ARENA_MAX: '1', MALLOC_TRIM_THRESHOLD_: '131072', MALLOC_MMAP_THRESHOLD_: '131072' },
  flags: ['--no-warnings', '--max-semi-space-size=4'],
};
/** For what is written at one device to be read at all others; it takes two or three ticks. */
const settleMs = 90_000;

export interface TeamTimes extends PersonTimes {
  readonly starting: readonly number[];
  readonly reading: readonly number[];
}

export interface TeamWork {
  /** All in milliseconds. */
  readonly times: TeamTimes;
  /** In MiB, of each device or page. */
  readonly memory: {
    readonly now: readonly number[];
    readonly most: readonly number[];
    readonly page: readonly number[];
  };
  /** The longest of each page and of each process while people work, in milliseconds. */
  readonly standstills: { readonly page: readonly number[]; readonly process: readonly number[] };
  /** What each device shows of all cases at the end, as text. */
  readonly states: readonly string[];
  /** Texts of the notes that were written, and of those that each device has at the end. */
  readonly written: readonly string[];
  readonly kept: readonly (readonly string[])[];
}

interface Opened {
  readonly folder: string;
  readonly browsers: Browser[];
  readonly desks: ChildProcess[];
  office: Office | null;
  server: ServerProcess | null;
}

/** @throws Error if something does not become so in time; leaves nothing behind */
export async function workTogether(cases: number, rounds: number): Promise<TeamWork> {
  await ensureBuilt();
  const folder = mkdtempSync(join(tmpdir(), 'postern-team-'));
  const opened: Opened = { folder, browsers: [], desks: [], office: null, server: null };
  try {
    const ids = await startDesks(opened, cases);
    const links = await Promise.all(opened.desks.map((desk) => ask<string>(desk, 'link')));
    const [third = ''] = links.splice(2);
    const persons = await Promise.all(
      links.map(async (link) => {
        const browser = await launchChromium();
        opened.browsers.push(browser);
        return begin(await browser.newPage(), link);
      }),
    );
    const beside = await LocalPage.open(third);
    await beside.call('unlock', { passphrase });
    const reading = await Promise.all(persons.map(({ page }) => isReadThrough(page)));
    const standstills = async (): Promise<TeamWork['standstills']> => ({
      page: await Promise.all(persons.map(({ page }) => standstillOf(page))),
      process: await Promise.all(opened.desks.map((desk) => ask<number>(desk, 'standstill'))),
    });
    await standstills();
    const [written, ...worked] = await Promise.all([
      workBeside(beside, ids, 3 * rounds),
      ...persons.map(({ page }, at) => workInBrowser(page, portion(ids, at, rounds))),
    ]);
    const stood = await standstills();
    const notes = [...written, ...worked.flatMap((one) => one.notes)];
    const all = (kind: keyof PersonTimes): readonly number[] => worked.flatMap((one) => one[kind]);
    const times = { opening: all('opening'), searching: all('searching'), changing: all('changing') };
    const page = await Promise.all(persons.map((person) => heapOf(person.page)));
    const resident = await Promise.all(opened.desks.map((desk) => ask<[number, number]>(desk, 'memory')));
    const memory = { now: resident.map(([at]) => at), most: resident.map(([, most]) => most), page };
    const ends = await settled(opened.desks, notes);
    return {
      times: { ...times, starting: persons.map(({ startMs }) => startMs), reading },
      memory,
      standstills: stood,
      written: notes,
      ...ends,
    };
  } finally {
    await Promise.all(opened.browsers.map((browser) => browser.close()));
    for (const child of opened.desks) child.kill('SIGKILL');
    await opened.server?.stop();
    opened.office?.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Three devices that are in step with each other, each with all the cases. @returns their ids, in the order of their numbers */
async function startDesks(opened: Opened, cases: number): Promise<readonly string[]> {
  const identities = await Promise.all(Array.from({ length: people }, () => createDeviceIdentity(random)));
  const id = deskId(random(8));
  const devices = identities.map(({ device }) => device).sort((a, b) => Buffer.compare(a.keyHash, b.keyHash));
  const names = [{ language: 'en', name: 'Desk', description: '' }];
  const office = await makeOffice(1, { desks: [{ id, paused: false, names, devices }], repliesADay: 24 });
  opened.office = office;
  const server = await office.serve({ withoutPages: true });
  opened.server = server;
  const storeKey = random(32);
  const enrolment = {
    fingerprint: office.fingerprint,
    deskId: id,
    roster: office.roster.signed,
    server: server.origin,
  };
  const folders = await Promise.all(
    identities.map(async ({ seed }, at) => {
      const folder = join(opened.folder, `device-${at}`);
      mkdirSync(folder);
      const keys = { deviceSeed: new Secret(seed.reveal().slice()), storeKey: new Secret(storeKey.slice()), enrolment };
      await createKeystore(join(folder, keystoreName), passphrase, keys, { random });
      return folder;
    }),
  );
  const start = async (): Promise<void> => {
    opened.desks.push(...(await Promise.all(folders.map((folder) => startDesk(folder, server.origin)))));
  };
  await start();
  await untilInStep(opened.desks);
  await Promise.all(opened.desks.splice(0).map(stopDesk));
  const made = await makeCases(cases, dayOf(now()), random);
  for (const folder of folders) await keepCases(join(folder, storeName), new Secret(storeKey.slice()), made, random);
  await start();
  return [...made.conversations.keys()];
}

async function startDesk(folder: string, server: string): Promise<ChildProcess> {
  const child = fork(join(import.meta.dirname, 'desk-process.ts'), [folder, server], {
    env: { PATH: process.env.PATH ?? '', ...asLaunched.env },
    execArgv: asLaunched.flags,
  });
  await once(child, 'message');
  return child;
}

async function stopDesk(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}

/** A device that comes later than the others begins with a copy of all cases, which is another matter than work on them. */
async function untilInStep(desks: readonly ChildProcess[]): Promise<void> {
  const pages = await Promise.all(desks.map(async (desk) => LocalPage.open(await ask<string>(desk, 'link'))));
  await Promise.all(pages.map((page) => page.call('unlock', { passphrase })));
  const isInStep = (page: LocalPage): boolean => {
    const status = page.newest('status')?.status;
    return status?.phase === 'working' && status.devices.every((one) => one.isThis || one.lastDay !== null);
  };
  await until('all devices in step', () => pages.every(isInStep));
  for (const page of pages) page.close();
}

/** @throws Error if it does not become so in time */
async function until(what: string, isSo: () => boolean): Promise<void> {
  for (const end = performance.now() + settleMs; !isSo(); ) {
    if (performance.now() > end) throw new Error(`wait for ${what}: not after ${settleMs / 1000} seconds`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

/** Everybody has cases of their own, from the middle: their numbers have as many digits as any. */
function portion(
  ids: readonly string[],
  person: number,
  count: number,
): { readonly id: string; readonly number: number }[] {
  const first = Math.floor(ids.length / 2) + person * count;
  return ids.slice(first, first + count).map((id, at) => ({ id, number: first + at }));
}

/** One thing a second: changes several cases at once, and writes a note. @returns the notes */
async function workBeside(page: LocalPage, ids: readonly string[], rounds: number): Promise<readonly string[]> {
  const notes: string[] = [];
  for (let round = 0; round < rounds; round++) {
    const some = Array.from({ length: 4 }, (_, at) => ids.at(-1 - 4 * round - at) ?? '');
    await page.call('change', { ids: some, aspect: 'state', value: round % 2 === 0 ? 'open' : 'waiting' });
    notes.push(`Beside ${round}`);
    await page.call('note', { id: some[0] ?? '', of: 'note', text: `Beside ${round}` });
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
  return notes;
}

/** Waits until every device has everything and shows the same. */
async function settled(
  desks: readonly ChildProcess[],
  written: readonly string[],
): Promise<Pick<TeamWork, 'states' | 'kept'>> {
  const pages = await Promise.all(desks.map(async (desk) => LocalPage.open(await ask<string>(desk, 'link'))));
  const waiting = (page: LocalPage): number => page.newest('status')?.status.log.waitingEvents ?? 1;
  const isSame = (): boolean => pages.every((page) => waiting(page) === 0) && new Set(pages.map(shownBy)).size === 1;
  await until('the same at all devices', isSame);
  const kept = await Promise.all(pages.map((page) => found(page, written)));
  for (const page of pages) page.close();
  return { states: pages.map(shownBy), kept };
}

/** The rows as a page has them after all changes, without what each device adds for itself. */
function shownBy(page: LocalPage): string {
  const rows = new Map<string, InboxRow>();
  for (const change of page.changes) {
    if (change.kind === 'inbox') for (const row of change.rows) rows.set(row.id, row);
  }
  const plain = [...rows.values()].map(({ isUnread, hasNews, hasDraft, ...row }) => row);
  return JSON.stringify(plain.sort((a, b) => (a.id < b.id ? -1 : 1)));
}

/** Those of the notes that a device's search finds in one case. */
async function found(page: LocalPage, notes: readonly string[]): Promise<readonly string[]> {
  const here: string[] = [];
  for (const note of notes) {
    const { found } = await page.call('search', { query: note });
    if (found.length > 0) here.push(note);
  }
  return here;
}

async function ask<Answer>(child: ChildProcess, what: 'link' | 'memory' | 'standstill'): Promise<Answer> {
  child.send(what);
  return (await once(child, 'message'))[0] as Answer;
}
