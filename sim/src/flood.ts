/** Junk for the server: envelopes that open with nobody's key, as many as one likes (THR-10, PUZ-1). */

import { type Outcome, openResponse, sealRequest } from '@postern/protocol/http/anonymous-request';
import { decodeKeyConfig } from '@postern/protocol/http/ohttp';
import { decodeBundle } from '@postern/protocol/keys/bundle';
import { sha256Native } from '@postern/protocol/primitives/hmac-native';
import { dayOf } from '@postern/protocol/time';
import { get } from './scene.ts';
import type { World } from './world.ts';

/** Sends envelopes that solve no puzzle and hold no token, one after the other within a minute. @returns what became of them, and the puzzle asked at the end */
export async function flood(
  world: World,
  count: number,
): Promise<{ readonly outcomes: Map<Outcome, number>; readonly puzzleBits: number }> {
  const { host, organisation } = world;
  const { random } = world.dice.fork(`flood ${world.now}`);
  const { keyConfig } = decodeBundle((await host.send(get('/bundle'))).body);
  const config = decodeKeyConfig(keyConfig);
  const outcomes = new Map<Outcome, number>();
  let puzzleBits = 0;
  for (let i = 0; i < count; i++) {
    const content = {
      fingerprint: organisation.fingerprint,
      kind: 'envelope',
      payload: random(4_096),
      claims: [16, 16, 16, 16].map(random),
      acknowledgements: [32, 32, 32, 32].map(random),
      token: random(354),
      puzzleNonce: random(8),
    } as const;
    const { bytes, context } = await sealRequest(config, content, random);
    const headers = { 'content-type': 'message/ohttp-req' };
    const { status, body } = await host.send({ method: 'POST', path: '/request', headers, body: bytes });
    if (status !== 200) throw new Error(`flood the server: status ${status}`);
    const answer = await openResponse(context, body);
    puzzleBits = answer.puzzleBits;
    outcomes.set(answer.outcome, (outcomes.get(answer.outcome) ?? 0) + 1);
  }
  return { outcomes, puzzleBits };
}

/** As after hours in which whoever floods has solved every puzzle: so many envelopes of today are stored already. */
export async function fillDay(world: World, count: number): Promise<void> {
  const { random } = world.dice.fork('fill');
  const day = dayOf(world.now);
  const rows = Array.from({ length: count }, () => random(4_096));
  const writes = rows.map((bytes) => ({ kind: 'envelope', row: { id: sha256Native(bytes), day, bytes } }) as const);
  for (let at = 0; at < writes.length; at += 500) await world.host.storage.write(writes.slice(at, at + 500));
  // The server counts what is stored when it starts.
  await world.host.restart();
}
