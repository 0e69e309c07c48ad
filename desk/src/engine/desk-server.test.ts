import { encodeDeviceResponse } from '@postern/protocol/http/device-response';
import { verifyDeviceRequest } from '@postern/protocol/http/device-signature';
import { ed25519Key } from '@postern/protocol/primitives/ed25519';
import { seededRandom } from '@postern/protocol/testing/seeded-random';
import { expect, test } from 'vitest';
import { DeskServer } from './desk-server.ts';
import type { DeviceKeys } from './identity.ts';
import type { DeskPorts } from './ports.ts';

const random = seededRandom('a desk and its server');
const now = 1_795_500_000.6;

/** A desk whose server began at this time and checks its signatures. @returns what became of a question, and how often it was sent */
async function askOf(startedAt: number): Promise<{ readonly outcome: string; readonly sent: number }> {
  const signing = await ed25519Key(random(32));
  const device = random(8);
  let sent = 0;
  const callDesk: DeskPorts['callDesk'] = async ({ headers, body }) => {
    sent += 1;
    const check = { lookupKey: () => signing.publicKey, now, startedAt, seenNonce: () => false };
    const verified = await verifyDeviceRequest({ method: 'POST', path: '/desk', headers, body }, check);
    if ('refused' in verified) return { status: verified.refused === 'clock' ? 409 : 401, body: new Uint8Array(0) };
    return { status: 200, body: encodeDeviceResponse({ kind: 'rosters', rosters: [] }) };
  };
  const ports = { random, now: () => now, callDesk } as Partial<DeskPorts> as DeskPorts;
  const server = new DeskServer(ports, { device, signing } as Partial<DeviceKeys> as DeviceKeys);
  const outcome = await server.ask({ kind: 'rosters', from: 0 }).then(
    ({ kind }) => kind,
    (error) => String(error.code),
  );
  return { outcome, sent };
}

test('[DEV-1] is heard in the very second in which its server started', async () => {
  expect(await askOf(now - 0.3)).toEqual({ outcome: 'rosters', sent: 2 });
});

test('asks a server that started earlier once', async () => {
  expect(await askOf(now - 60)).toEqual({ outcome: 'rosters', sent: 1 });
});

test('says so when its clock and the server\u2019s are far apart', async () => {
  expect(await askOf(now + 60)).toEqual({ outcome: 'clock', sent: 2 });
});
