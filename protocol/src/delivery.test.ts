import { beforeEach, describe, expect, it } from 'vitest';
import { bytesToHex } from './bytes/encode.ts';
import { equal } from './bytes/equal.ts';
import { Delivery } from './delivery.ts';
import { type AnonymousAnswer, openRequest, sealResponse } from './http/anonymous-request.ts';
import { hpkeKeyPair } from './primitives/hpke.ts';
import { nativeRecipient } from './primitives/hpke-native.ts';
import { seededRandom } from './testing/seeded-random.ts';

const random = seededRandom('delivery');
const fingerprint = random(32);
const seed = random(32);
const config = { keyId: 1, publicKey: (await hpkeKeyPair(seed)).publicKey };
const keys = [{ keyId: 1, privateKey: await nativeRecipient.importKey(seed) }];
const now = 1_795_400_000;

let delivery: Delivery;
beforeEach(() => {
  delivery = new Delivery(
    {
      ...{ fingerprint, keyConfig: config, envelopeEvery: 1, epochSeconds: 600 },
      cover: async () => random(4096),
      receipt: async (_now, ackKeys) => ({ envelope: random(4096), ackKeys }),
    },
    random,
  );
});

/** What the server finds in the request of a moment; it answers so, or not at all. @returns hex of the envelope */
async function moment(at: number, outcome: AnonymousAnswer['outcome'] | null): Promise<string> {
  const opened = await openRequest(nativeRecipient, keys, await delivery.request(at, now), fingerprint);
  if ('refused' in opened) throw new Error(opened.refused);
  const bodies = [random(2048), random(2048), random(2048), random(2048)];
  if (outcome === null) delivery.failed(at);
  else await delivery.answered(at, await sealResponse(opened.context, { outcome, puzzleBits: 0, bodies }, random));
  return bytesToHex(opened.content.payload);
}

/** Which of the envelopes of some moments were the same: the number of the first one that was. */
async function pattern(outcomes: readonly (AnonymousAnswer['outcome'] | null)[]): Promise<number[]> {
  const sent: string[] = [];
  for (const [at, outcome] of outcomes.entries()) sent.push(await moment(at, outcome));
  return sent.map((envelope) => sent.indexOf(envelope));
}

describe('[REQ-8] [THR-5] an envelope that got no answer', () => {
  const outcomes = [null, null, 'stored', 'stored', null, 'stored'] as const;
  const repeated = [0, 0, 0, 3, 4, 4];

  it('goes again if it is a cover', async () => {
    expect(await pattern(outcomes)).toEqual(repeated);
  });

  it('goes again in just the same way if somebody wrote it', async () => {
    delivery.queue('message', [random(4096), random(4096)]);
    expect(await pattern(outcomes)).toEqual(repeated);
    expect(delivery.progress('message')).toEqual({ parts: 2, stored: 2 });
  });

  it('goes before what is written meanwhile, which loses nothing', async () => {
    const cover = await moment(0, null);
    const message = random(4096);
    delivery.queue('message', [message]);
    expect(await moment(1, 'stored')).toBe(cover);
    expect(await moment(2, 'stored')).toBe(bytesToHex(message));
    expect(delivery.progress('message')).toEqual({ parts: 1, stored: 1 });
  });

  it('goes again when the phrase is forgotten, and tells nobody of it', async () => {
    delivery.queue('message', [random(4096)]);
    const sent = await moment(0, null);
    delivery.clear();
    expect(await moment(1, 'stored')).toBe(sent);
    expect(await moment(2, 'stored')).not.toBe(sent);
    expect(delivery.progress('message')).toEqual({ parts: 0, stored: 0 });
  });

  it.each([
    ['cover', () => {}],
    ['message', () => delivery.queue('message', [random(4096)])],
    ['receipt', () => delivery.shown(random(32))],
  ])('goes again when the phrase is forgotten while the request is made ready, as a %s', async (_what, prepare) => {
    prepare();
    const making = delivery.request(0, now);
    delivery.clear();
    const opened = await openRequest(nativeRecipient, keys, await making, fingerprint);
    if ('refused' in opened) throw new Error(opened.refused);
    delivery.failed(0);
    expect(delivery.unacknowledged).toBe(0);
    expect(await moment(1, 'stored')).toBe(bytesToHex(opened.content.payload));
  });

  it('is confirmed by an answer that comes after the phrase was forgotten', async () => {
    const opened = await openRequest(nativeRecipient, keys, await delivery.request(0, now), fingerprint);
    if ('refused' in opened) throw new Error(opened.refused);
    delivery.clear();
    const bodies = [random(2048), random(2048), random(2048), random(2048)];
    const answer = { outcome: 'stored', puzzleBits: 0, bodies } as const;
    await delivery.answered(0, await sealResponse(opened.context, answer, random));
    expect(await moment(1, 'stored')).not.toBe(bytesToHex(opened.content.payload));
  });
});

describe('[REQ-8] [THR-5] an envelope that was refused', () => {
  const nothing = (): void => {};
  const message = (): void => delivery.queue('message', [random(4096), random(4096)]);
  const receipt = (): void => delivery.shown(random(32));

  it.each([
    ['a cover', nothing],
    ['a message', message],
    ['a receipt', receipt],
  ])('goes again when a phrase is made or entered after it, if it was %s', async (_what, prepare) => {
    prepare();
    const sent = await moment(0, 'busy');
    delivery.clear();
    expect(delivery.unacknowledged).toBe(0);
    expect(await moment(1, 'refused')).toBe(sent);
    delivery.clear();
    expect(await moment(2, 'stored')).toBe(sent);
    expect(await moment(3, 'stored')).not.toBe(sent);
    expect(delivery.unacknowledged).toBe(0);
  });

  it('takes nothing with it that was not sent', async () => {
    const [first, second] = [random(4096), random(4096)];
    delivery.queue('message', [first, second]);
    expect(await moment(0, 'busy')).toBe(bytesToHex(first));
    delivery.clear();
    const later = [await moment(1, 'stored'), await moment(2, 'stored'), await moment(3, 'stored')];
    expect(later).not.toContain(bytesToHex(second));
  });
});

it('[RCP-2] [THR-10] what a person writes does not wait for a cover or a receipt that was refused', async () => {
  await moment(0, 'busy');
  delivery.shown(random(32));
  await moment(1, 'busy');
  const message = random(4096);
  delivery.queue('message', [message]);
  expect(await moment(2, 'stored')).toBe(bytesToHex(message));
});

describe('[PUZ-4] [THR-5] a token', () => {
  const token = new Uint8Array(354).fill(0xaa);
  const terms = {
    ...{ fingerprint, keyConfig: config, envelopeEvery: 1, epochSeconds: 600 },
    cover: async () => random(4096),
    receipt: async () => null,
  };

  /** Whether each of some requests had the token: the index says one thing, each answer another. */
  async function sendsToken(indexBits: number, answerBits: number, isWriting: boolean): Promise<boolean[]> {
    delivery.setTerms(terms, indexBits);
    delivery.addToken(token);
    if (isWriting) delivery.queue('message', [random(4096)]);
    const seen: boolean[] = [];
    for (const at of [0, 1]) {
      const opened = await openRequest(nativeRecipient, keys, await delivery.request(at, now), fingerprint);
      if ('refused' in opened) throw new Error(opened.refused);
      seen.push(equal(opened.content.token, token));
      const answer = { outcome: 'busy', puzzleBits: answerBits, bodies: [2048, 2048, 2048, 2048].map(random) } as const;
      await delivery.answered(at, await sealResponse(opened.context, answer, random));
    }
    return seen;
  }

  it('goes with what somebody has written when the signed index says that no puzzle opens anything', async () => {
    expect(await sendsToken(17, 17, true)).toEqual([true, true]);
  });

  it('never goes below that, nor because one visit was told so', async () => {
    for (const [index, answer] of [
      [0, 17],
      [1, 1],
      [1, 17],
      [0, 1],
      [17, 1],
    ] as const) {
      const [, second] = await sendsToken(index, answer, true);
      expect([index, answer, second]).toEqual([index, answer, false]);
      delivery.clear();
    }
  });

  it('goes with no cover', async () => {
    expect(await sendsToken(17, 17, false)).toEqual([false, false]);
  });
});
