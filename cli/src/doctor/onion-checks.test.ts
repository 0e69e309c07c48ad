// What the doctor says of the onion addresses: from a data folder without tor, and from facts as they can be found.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureOnionKey } from '@postern/server/onion/onion-key';
import type { OnionFacts } from '@postern/server/onion/onion-status';
import { afterAll, expect, it } from 'vitest';
import { Place, runHere } from '../testing/run.ts';
import { checkOnion, onionFindings } from './onion-checks.ts';

const random = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length));
const folder = mkdtempSync(join(tmpdir(), 'postern-doctor-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const well: OnionFacts = {
  public: { key: 'good', address: 'a.onion', isPublished: true },
  desk: { key: 'good', address: 'b.onion', isPublished: true },
  deskClients: 2,
  program: { version: '0.4.9.1', hasProofOfWork: true },
  running: { version: '0.4.9.1', progress: 100 },
};

const states = (facts: OnionFacts): string[] => onionFindings(facts).map(({ check, state }) => `${check} ${state}`);

it('says nothing of a server without onion addresses, and that nobody serves one that was made', async () => {
  expect(await checkOnion(folder, random)).toEqual([]);
  const address = await ensureOnionKey(folder, 'public', random);
  const findings = await checkOnion(folder, random);
  expect(findings.find(({ check }) => check === 'onion')).toMatchObject({ state: 'warning' });
  expect(findings.find(({ check }) => check === 'onion')?.text).toContain(address);
});

it('fails for an address that is not published and for keys that others can read or that are damaged', () => {
  expect(states(well)).toEqual(['tor ok', 'onion ok', 'onion-desk ok']);
  const unpublished = { ...well, public: { ...well.public, isPublished: false } };
  expect(states(unpublished)).toContain('onion failed');
  for (const key of ['open', 'damaged'] as const) {
    const facts = { ...well, desk: { key, address: null, isPublished: null } };
    expect(states(facts)).toContain('onion-desk failed');
  }
  expect(states({ ...well, deskClients: null })).toContain('onion-desk failed');
  expect(states({ ...well, deskClients: 0 })).toEqual(['tor ok', 'onion ok']);
});

it('tells a tor that is missing, on its way, without proof of work', () => {
  expect(states({ ...well, program: null })).toContain('tor failed');
  expect(states({ ...well, running: { version: '0.4.9.1', progress: 60 } })).toContain('tor failed');
  expect(states({ ...well, program: { version: '0.4.7', hasProofOfWork: false } })).toContain('tor warning');
});

it('tells that a roster lacks the onion address which the server has, and how to list it', async () => {
  const place = new Place();
  try {
    await place.init(1);
    const data = place.path('org', 'server');
    const told = async (): Promise<string> => (await runHere(['doctor', data])).out;
    expect(await told()).not.toContain('does not list');
    const origin = `http://${await ensureOnionKey(data, 'public', random)}`;
    expect(await told()).toContain(`roster does not list ${origin}`);
    const where = ['--data', data, '--root', place.path('org', 'organisation-root.key')];
    expect((await runHere(['roster', 'mirror', 'add', origin, ...where])).code).toBe(0);
    expect(await told()).not.toContain('does not list');
  } finally {
    place.remove();
  }
}, 60_000);
