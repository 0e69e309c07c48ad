import { globSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DeskWorld } from '../engine/testing/desk-world.ts';
import { TestSource } from '../engine/testing/test-source.ts';
import { type DeskOf, deskOf } from '../testing/desk-of.ts';
import { passphrase } from '../testing/device-folder.ts';
import { LocalPage } from '../testing/local-page.ts';
import type { InboxRow } from './api.ts';

const built = mkdtempSync(join(tmpdir(), 'postern-page-'));
writeFileSync(join(built, 'index.html'), '<!doctype html><title>Desk</title>');
const marker = 'The lists were signed in the harbour office';
const patience = { timeout: 20_000 };

let world: DeskWorld;
let folder: DeskOf['folder'];
let remove: DeskOf['remove'];
let desk: DeskOf['desk'];
let page: LocalPage;
let source: TestSource;

beforeAll(async () => {
  world = await DeskWorld.create(0, { repliesADay: 48 });
  ({ desk, folder, remove } = await deskOf(world, { page: built, idleMinutes: 30 }));
  page = await LocalPage.open(desk.url);
});
afterAll(async () => {
  page.close();
  await remove();
  rmSync(built, { recursive: true });
});

/** The inbox as the page has put it together from the changes. */
function rows(): InboxRow[] {
  const known = new Map<string, InboxRow>();
  for (const change of page.changes) {
    if (change.kind === 'phase' && change.phase !== 'open') known.clear();
    if (change.kind !== 'inbox') continue;
    if (change.isWhole) known.clear();
    for (const id of change.gone) known.delete(id);
    for (const row of change.rows) known.set(row.id, row);
  }
  return [...known.values()];
}

/** Lets a minute pass for server and desk, until something is so. The later, the slower, for a machine that is busy. */
async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let minute = 0; minute < 400; minute++) {
    if (await isSo()) return;
    await page.call('present', {});
    world.clock.time += 60;
    await world.server?.tick();
    await new Promise((resolve) => setTimeout(resolve, Math.max(25, minute / 2)));
  }
  throw new Error('wait: it did not become so');
}

const onDisk = (): Buffer =>
  Buffer.concat(
    globSync('**/*', { cwd: folder.path })
      .map((name) => join(folder.path, name))
      .filter((path) => statSync(path).isFile())
      .map((path) => readFileSync(path)),
  );

// Hours of its clock take a busy machine a while.
describe('a desk on this machine', { timeout: 240_000 }, () => {
  it('opens with its passphrase, publishes day keys, and receives what a source writes', async () => {
    expect(await page.call('unlock', { passphrase: 'seven quiet heron' })).toEqual({ isOpen: false });
    expect(await page.call('unlock', { passphrase })).toEqual({ isOpen: true });
    await until(() => page.newest('status')?.status.dayKeysThrough != null);
    source = new TestSource(world);
    await source.visit([marker]);
    await until(() => rows().length === 1);
    const [row] = rows();
    expect(row).toMatchObject({ isUnread: true, isUnanswered: true, messages: 1, preview: marker });
    const { view } = await page.call('conversation', { id: row!.id });
    expect(view?.messages.map(({ text }) => text)).toEqual([marker]);
    await until(async () => (await page.call('search', { query: 'harbour' })).found.length === 1);
  });

  it('keeps what was seen, a draft and preferences, and sends a reply that the source reads', async () => {
    const { id } = rows()[0]!;
    await page.call('seen', { id, messages: 1, incomplete: 0, replies: 0, deeds: 0, activity: 0 });
    await page.call('draft', { id, text: 'Thank y' });
    await page.call('preferences', { language: 'zh-Hans', hasKeys: false });
    await until(() => rows()[0]?.hasDraft === true && rows()[0]?.isUnread === false);
    expect((await page.call('room', { id, text: 'Thank you' })).room).toMatchObject({ pieces: 1, fits: true });
    const answer = await page.call('reply', { id, text: 'Thank you. Write when it is safe.', attachments: [] });
    expect(answer).toHaveProperty('messageId');
    expect((await page.call('conversation', { id })).draft).toBe('');
    await until(async () => {
      const { view } = await page.call('conversation', { id });
      return view?.replies[0]?.progress === 'posted';
    });
    world.clock.time += 1_200;
    await world.server?.tick();
    const state = await source.visit();
    expect(state.answers.map(({ text }) => text)).toEqual(['Thank you. Write when it is safe.']);
  });

  it('works on a case: fields, a note that the search finds, counts, and a second person for erasing', async () => {
    const { id } = rows()[0]!;
    const done = { problem: null };
    expect(await page.call('change', { ids: [id], aspect: 'state', value: 'open' })).toEqual(done);
    expect(await page.call('change', { ids: [id], aspect: 'tag', value: ' land  registry ' })).toEqual(done);
    expect(await page.call('note', { id, of: 'note', text: '与登记处核对' })).toEqual(done);
    expect((await page.call('search', { query: '登记处' })).found).toEqual([{ id, file: null }]);
    expect((await page.call('search', { query: 'land registry' })).found).toEqual([{ id, file: null }]);
    // What one has done oneself is no news.
    await until(() => rows()[0]?.work.state === 'open' && rows()[0]?.work.tags.length === 1 && !rows()[0]?.hasNews);
    expect(rows()[0]).toMatchObject({ hasNews: false, detected: 'en', work: { tags: ['land registry'] } });
    for (const [aspect, value] of [
      ['state', 'lost'],
      ['owner', 'me'],
      ['tag', ' '],
      ['reminder', '-1'],
      ['hold', 'yes'],
      ['placement', 'first-hand'],
      ['link', id.slice(2)],
    ] as const) {
      expect(await page.call('change', { ids: [id], aspect, value })).toEqual({ problem: 'malformed' });
    }
    const unknown = { ids: ['0'.repeat(64)], aspect: 'state', value: 'open' } as const;
    expect(await page.call('change', unknown)).toEqual({ problem: 'unknown' });
    const { weeks } = await page.call('statistics', {});
    expect(weeks).toMatchObject([{ campaign: null, cases: 1, answered: 1, closed: 0 }]);
    expect(await page.call('person', { name: 'Anastasia Kovac' })).toEqual(done);
    expect(await page.call('ask-erase', { ids: [id] })).toEqual(done);
    await until(() => page.newest('status')?.team.requests.length === 1);
    const team = page.newest('status')?.team;
    expect(team?.people).toMatchObject([{ name: 'Anastasia Kovac', role: 'lead', isThis: true }]);
    const request = team?.requests[0]?.id ?? '';
    expect(await page.call('answer', { request, isGranted: true })).toEqual({ problem: 'not-permitted' });
    const wanted = { ids: [id], form: 'cleaned', choices: {}, hasWork: false } as const;
    expect(await page.call('ask-export', { ...wanted, recipients: 'age1' })).toEqual({ problem: 'recipients' });
    expect(await page.call('export', { request, language: 'en' })).toEqual({ problem: 'not-granted' });
    expect((await page.call('conversation', { id })).view?.work.notes).toMatchObject([{ text: '与登记处核对' }]);
  });

  it('tells why a reply is not taken', async () => {
    const { id } = rows()[0]!;
    expect(await page.call('reply', { id, text: ' ', attachments: [] })).toEqual({ problem: 'empty' });
    expect(await page.call('reply', { id: '0'.repeat(64), text: 'a', attachments: [] })).toEqual({
      problem: 'unknown-conversation',
    });
  });

  it('leaves nothing on the disk that names anyone or tells what was written', () => {
    // Long enough that no sealed bytes hold one of them by chance.
    for (const word of [
      marker,
      'land registry',
      'Anastasia Kovac',
      '登记处',
      'harbour',
      'Example Review',
      world.origin,
      'conversation/',
      rows()[0]!.id,
    ]) {
      expect(onDisk().includes(word)).toBe(false);
    }
    expect(onDisk().includes('SQLite format 3')).toBe(true);
  });

  it('forgets everything when it is locked, and has it again when it is unlocked', async () => {
    const { id } = rows()[0]!;
    await page.call('note-keep', { id, text: 'Call the land registry' });
    await page.call('lock', {});
    await expect(page.call('conversation', { id })).rejects.toThrow('423');
    await expect.poll(() => page.newest('phase')?.phase, patience).toBe('locked');
    expect(await page.call('unlock', { passphrase })).toEqual({ isOpen: true });
    await expect.poll(() => rows().length, patience).toBe(1);
    expect(rows()[0]).toMatchObject({ isUnread: false, hasDraft: false });
    expect(page.newest('preferences')?.preferences).toEqual({ language: 'zh-Hans', hasKeys: false });
    const { view } = await page.call('conversation', { id });
    expect(view?.replies).toHaveLength(1);
    expect(await page.call('note-begun', { id })).toEqual({ text: 'Call the land registry' });
    expect(onDisk().includes('land registry')).toBe(false);
    await page.call('note-keep', { id, text: '' });
    expect(await page.call('note-begun', { id })).toEqual({ text: '' });
  });

  it('locks by itself when nobody has been there for the idle time, and not while somebody is', async () => {
    world.clock.time += 29 * 60;
    await page.call('present', {});
    world.clock.time += 29 * 60;
    await new Promise((resolve) => setTimeout(resolve, 100));
    await page.call('present', {});
    world.clock.time += 29 * 60;
    // As the page does by itself when something comes in.
    await page.call('conversation', { id: rows()[0]!.id });
    await page.call('search', { query: 'land' });
    world.clock.time += 2 * 60;
    await expect.poll(() => page.newest('phase')?.phase, patience).toBe('locked');
  });

  it('says that it could not be opened when its store is damaged, and stays locked', async () => {
    // Answered when everything is closed.
    await page.call('lock', {});
    const path = join(folder.path, 'desk.sqlite');
    const whole = readFileSync(path);
    writeFileSync(path, Buffer.concat([Buffer.alloc(4_096, 7), whole.subarray(4_096)]));
    await expect(page.call('unlock', { passphrase })).rejects.toThrow('500 {"problem":"failed"}');
    await expect.poll(() => page.newest('phase')?.phase, patience).toBe('locked');
    writeFileSync(path, whole);
    expect(await page.call('unlock', { passphrase })).toEqual({ isOpen: true });
  });
});
