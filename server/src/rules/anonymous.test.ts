// The anonymous request against a real server on loopback with real SQLite.
import { REQUEST_BYTES, RESPONSE_BYTES } from '@postern/protocol/constants';
import { openResponse } from '@postern/protocol/http/anonymous-request';
import { checkPuzzle, solvePuzzle } from '@postern/protocol/http/puzzle';
import { tagLookup, tagOf } from '@postern/protocol/messages/reply-index';
import { afterEach, describe, expect, it } from 'vitest';
import { random } from '../testing/organisation.ts';
import {
  claimsFor,
  daySeconds,
  deviceOf,
  filler,
  load,
  makeReply,
  makeWorld,
  nextEpoch,
  postRequest,
  replyPayload,
  request,
  seal,
  type TestReply,
  takeToken,
  type World,
  type WorldOptions,
} from '../testing/world.ts';

let world: World;
const open = async (options?: WorldOptions): Promise<World> => {
  world = await makeWorld(options);
  return world;
};
afterEach(() => world.remove());

const today = (): number => Math.floor(world.clock.now() / daySeconds);
const firstDevice = () => deviceOf(world.organisation, world.organisation.desks[0] as Uint8Array);

async function postReply(reply: TestReply): Promise<string> {
  const token = await takeToken(world, 'reply', firstDevice());
  if (typeof token === 'string') throw new Error(token);
  return (await request(world, { kind: 'reply', payload: await replyPayload(reply), token })).outcome;
}

describe('envelopes', () => {
  it('are stored, and [REQ-5] the same request again changes nothing', async () => {
    await open();
    const payload = random(4096);
    const sealed = await seal(world, filler(world.organisation.fingerprint, { kind: 'envelope', payload }));
    for (let i = 0; i < 3; i++) {
      const { bytes } = await postRequest(world.server.origin, sealed.bytes);
      expect((await openResponse(sealed.context, bytes)).outcome).toBe('stored');
    }
    expect((await world.storage().envelopeCounts()).get(today())).toBe(1);
    const [id] = await world.storage().envelopeIds(today());
    const [row] = await world.storage().envelopes([id as Uint8Array]);
    expect(Buffer.from(row?.bytes ?? []).equals(payload)).toBe(true);
  });

  it('[ENV-5] are listed in order of their hash, whatever the order of arrival', async () => {
    await open();
    for (let i = 0; i < 8; i++) await request(world, { kind: 'envelope', payload: random(4096) });
    const ids = (await world.storage().envelopeIds(today())).map((id) => Buffer.from(id).toString('hex'));
    expect(ids).toHaveLength(8);
    expect(ids).toEqual([...ids].sort());
  });

  it('[REQ-7] of another organisation are refused in an answer like every other, and not stored', async () => {
    await open();
    const reply = makeReply();
    await postReply(reply);
    await nextEpoch(world);
    const content = filler(random(32), {
      kind: 'envelope',
      claims: await claimsFor(world, [reply]),
      acknowledgements: [reply.ackKey, random(32), random(32), random(32)],
    });
    const sealed = await seal(world, content);
    const { status, bytes } = await postRequest(world.server.origin, sealed.bytes);
    const answer = await openResponse(sealed.context, bytes);
    expect([status, bytes.length, answer.outcome]).toEqual([200, RESPONSE_BYTES, 'refused']);
    expect(Buffer.from(answer.bodies[0] as Uint8Array).equals(reply.body)).toBe(false);
    expect((await world.storage().envelopeCounts()).size).toBe(0);
    expect(await world.storage().replyTags()).toHaveLength(1);
  });
});

describe('replies', () => {
  it('stand in the index of the next epoch and not of this one, and are collected by their claim', async () => {
    await open();
    const reply = makeReply();
    const { index: before } = await load(world);
    expect(await postReply(reply)).toBe('stored');
    const { index: same } = await load(world);
    expect(Buffer.from(same.tags).equals(before.tags)).toBe(true);
    await nextEpoch(world);
    const { index } = await load(world);
    expect(tagLookup(index.tags)(await tagOf(reply.tagKey, index.epoch))).toBe(true);
    const { bodies, outcome } = await request(world, { claims: await claimsFor(world, [reply]) });
    expect(outcome).toBe('nothing');
    expect(Buffer.from(bodies[0] as Uint8Array).equals(reply.body)).toBe(true);
  });

  it('[IDX-4] are found by claims of the epoch of the index and the two before, and by no older one', async () => {
    await open();
    const reply = makeReply();
    await postReply(reply);
    await nextEpoch(world);
    for (const [wait, found] of [
      [0, true],
      [1, true],
      [2, true],
      [3, false],
    ] as const) {
      const back = wait;
      if (wait > 0) await nextEpoch(world);
      const { bodies } = await request(world, { claims: await claimsFor(world, [reply], back) });
      expect([wait, Buffer.from(bodies[0] as Uint8Array).equals(reply.body)]).toEqual([wait, found]);
    }
  });

  it('[IDX-4] are found by claims of all three epochs right after a restart', async () => {
    await open();
    const reply = makeReply();
    await postReply(reply);
    await nextEpoch(world, 3);
    await world.restart();
    for (const back of [0, 1, 2]) {
      const { bodies } = await request(world, { claims: await claimsFor(world, [reply], back) });
      expect(Buffer.from(bodies[0] as Uint8Array).equals(reply.body)).toBe(true);
    }
  });

  it('[REQ-6] are answered like unknown claims: same size, as many reads and writes, stable within an epoch', async () => {
    await open();
    const reply = makeReply();
    await postReply(reply);
    await nextEpoch(world);
    await load(world);
    const look = async (claims: Uint8Array[]) => {
      const sealed = await seal(world, filler(world.organisation.fingerprint, { claims }));
      world.storageCalls();
      const { bytes } = await postRequest(world.server.origin, sealed.bytes);
      return { calls: world.storageCalls(), size: bytes.length, answer: await openResponse(sealed.context, bytes) };
    };
    const known = await look(await claimsFor(world, [reply]));
    const claims = Array.from({ length: 4 }, () => random(16));
    const unknown = await look(claims);
    expect(unknown.calls).toEqual(known.calls);
    expect(known.calls).toEqual({ replyBodies: 4, write: 4 });
    expect([unknown.size, known.size]).toEqual([RESPONSE_BYTES, RESPONSE_BYTES]);
    const again = await look(claims);
    expect(again.answer.bodies).toEqual(unknown.answer.bodies);
    expect(new Set(unknown.answer.bodies.map((body) => Buffer.from(body).toString('hex'))).size).toBe(4);
    await nextEpoch(world);
    const later = await look(claims);
    expect(later.answer.bodies[0]).not.toEqual(unknown.answer.bodies[0]);
  });

  it('are gone once acknowledged, and [REQ-5] acknowledging again changes nothing', async () => {
    await open();
    const [reply, other] = [makeReply(), makeReply()];
    await postReply(reply);
    await postReply(other);
    await nextEpoch(world);
    const acknowledgements = [random(32), reply.ackKey, random(32), random(32)];
    for (let i = 0; i < 2; i++) await request(world, { acknowledgements });
    const { bodies } = await request(world, { claims: await claimsFor(world, [reply, other]) });
    expect(Buffer.from(bodies[0] as Uint8Array).equals(reply.body)).toBe(false);
    expect(bodies[0]).toHaveLength(2048);
    expect(Buffer.from(bodies[1] as Uint8Array).equals(other.body)).toBe(true);
  });

  it('[RPL-7] have one body for each T, and a token posts one reply', async () => {
    await open();
    const reply = makeReply();
    const token = (await takeToken(world, 'reply', firstDevice())) as Uint8Array;
    const payload = await replyPayload(reply);
    expect((await request(world, { kind: 'reply', payload, token })).outcome).toBe('stored');
    expect((await request(world, { kind: 'reply', payload, token })).outcome).toBe('stored');
    const spent = { kind: 'reply', payload: await replyPayload(makeReply()), token } as const;
    expect((await request(world, spent)).outcome).toBe('refused');
    expect(await postReply({ ...makeReply(), tagKey: reply.tagKey })).toBe('refused');
    const tags = await world.storage().replyTags();
    expect(tags).toHaveLength(1);
    expect(await world.storage().replyBodies([reply.tagKey])).toEqual([reply.body]);
  });

  it('[TOK-1] are not stored without a token, with one for admission, or with one that is too old', async () => {
    await open();
    const token = (await takeToken(world, 'reply', firstDevice())) as Uint8Array;
    const admission = (await takeToken(world, 'admission', firstDevice())) as Uint8Array;
    const post = async (used: Uint8Array) =>
      (await request(world, { kind: 'reply', payload: await replyPayload(makeReply()), token: used })).outcome;
    expect(await post(random(354))).toBe('refused');
    expect(await post(admission)).toBe('refused');
    const forged = new Uint8Array(token);
    forged[353] = (forged[353] ?? 0) ^ 1;
    expect(await post(forged)).toBe('refused');
    world.clock.time += daySeconds;
    await world.server.tick();
    await world.publishDayKeys(today());
    expect(await post(token)).toBe('stored');
    const old = (await takeToken(world, 'reply', firstDevice())) as Uint8Array;
    world.clock.time += 2 * daySeconds;
    await world.server.tick();
    await world.publishDayKeys(today());
    expect(await post(old)).toBe('refused');
    expect(await world.storage().replyTags()).toHaveLength(1);
  });

  it('are refused without a lane or with one that does not exist', async () => {
    await open();
    const token = (await takeToken(world, 'reply', firstDevice())) as Uint8Array;
    const payload = await replyPayload(makeReply());
    payload[64] = 3;
    payload[66] = 8;
    expect((await request(world, { kind: 'reply', payload, token })).outcome).toBe('refused');
    expect(await world.storage().replyTags()).toHaveLength(0);
  });
});

describe('in a flood', () => {
  const small = { allowance: { perMinute: 4, perDay: 40 } };
  const epoch = (): number => Math.floor(world.clock.now() / world.roster.epochSeconds);
  /** One that the puzzle would let pass, so that nothing here depends on a lucky nonce. */
  const solved = async (bits: number) => {
    const payload = random(4096);
    const puzzleNonce = await solvePuzzle(payload, epoch(), bits, random);
    return { kind: 'envelope', payload, puzzleNonce } as const;
  };
  const unsolved = async (payload = random(4096)) => {
    for (;;) {
      const puzzleNonce = random(8);
      if (!(await checkPuzzle(payload, puzzleNonce, epoch(), 6)))
        return { kind: 'envelope', payload, puzzleNonce } as const;
    }
  };
  const flood = async (): Promise<void> => {
    for (let i = 0; i < 4; i++) await request(world, await solved((await request(world)).puzzleBits));
  };

  it('[PUZ-2] every envelope alike needs the puzzle that the answers and the next index name', async () => {
    await open(small);
    await flood();
    const { outcome, puzzleBits } = await request(world, await unsolved());
    expect([outcome, puzzleBits]).toEqual(['busy', 6]);
    expect((await request(world, await solved(6))).outcome).toBe('stored');
    const { puzzleNonce } = await solved(6);
    const { payload } = await unsolved();
    if (!(await checkPuzzle(payload, puzzleNonce, epoch(), 6)))
      expect((await request(world, { kind: 'envelope', payload, puzzleNonce })).outcome).toBe('busy');
    expect((await request(world)).outcome).toBe('nothing');
    world.clock.time = (epoch() + 1) * 600 - 1;
    await flood();
    await nextEpoch(world);
    const { index } = await load(world);
    expect(index.puzzleBits).toBeGreaterThan(0);
    expect(index.puzzleBits).toBe((await request(world)).puzzleBits);
    await nextEpoch(world, 2);
    expect((await request(world)).puzzleBits).toBe(0);
    expect((await request(world, await unsolved())).outcome).toBe('stored');
  });

  it('[PUZ-1] an admission token is good for one envelope without a puzzle, even when the open room is used up', async () => {
    await open({ allowance: { perMinute: 4, perDay: 40, keptForTokens: 0.95 } });
    for (let i = 0; i < 2; i++) expect((await request(world, await solved(i * 6))).outcome).toBe('stored');
    expect((await request(world, await solved(12))).outcome).toBe('busy');
    const token = (await takeToken(world, 'admission', firstDevice())) as Uint8Array;
    const mine = await unsolved();
    expect((await request(world, { ...mine, token })).outcome).toBe('stored');
    expect((await request(world, { ...mine, token })).outcome).toBe('stored');
    expect((await request(world, { ...(await unsolved()), token })).outcome).toBe('busy');
    const replyToken = (await takeToken(world, 'reply', firstDevice())) as Uint8Array;
    expect((await request(world, { ...(await unsolved()), token: replyToken })).outcome).toBe('busy');
    expect((await world.storage().envelopeCounts()).get(today())).toBe(3);
  });

  it('[PUZ-1] the room for tokens is kept after a restart', async () => {
    await open({ allowance: { perMinute: 4, perDay: 40, keptForTokens: 0.95 } });
    for (let i = 0; i < 2; i++) await request(world, await solved(i * 6));
    await world.restart();
    expect((await request(world, await solved(12))).outcome).toBe('busy');
    const token = (await takeToken(world, 'admission', firstDevice())) as Uint8Array;
    expect((await request(world, { ...(await unsolved()), token })).outcome).toBe('stored');
  });

  it('[REQ-5] a repetition of what is stored is told so', async () => {
    await open(small);
    const mine = await unsolved();
    expect((await request(world, mine)).outcome).toBe('stored');
    await flood();
    expect((await request(world, mine)).outcome).toBe('stored');
  });
});

describe('what cannot be opened', () => {
  it('is refused: a key that is gone by its own problem, other bytes as malformed', async () => {
    await open();
    const sealed = await seal(world, filler(world.organisation.fingerprint));
    expect(sealed.bytes).toHaveLength(REQUEST_BYTES);
    const changed = new Uint8Array(sealed.bytes);
    changed[5000] = (changed[5000] ?? 0) ^ 1;
    const other = await postRequest(world.server.origin, changed);
    expect([other.status, JSON.parse(Buffer.from(other.bytes).toString()).type]).toEqual([
      422,
      'https://iana.org/assignments/http-problem-types#ohttp-key',
    ]);
    const foreign = await postRequest(world.server.origin, random(REQUEST_BYTES));
    expect(foreign.status).toBe(400);
    await world.restart();
    expect((await postRequest(world.server.origin, sealed.bytes)).status).toBe(422);
  });
});
