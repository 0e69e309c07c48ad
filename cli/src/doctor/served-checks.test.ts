// What doctor says of a server whose clear-web address takes no messages, asked of a real one.
import { keyHashOf } from '@postern/protocol/keys/signed';
import { daySeconds, makeWorld, noon, type World } from '@postern/server/testing/world';
import { afterEach, expect, it } from 'vitest';
import { checkServed } from './served-checks.ts';

const onion = `http://${'a'.repeat(56)}.onion`;
let world: World;
afterEach(() => world.remove());

async function found(addresses: readonly string[], isClear: boolean): Promise<(readonly [string, string])[]> {
  world = await makeWorld({ pages: null });
  const servers = [{ keyHash: await keyHashOf(world.serverKey), addresses }];
  world.roster = await world.organisation.sign(world.serverKey, { servers });
  await world.server.addRoster(world.roster.signed);
  await world.publishDayKeys(noon / daySeconds - 0.5);
  await world.restart(isClear ? { clearPage: true, onionLocation: onion } : {});
  const { fingerprint } = world.organisation;
  const { hostname: host, port } = new URL(world.server.origin);
  const settings = { fingerprint, host, port: Number(port) };
  const findings = await checkServed(settings, noon);
  return findings.map(({ check, state }) => [check, state] as const);
}

const well = [
  ['answers', 'ok'],
  ['served', 'ok'],
];

it('says nothing of an address that takes messages', async () => {
  expect(await found(['https://a.example'], false)).toEqual(well);
});

it('is content if the roster lists onion addresses alone', async () => {
  expect(await found([onion], true)).toEqual([...well, ['clear-page', 'ok']]);
});

it.each([[[]], [['https://a.example']], [['https://a.example', onion]]])(
  'warns if pages are told to send elsewhere or nowhere: %j',
  async (addresses) => {
    expect(await found(addresses, true)).toEqual([...well, ['clear-page', 'warning']]);
  },
);
