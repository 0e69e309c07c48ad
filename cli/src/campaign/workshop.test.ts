// The film of a call that is written at the desk: what is signed and published has the one that was put there for it, or none.
import {
  cpSync,
  existsSync,
  globSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CallDesk } from '@postern/desk/calls/call-desk';
import { MemoryStore } from '@postern/desk/engine/memory-store';
import { makeOrganisation, random } from '@postern/server/testing/organisation';
import { afterEach, beforeAll, expect, it, vi } from 'vitest';
import { ensureBuilt } from '../../../tools/build.ts';
import { callWorkshop } from './workshop.ts';

const today = 20_800;
const example = join(import.meta.dirname, '..', '..', '..', 'examples', 'hospital-contracts', 'film');
const folder = mkdtempSync(join(tmpdir(), 'postern-calls-'));

beforeAll(() => ensureBuilt(), 300_000);
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function deskOfCalls(): Promise<CallDesk> {
  const organisation = await makeOrganisation(1, today - 2);
  const signed = await organisation.sign(random(100));
  const servers = signed.servers.map((server) => ({ ...server, addresses: ['https://review.example'] }));
  const roster = { ...signed, servers };
  const engine = {
    campaigns: () => [],
    newestRoster: () => roster,
    publishCampaign: () => Promise.reject(new Error('nothing is published here')),
  };
  const now = (): number => today * 86_400;
  return new CallDesk({ workshop: callWorkshop, store: new MemoryStore(), engine, folder, random, now });
}

it('takes no film from another call of the same name, keeps its own under a new one, and says which it has', async () => {
  const desk = await deskOfCalls();
  const begin = async (): Promise<string> => (await desk.begin('zh-Hans')).call;
  const filmOf = async (call: string): Promise<unknown> => {
    const { fault, film } = await desk.check(call);
    return fault ?? film;
  };

  const first = await begin();
  expect(await filmOf(first)).toBe(null);
  cpSync(example, join(folder, 'calls', first, 'film'), { recursive: true });
  const { size } = statSync(join(example, 'video.mp4'));
  expect(await filmOf(first)).toBe(size);
  const { draft } = await desk.read(first);
  await desk.write(JSON.stringify({ ...draft, structure: { ...draft?.structure, name: 'stones' } }));
  expect(await filmOf(first)).toBe(size);

  expect(await filmOf(await begin())).toBe(null);
  const second = await desk.read(await begin());
  await desk.write(JSON.stringify({ ...second.draft, structure: { ...second.draft?.structure, name: 'stones' } }));
  await desk.drop(first);
  expect(await filmOf(second.draft?.structure.id ?? '')).toBe(null);
});

it('keeps a film part by part: cleaned files, words right or wrong, each with what is wrong with it, until it is taken out', async () => {
  const desk = await deskOfCalls();
  const { call } = await desk.begin('en');
  const own = join(folder, 'calls', call, 'film');
  const bytesOf = (name: string): Uint8Array => new Uint8Array(readFileSync(join(example, name)));
  const words = { captions: readFileSync(join(example, 'en.vtt'), 'utf8'), transcript: 'Who?' };
  const seen = async () => (await desk.film(call)).film;

  expect(await seen()).toMatchObject({ isThere: false });
  expect(await desk.takeFilmFile(call, 'video', bytesOf('poster.jpg'))).toMatchObject({ problem: 'format' });
  expect(await desk.takeFilmFile(call, 'video', bytesOf('video.mp4').subarray(0, 900))).toHaveProperty('problem');
  expect(existsSync(own)).toBe(false);

  // A box with a name in it, as programs leave them.
  const told = Buffer.concat([bytesOf('video.mp4'), Buffer.from('\0\0\0\x14udta\0\0\0\x0cnameMark', 'latin1')]);
  const taken = await desk.takeFilmFile(call, 'video', new Uint8Array(told));
  expect(taken).toMatchObject({ removed: expect.arrayContaining([expect.any(String)]) });
  expect(readFileSync(join(own, 'video.mp4')).includes('Mark')).toBe(false);
  // What is refused changes nothing.
  expect(await desk.takeFilmFile(call, 'video', bytesOf('poster.jpg'))).toMatchObject({ problem: 'format' });
  expect(await desk.takeFilmFile(call, 'poster', bytesOf('poster.jpg'))).toEqual({ removed: [] });
  const bad = { captions: 'WEBVTT\n\nSTYLE\n::cue{}', transcript: 'news\u202etxt' };
  expect((await desk.writeFilmWords(call, 'en', bad)).film).toMatchObject({
    video: { width: 480, seconds: 9 },
    words: { en: { ...bad, faults: { captions: { problem: 'broken' }, transcript: { problem: 'unseen' } } } },
  });
  expect(await desk.check(call)).toMatchObject({ isOfFilm: true, fault: expect.stringContaining('film/en.vtt') });
  // The page of the call is shown all the same.
  expect(await desk.preview(call, { language: 'en', kind: 'page' })).toMatchObject({ kind: 'page', film: null });

  const languages = Object.keys((await desk.read(call)).draft?.texts ?? {});
  for (const language of languages) await desk.writeFilmWords(call, language, words);
  expect(await seen()).toMatchObject({ fault: null, words: { en: { faults: { captions: null, transcript: null } } } });
  expect(await desk.check(call)).toMatchObject({ fault: null, film: told.length });
  const shown = await desk.preview(call, { language: 'en', kind: 'page' });
  expect(shown).toMatchObject({ film: { captions: words.captions.trimEnd() } });

  // No name of a file can be made of a language.
  await expect(desk.writeFilmWords(call, '../../en', words)).resolves.toBeDefined();
  expect(existsSync(join(folder, 'calls', 'en.vtt'))).toBe(false);
  // What was put there and is more than can be shown is not read, nor is it shown as nothing.
  writeFileSync(join(own, 'en.md'), 'long '.repeat(100_000));
  await expect(desk.film(call)).rejects.toThrow('wanted at most');
  await desk.drop(call);
  expect(existsSync(own)).toBe(false);
});

const inExample = (name: string): Uint8Array => new Uint8Array(readFileSync(join(example, name)));
/** All that lies open of a call. */
const lyingOpen = (call: string): string[] => globSync(`${call}*{,/**}`, { cwd: join(folder, 'calls') });

it('leaves nothing of a call that is removed, also of what was being put there', async () => {
  const desk = await deskOfCalls();
  const call = await readyCall(desk);
  await desk.takeFilmFile(call, 'poster', inExample('poster.jpg'));
  const taken = desk.takeFilmFile(call, 'video', inExample('video.mp4'));
  const dropped = desk.drop(call);
  const late = desk.takeFilmFile(call, 'poster', inExample('poster.jpg'));
  expect(await taken).toEqual({ removed: [] });
  await dropped;
  expect(await late).toBe(null);
  expect(lyingOpen(call)).toEqual([]);
  expect((await desk.list()).drafts).toEqual([]);
});

it('takes the film words of a language out with that language, and no others', async () => {
  const desk = await deskOfCalls();
  const call = await readyCall(desk);
  const words = { captions: 'WEBVTT', transcript: 'Who?' };
  const { draft } = await desk.read(call);
  if (draft === null) throw new Error('there is no draft');
  const { [draft.source]: source } = draft.texts;
  await desk.write(JSON.stringify({ ...draft, texts: { ...draft.texts, ko: source } }));
  for (const language of ['ko', draft.source]) await desk.writeFilmWords(call, language, words);
  const film = join(folder, 'calls', call, 'film');
  expect(readdirSync(film)).toHaveLength(4);
  await desk.write(JSON.stringify(draft));
  expect(readdirSync(film)).toEqual([`${draft.source}.md`, `${draft.source}.vtt`]);
  await desk.write(JSON.stringify({ ...draft, source: 'ko', texts: { ko: source } }));
  expect(existsSync(film)).toBe(false);
});

it('makes one kit of a call after the other, and none of one that was removed', async () => {
  const desk = await deskOfCalls();
  const call = await readyCall(desk);
  const [first, second] = await Promise.all([desk.makeKit(call, false), desk.makeKit(call, false)]);
  expect(first).toMatchObject({ path: join(folder, 'calls', `${call}-kit`), files: expect.any(Number) });
  expect(second).toEqual(first);
  expect(await desk.writeForSigning(call)).toEqual({ path: join(folder, 'calls', call) });
  const kit = globSync('**/*.*', { cwd: join(folder, 'calls', `${call}-kit`) });
  expect(kit).toContain('press.html');
  expect(lyingOpen(call).some((path) => path.includes('.new'))).toBe(false);

  const third = desk.makeKit(call, false);
  await vi.waitFor(() => expect(existsSync(join(folder, 'calls', `${call}-kit.new`))).toBe(true), 30_000);
  await desk.drop(call);
  expect(await third).toEqual({ problem: 'gone' });
  expect(lyingOpen(call)).toEqual([]);
}, 120_000);

it('lets nothing of a call out before every text is reviewed, both checks are ticked, and it is one', async () => {
  const desk = await deskOfCalls();
  const call = await readyCall(desk);
  const { draft: ready } = await desk.read(call);
  if (ready === null) throw new Error('there is no draft');
  const unreviewed = { ...ready.texts.en, state: 'draft', reviewer: '' };
  for (const [changed, problem] of [
    [{ texts: { en: unreviewed } }, 'unready'],
    [{ checks: { contact: false, words: true } }, 'unready'],
    [{ checks: { contact: true, words: false } }, 'unready'],
    [{ texts: { en: { ...ready.texts.en, title: '' } } }, 'fault'],
  ] as const) {
    await desk.write(JSON.stringify({ ...ready, ...changed }));
    expect(await desk.writeForSigning(call)).toEqual({ problem });
    expect(await desk.makeKit(call, false)).toEqual({ problem });
    expect(await desk.publish(call, '')).toEqual({ problem });
  }
  expect(lyingOpen(call)).toEqual([]);
});

/** Written in one language, with everything settled. */
async function readyCall(desk: CallDesk): Promise<string> {
  const { call } = await desk.begin('en');
  const { draft } = await desk.read(call);
  if (draft === null) throw new Error('there is no draft');
  const own = { title: 'A wall', summary: 'Who was paid?', body: 'It fell.', who: 'Masons.', wanted: 'Bills.' };
  const texts = { en: { ...draft.texts.en, ...own, state: 'reviewed', reviewer: 'R. Reader' } };
  await desk.write(JSON.stringify({ ...draft, texts, checks: { contact: true, words: true } }));
  expect(await desk.check(call)).toMatchObject({ fault: null, problems: [] });
  return call;
}
