// Keys for the desks' own onion address: made on the desk's machine, listed and dropped on the server's.
import { readFileSync, statSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ensureBuilt } from '../../../tools/build.ts';
import { Place, runHere } from '../testing/run.ts';

const place = new Place();
const data = ['--data', place.path('org', 'server'), '--json'];
const address = `${'a'.repeat(56)}.onion`;

beforeAll(async () => {
  await ensureBuilt();
  await place.init(1);
}, 300_000);
afterAll(() => place.remove());

it('a key is made in the form that Tor reads, listed once, and dropped', async () => {
  const file = place.path('desk.auth_private');
  const made = await runHere(['onion', 'client', 'new', file, '--address', `http://${address}`, '--json']);
  const key = String(made.json.key);
  expect(key).toMatch(/^descriptor:x25519:[A-Z2-7]{52}$/);
  expect(readFileSync(file, 'utf8')).toMatch(new RegExp(`^${'a'.repeat(56)}:descriptor:x25519:[A-Z2-7]{52}\n$`));
  expect(readFileSync(file, 'utf8')).not.toContain(key);
  expect(statSync(file).mode & 0o777).toBe(0o600);

  const added = await runHere(['onion', 'client', 'add', key, ...data]);
  expect(added.json).toMatchObject({
    clients: [key.slice(-52)],
    address: expect.stringMatching(/^[a-z2-7]{56}\.onion$/),
  });
  expect((await runHere(['onion', 'client', 'add', key, ...data])).code).toBe(3);
  expect((await runHere(['onion', 'client', 'list', ...data])).json).toEqual(added.json);
  expect((await runHere(['onion', 'client', 'remove', key, ...data])).json).toMatchObject({ clients: [] });
  expect((await runHere(['onion', 'client', 'remove', key, ...data])).code).toBe(3);
});

it('a private half is never written over, nor under a name that Tor leaves out; what is no key is refused', async () => {
  const file = place.write('kept.auth_private', 'kept');
  expect((await runHere(['onion', 'client', 'new', file, '--address', address])).code).toBe(4);
  expect(readFileSync(file, 'utf8')).toBe('kept');
  expect((await runHere(['onion', 'client', 'new', place.path('desk.key'), '--address', address])).code).toBe(2);
  expect((await runHere(['onion', 'client', 'new', file, '--address', 'example.onion'])).code).toBe(2);
  for (const bad of ['descriptor:x25519:', 'A'.repeat(51), `${'A'.repeat(51)}B`, `${'A'.repeat(52)} Port=22`]) {
    expect([bad, (await runHere(['onion', 'client', 'add', bad, ...data])).code]).toEqual([bad, 2]);
  }
});
