import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesToHex } from '../bytes/encode.ts';
import { LINKS, ROOT_USE_DAYS } from '../constants.ts';
import { replyKeysOf } from '../keys/reply-links.ts';
import type { Content } from '../messages/content.ts';
import { splitContent } from '../messages/content.ts';
import { encodeInside, type Inside } from '../messages/inside.ts';
import type { LogEvent } from '../messages/log-event.ts';
import { encodeReceipt } from '../messages/receipt.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import { type AppliedEntry, applyEntry, forgetBefore } from './apply.ts';
import { type Conversation, type DeskState, emptyDeskState, linksLeft } from './state.ts';
import { decodeDeskState, encodeDeskState } from './state-codec.ts';

const context = { fingerprint: new Uint8Array(32).fill(7), desk: new Uint8Array(8).fill(8) };
const first = new Uint8Array(8).fill(1);
const second = new Uint8Array(8).fill(2);
const day = 20_800;

const bytes = (fill: number, length: number): Uint8Array => new Uint8Array(length).fill(fill);
const conversationOf = (source: number): Uint8Array => bytes(100 + source, 32);
/** Each source has one root for each day. */
const rootOf = (source: number, of: number): Uint8Array => {
  const root = bytes(source, 32);
  root[0] = of & 255;
  return root;
};

function received(source: number, fields: Partial<Inside> = {}, id = 0): LogEvent {
  const inside: Inside = {
    kind: 'submission',
    part: 0,
    parts: 1,
    messageId: bytes(source, 16),
    conversationId: conversationOf(source),
    day,
    root: rootOf(source, fields.day ?? day),
    lane: 500 + source,
    piece: bytes(1, 10),
    ...fields,
  };
  const envelopeId = bytes(source, 32);
  envelopeId[0] = id;
  return { kind: 'received', envelopeId, day: inside.day, inside: encodeInside(inside) };
}

const receipt = (source: number, numbers: number[], id = 90, fields: Partial<Inside> = {}): LogEvent =>
  received(source, { kind: 'receipt', messageId: bytes(id, 16), piece: encodeReceipt(numbers), ...fields }, id);

function replyEvent(source: number, message: number, pieces = 1, on = day): LogEvent {
  const messageId = bytes(message & 255, 16);
  messageId[0] = message >> 8;
  const texts = Array.from({ length: pieces }, (_, piece) => bytes(piece, 5));
  return { kind: 'reply', conversationId: conversationOf(source), messageId, day: on, pieces: texts };
}

const about = (kind: 'posted' | 'collected', source: number, number: number): LogEvent => ({
  kind,
  conversationId: conversationOf(source),
  number,
});

async function apply(entries: readonly AppliedEntry[], state: DeskState = emptyDeskState()): Promise<DeskState> {
  for (const entry of entries) await applyEntry(state, entry, context);
  return state;
}

const by = (device: Uint8Array, ...events: LogEvent[]): AppliedEntry => ({ device, events });
const only = (state: DeskState, source = 1): Conversation => {
  const found = state.conversations.get(bytesToHex(conversationOf(source)));
  if (found === undefined) throw new Error('find a conversation: there is none');
  return found;
};

/** What two devices may write about two sources, in any order and as often as they like. */
const anyEvent = fc.oneof(
  fc
    .tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 5 }))
    .map(([source, later, message]) =>
      received(source, { day: day + later, messageId: bytes(message, 16) }, later * 8 + message),
    ),
  fc
    .tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 12 }), fc.nat(200))
    .map(([source, number, id]) => receipt(source, [number, number + 2], id)),
  fc
    .tuple(fc.integer({ min: 1, max: 2 }), fc.nat(400), fc.integer({ min: 1, max: 3 }), fc.integer({ min: 0, max: 36 }))
    .map(([source, message, pieces, later]) => replyEvent(source, message, pieces, day + later)),
  fc
    .tuple(fc.constantFrom('posted', 'collected'), fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 12 }))
    .map(([kind, source, number]) => about(kind as 'posted', source, number)),
  fc.integer({ min: 0, max: 3 }).map((later): LogEvent => ({ kind: 'day-finished', day: day + later })),
);

const anyEntry = fc.record({
  device: fc.constantFrom(first, second),
  events: fc.array(anyEvent, { maxLength: 4 }),
});
const anyLog = fc.array(anyEntry, { maxLength: 14 });

describe('the state', () => {
  it('[LOG-2] is the same for the same entries, kept and read again after each or not', async () => {
    const run = async (entries: AppliedEntry[]): Promise<void> => {
      const inMemory = encodeDeskState(await apply(entries));
      let stored = encodeDeskState(emptyDeskState());
      for (const entry of entries) stored = encodeDeskState(await apply([entry], decodeDeskState(stored)));
      expect(bytesToHex(stored)).toBe(bytesToHex(inMemory));
    };
    await fc.assert(fc.asyncProperty(anyLog, run), { numRuns: 150 });
  });

  it('[LOG-2] depends on the order of events and their signers, not on how they are spread over entries', async () => {
    const run = async (entries: AppliedEntry[]): Promise<void> => {
      const single = entries.flatMap(({ device, events }) => events.map((event) => by(device, event)));
      expect(encodeDeskState(await apply(single))).toEqual(encodeDeskState(await apply(entries)));
    };
    await fc.assert(fc.asyncProperty(anyLog, run), { numRuns: 100 });
  });

  it('[LOG-7] gives no link and no number twice, whichever way two devices write at the same time', async () => {
    const run = async (one: LogEvent[], other: LogEvent[], order: boolean[]): Promise<void> => {
      const entries: AppliedEntry[] = [];
      const [a, b] = [[...one], [...other]];
      for (const isFirst of order) {
        const event = (isFirst ? a : b).shift();
        if (event) entries.push(by(isFirst ? first : second, event));
      }
      for (const event of a) entries.push(by(first, event));
      for (const event of b) entries.push(by(second, event));
      const state = await apply(entries);
      for (const { replies, nextNumber } of state.conversations.values()) {
        const given = replies.filter(({ progress }) => progress !== 'waiting');
        const numbers = given.map(({ number }) => number).sort((x, y) => x - y);
        expect(numbers).toEqual(Array.from({ length: nextNumber - 1 }, (_, at) => at + 1));
        expect(new Set(given.map(({ rootDay, link }) => `${rootDay}/${link}`)).size).toBe(given.length);
        expect(given.every(({ link }) => link < LINKS)).toBe(true);
      }
    };
    const events = fc.array(anyEvent, { maxLength: 20 });
    await fc.assert(fc.asyncProperty(events, events, fc.array(fc.boolean(), { maxLength: 40 }), run), { numRuns: 150 });
  });

  it('gives each reply the keys of its link, which the source finds too', async () => {
    const state = await apply([
      by(first, received(1)),
      by(first, replyEvent(1, 1, 2)),
      by(second, replyEvent(1, 2, 1)),
    ]);
    const keys = await replyKeysOf(rootOf(1, day), context.fingerprint, context.desk, day);
    expect(only(state).replies.map(({ tagKey, ackKey, replyKey }) => ({ tagKey, ackKey, replyKey }))).toEqual(
      keys.slice(0, 3).map(({ tagKey, ackKey, replyKey }) => ({ tagKey, ackKey, replyKey })),
    );
    expect(only(state).replies.map(({ author, number, part, parts }) => [author[0], number, part, parts])).toEqual([
      [1, 1, 0, 2],
      [1, 2, 1, 2],
      [2, 3, 0, 1],
    ]);
  });
});

describe('links', () => {
  it('[CHN-1] are gone from the state once they are used, those not used are there', async () => {
    const state = await apply([by(first, received(1), replyEvent(1, 1, 2))]);
    const keys = await replyKeysOf(rootOf(1, day), context.fingerprint, context.desk, day);
    const has = (needle: Uint8Array | undefined): boolean =>
      needle !== undefined && bytesToHex(encodeDeskState(state)).includes(bytesToHex(needle));
    expect([0, 1, 2].map((at) => has(keys[at]?.replyKey))).toEqual([true, true, true]);
    await apply([by(first, about('posted', 1, 1))], state);
    expect([0, 1, 2].map((at) => has(keys[at]?.replyKey))).toEqual([false, true, true]);
    expect([0, 1, 2].map((at) => has(keys[at]?.ackKey))).toEqual([false, true, true]);
    // The tag key shows whether the reply still stands in the index.
    expect(has(keys[0]?.tagKey)).toBe(true);
    await apply([by(second, about('collected', 1, 1))], state);
    expect(has(keys[0]?.tagKey)).toBe(false);
    expect(has(rootOf(1, day))).toBe(false);
  });

  it('[CHN-1] of a root are not given again when it comes again, in another message or after a newer one', async () => {
    const again = (id: number, of = day): LogEvent => received(1, { messageId: bytes(id, 16), day: of }, id);
    const state = await apply([by(first, received(1), replyEvent(1, 1, 3))]);
    expect(linksLeft(only(state))).toBe(5);
    await apply([by(second, again(50))], state);
    expect(linksLeft(only(state))).toBe(5);
    await apply([by(second, again(51, day + 1))], state);
    expect(linksLeft(only(state))).toBe(8);
    await apply([by(second, again(52)), by(second, replyEvent(1, 2))], state);
    expect(only(state).replies.at(-1)).toMatchObject({ rootDay: day + 1, link: 0, number: 4 });
  });

  it('[CHN-2] of the newest root only are used, the others are erased', async () => {
    const state = await apply([by(first, received(1), received(1, { messageId: bytes(9, 16), day: day + 2 }, 9))]);
    const old = await replyKeysOf(rootOf(1, day), context.fingerprint, context.desk, day);
    expect(bytesToHex(encodeDeskState(state))).not.toContain(bytesToHex(old[0]?.replyKey ?? bytes(0, 1)));
    await apply([by(first, replyEvent(1, 1))], state);
    expect(only(state).replies).toMatchObject([{ rootDay: day + 2, link: 0 }]);
  });

  it('[CHN-2] are not used for what is written after the root’s day plus 33; it waits for the next root', async () => {
    const lastDay = day + ROOT_USE_DAYS;
    const state = await apply([
      by(first, received(1)),
      by(first, replyEvent(1, 1, 1, lastDay)),
      by(first, replyEvent(1, 2, 1, lastDay + 1)),
    ]);
    expect(only(state).replies.map(({ progress }) => progress)).toEqual(['queued', 'waiting']);
    await apply([by(first, received(1, { messageId: bytes(9, 16), day: lastDay }, 9))], state);
    expect(only(state).replies[1]).toMatchObject({ progress: 'queued', number: 2, rootDay: lastDay, link: 0 });
  });

  it('that are too few let the rest of a text wait, in order, for the next root', async () => {
    const state = await apply([
      by(first, received(1)),
      by(first, replyEvent(1, 1, 6)),
      by(second, replyEvent(1, 2, 4)),
    ]);
    expect(only(state).replies.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 0, 0]);
    expect(linksLeft(only(state))).toBe(0);
    await apply([by(first, received(1, { messageId: bytes(9, 16), day: day + 1 }, 9))], state);
    expect(only(state).replies.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(only(state).replies.at(-1)).toMatchObject({ rootDay: day + 1, link: 1 });
  });
});

describe('messages', () => {
  const content: Content = { campaign: null, language: 'en', answers: [], text: 'x', files: [] };

  it('are joined from their parts in any order, each envelope and each message once [ENV-8]', async () => {
    const random = seededRandom('parts');
    const text = bytesToHex(random(5_000));
    const pieces = await splitContent({ ...content, text });
    expect(pieces.length).toBeGreaterThan(1);
    const parts = pieces.map((piece, part) => received(1, { part, parts: pieces.length, piece }, part));
    const state = await apply(parts.reverse().map((event) => by(first, event)));
    const sentAgain = pieces.map((piece, part) => received(1, { part, parts: pieces.length, piece }, 20 + part));
    await apply([by(second, ...parts, ...sentAgain)], state);
    expect(only(state).messages.map((message) => message.content?.text)).toEqual([text]);
    expect(only(state).partial).toEqual([]);
  });

  it('[ENV-4] take nothing from a part that contradicts one that is here', async () => {
    const part = { part: 0, parts: 3, lane: 9, piece: bytes(1, 20) };
    const state = await apply([by(first, received(1, part))]);
    const before = encodeDeskState(state);
    const others: Partial<Inside>[] = [
      { part: 1, parts: 2 },
      { piece: bytes(2, 20) },
      { part: 1, lane: 10 },
      { part: 1, root: bytes(77, 32) },
    ];
    for (const [at, other] of others.entries()) {
      await apply([by(first, received(1, { ...part, ...other }, 30 + at))], state);
      state.envelopes.delete([...state.envelopes.keys()].at(-1) as string);
      expect([at, bytesToHex(encodeDeskState(state))]).toEqual([at, bytesToHex(before)]);
    }
    await apply([by(first, received(1, { ...part, part: 1 }, 40))], state);
    expect(only(state).partial[0]?.pieces.size).toBe(2);
  });

  it('[LOG-12] without their other parts end at a number, are counted, and do not keep whole ones out', async () => {
    const random = seededRandom('parts without the rest');
    const part = (of: number): LogEvent => {
      const event = received(1, { part: of, parts: 2, messageId: random(16), piece: bytes(1, 0) });
      return { ...event, envelopeId: random(32) } as LogEvent;
    };
    const state = await apply([by(first, ...Array.from({ length: 1_010 }, () => part(0)))]);
    expect([only(state).partial.length, only(state).refused]).toEqual([1_000, 10]);
    const last = only(state).partial[0]?.messageId ?? bytes(0, 16);
    const rest = received(1, { part: 1, parts: 2, messageId: last, piece: bytes(1, 0) }, 1);
    await apply([by(first, rest, received(1, { messageId: bytes(9, 16) }, 2))], state);
    expect([only(state).partial.length, only(state).messages.length, only(state).refused]).toEqual([999, 2, 10]);
    expect(decodeDeskState(encodeDeskState(state))).toEqual(state);
  });

  it('[LOG-12] end at a number and at so many bytes of text, and others are still written to and answered', async () => {
    const random = seededRandom('many messages');
    const message = (piece: Uint8Array): LogEvent =>
      ({ ...received(1, { messageId: random(16), piece }), envelopeId: random(32) }) as LogEvent;
    const [long] = (await splitContent({ ...content, text: 'a'.repeat(65_000) })) as [Uint8Array];
    const texts = await apply([by(first, ...Array.from({ length: 140 }, () => message(long)))]);
    expect(encodeDeskState(texts).length).toBeLessThan(9 * 2 ** 20);
    expect([only(texts).messages.length, only(texts).refused]).toEqual([129, 11]);
    const many = await apply([by(first, message(bytes(255, 3)))]);
    const { messages } = only(many);
    while (messages.length < 9_999) messages.push({ messageId: random(16), day, repliesBefore: 0, content: null });
    await apply([by(first, ...Array.from({ length: 3 }, () => message(bytes(255, 3))))], many);
    expect([only(many).messages.length, only(many).refused]).toEqual([10_000, 2]);
    await apply([by(first, received(2), replyEvent(1, 1), replyEvent(2, 2))], many);
    expect([only(many, 1), only(many, 2)].map(({ replies }) => replies[0]?.progress)).toEqual(['queued', 'queued']);
  });

  it('that are no content are kept as unreadable', async () => {
    const state = await apply([by(first, received(1, { piece: bytes(255, 30) }))]);
    expect(only(state).messages).toMatchObject([{ content: null }]);
  });

  it('[LOG-14] know which replies stood before them, whatever their days say', async () => {
    const late = received(1, { messageId: bytes(9, 16), day: day - 3 }, 9);
    const again = received(1, { messageId: bytes(8, 16) }, 8);
    const state = await apply([by(first, received(1), replyEvent(1, 1), again), by(second, replyEvent(1, 2, 2), late)]);
    expect(only(state).messages.map(({ repliesBefore }) => repliesBefore)).toEqual([0, 1, 3]);
  });

  it('of which the envelopes are forgotten stay', async () => {
    const state = await apply([by(first, received(1), { kind: 'day-finished', day })]);
    forgetBefore(state, day + 1);
    expect([state.envelopes.size, state.finished.get(bytesToHex(first))?.size]).toEqual([0, 0]);
    expect(only(state).messages).toHaveLength(1);
  });

  it('of a conversation that is not known are not made by replies or reports', async () => {
    const state = await apply([by(first, replyEvent(1, 1), about('posted', 1, 1), about('collected', 1, 1))]);
    expect(state.conversations.size).toBe(0);
  });
});

describe('receipts', () => {
  const confirmed = (state: DeskState) =>
    only(state).replies.map(({ number, progress, isConfirmed }) => [number, progress, isConfirmed]);

  it('[RCP-3] confirm the replies that they name and no others, posted or not yet known to be', async () => {
    const state = await apply([by(first, received(1)), by(first, replyEvent(1, 1, 3), about('posted', 1, 1))]);
    await apply([by(first, receipt(1, [1, 3, 9]))], state);
    expect(confirmed(state)).toEqual([
      [1, 'collected', true],
      [2, 'queued', false],
      [3, 'queued', true],
    ]);
    await apply([by(second, about('posted', 1, 2), about('posted', 1, 3))], state);
    expect(confirmed(state)).toEqual([
      [1, 'collected', true],
      [2, 'posted', false],
      [3, 'collected', true],
    ]);
    expect(only(state).replies.map(({ tagKey }) => tagKey !== null)).toEqual([false, true, false]);
  });

  it('[RCP-3] bring a newer root and lane, and no message', async () => {
    const state = await apply([by(first, received(1)), by(first, replyEvent(1, 1, 8), replyEvent(1, 2))]);
    expect(only(state).replies.map(({ progress }) => progress)).toContain('waiting');
    await apply([by(first, receipt(1, [1], 91, { day: day + 1, root: rootOf(1, day + 1) }))], state);
    expect(only(state).links?.day).toBe(day + 1);
    expect(only(state).replies.map(({ progress }) => progress)).not.toContain('waiting');
    expect(only(state).messages).toHaveLength(1);
  });

  it('[RCP-3] of somebody who never wrote make no conversation', async () => {
    const state = await apply([by(first, receipt(1, [1]))]);
    expect(state.conversations.size).toBe(0);
  });
});
