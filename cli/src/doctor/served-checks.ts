/** Checks what a running server gives to everybody: whether it answers, and whether pages could send with it today. */

import { verifyRoster } from '@postern/protocol/keys/roster-chain';
import type { ServedDocuments } from '@postern/protocol/messages/current-documents';
import { type Day, dayOf } from '@postern/protocol/time';
import type { Settings } from '@postern/server/files/data-folder';
import { Failure, unreachable } from '../terminal/failure.ts';
import { verifyServed } from '../verify/served-documents.ts';
import { type Finding, failed, ok, warning } from './finding.ts';

const waitMsMax = 10_000;

/** @param now unix seconds */
export async function checkServed({ host, port, fingerprint }: Settings, now: number): Promise<Finding[]> {
  const origin = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  const healthy = await get(`${origin}/healthy`);
  if (healthy?.status !== 204) {
    return [
      failed('answers', `No server answers at ${origin}. Start it: postern serve; or look who else listens there.`),
    ];
  }
  return [
    ok('answers', `The server answers at ${origin}.`),
    await checkDocuments(origin, fingerprint, now),
    ...(await checkClearPage(origin, fingerprint, dayOf(now))),
  ];
}

/** Nothing for an address that takes messages. Where it takes none, pages must not be told to send there. */
async function checkClearPage(origin: string, fingerprint: Uint8Array, today: Day): Promise<Finding[]> {
  if ((await get(`${origin}/request`))?.status !== 404) return [];
  const signed = await get(`${origin}/roster`);
  const roster = await verifyRoster(signed?.body ?? new Uint8Array(0), fingerprint, today).catch(() => null);
  const addresses = roster?.servers.flatMap((server) => server.addresses) ?? [];
  const clear = addresses.filter((address) => !new URL(address).hostname.endsWith('.onion'));
  const text = `${origin} takes no messages and leads to the onion address (--clear-page)`;
  if (addresses.length > clear.length && clear.length === 0) return [ok('clear-page', `${text}.`)];
  if (clear.length === 0) return [warning('clear-page', `${text}, but the roster lists no onion address.`)];
  return [
    warning('clear-page', `${text}, but the roster lists ${clear.join(', ')}: pages fail there if it is this server.`),
  ];
}

async function checkDocuments(origin: string, fingerprint: Uint8Array, now: number): Promise<Finding> {
  const wanted = async (path: string, missing: string): Promise<Uint8Array> => {
    const answer = await get(origin + path);
    if (answer?.status !== 200) throw unreachable(`The server gives ${missing}.`);
    return answer.body;
  };
  try {
    const roster = await wanted('/roster', 'no roster');
    const verified = await verifyRoster(roster, fingerprint, dayOf(now));
    const both = async (): Promise<ServedDocuments> => ({
      bundle: await wanted('/bundle', 'no bundle: a desk has no day key for today'),
      index: await wanted('/index/0', 'no reply index'),
    });
    await verifyServed(both, verified, now);
    return ok('served', 'What the server gives verifies: sources can write.');
  } catch (error) {
    const isMissing = error instanceof Failure;
    return failed('served', isMissing ? error.message : 'What the server gives does not verify: pages refuse it.');
  }
}

async function get(url: string): Promise<{ readonly status: number; readonly body: Uint8Array } | null> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(waitMsMax) });
    return { status: response.status, body: new Uint8Array(await response.arrayBuffer()) };
  } catch {
    return null;
  }
}
