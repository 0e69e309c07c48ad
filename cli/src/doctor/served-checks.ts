/** Checks what a running server gives to everybody: whether it answers, and whether pages could send with it today. */

import { verifyBundle } from '@postern/protocol/keys/bundle';
import { verifyRoster } from '@postern/protocol/keys/roster-chain';
import type { Day } from '@postern/protocol/time';
import type { Settings } from '@postern/server/files/data-folder';
import { type Finding, failed, ok } from './finding.ts';

const waitMsMax = 10_000;

export async function checkServed({ host, port, fingerprint }: Settings, today: Day): Promise<Finding[]> {
  const origin = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  const healthy = await get(`${origin}/healthy`);
  if (healthy?.status !== 204) {
    return [
      failed('answers', `No server answers at ${origin}. Start it: postern serve; or look who else listens there.`),
    ];
  }
  return [ok('answers', `The server answers at ${origin}.`), await checkDocuments(origin, fingerprint, today)];
}

async function checkDocuments(origin: string, fingerprint: Uint8Array, today: Day): Promise<Finding> {
  const [roster, bundle] = await Promise.all([get(`${origin}/roster`), get(`${origin}/bundle`)]);
  if (roster?.status !== 200) return failed('served', 'The server gives no roster.');
  if (bundle?.status !== 200) return failed('served', 'The server gives no bundle: a desk has no day key for today.');
  try {
    await verifyBundle(bundle.body, await verifyRoster(roster.body, fingerprint, today), today);
    return ok('served', 'What the server gives verifies: sources can write.');
  } catch {
    return failed('served', 'What the server gives does not verify: pages refuse it.');
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
