// The film of a call that is written at the desk: what is signed and published has the one that was put there for it, or none.
import { cpSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CallDesk } from '@postern/desk/calls/call-desk';
import { MemoryStore } from '@postern/desk/engine/memory-store';
import { makeOrganisation, random } from '@postern/server/testing/organisation';
import { afterEach, beforeAll, expect, it } from 'vitest';
import { ensureBuilt } from '../../../tools/build.ts';
import { callWorkshop } from './workshop.ts';

const today = 20_800;
const example = join(import.meta.dirname, '..', '..', '..', 'examples', 'hospital-contracts', 'film');
const folder = mkdtempSync(join(tmpdir(), 'postern-calls-'));

beforeAll(() => ensureBuilt(), 300_000);
afterEach(() => rmSync(folder, { recursive: true }));

it('takes no film from another call of the same name, keeps its own under a new one, and says which it has', async () => {
  const organisation = await makeOrganisation(1, today - 2);
  const roster = await organisation.sign(random(100));
  const engine = {
    campaigns: () => [],
    newestRoster: () => roster,
    publishCampaign: () => Promise.reject(new Error('nothing is published here')),
  };
  const now = (): number => today * 86_400;
  const desk = new CallDesk({ workshop: callWorkshop, store: new MemoryStore(), engine, folder, random, now });
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
