import { describe, expect, it } from 'vitest';
import { equal } from '../bytes/equal.ts';
import { WireError } from '../bytes/wire-error.ts';
import { encodeContent, splitContent } from '../messages/content.ts';
import { encodeInside } from '../messages/inside.ts';
import type { LogEvent } from '../messages/log-event.ts';
import { asView, bitFlips, extensions, truncations } from '../testing/damage.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import { applyEntry } from './apply.ts';
import { type DeskMessage, type DeskState, emptyDeskState } from './state.ts';
import { decodeConversation, decodeDeskState, encodeConversation, encodeDeskState } from './state-codec.ts';

const context = { fingerprint: new Uint8Array(32).fill(7), desk: new Uint8Array(8).fill(8) };
const device = new Uint8Array(8).fill(3);
const day = 20_800;

/** Two conversations with everything in them: messages whole, unreadable and in parts, replies in every state. */
async function fullState(): Promise<DeskState> {
  const random = seededRandom('state');
  const state = emptyDeskState();
  const content = {
    campaign: random(8),
    language: 'zh-Hans',
    answers: [{ question: 'q', values: ['a', 'b'] }],
    text: '你好',
    files: [{ name: 'a.jpg', type: 'image/jpeg', bytes: 9, day: 1, hash: random(32), key: random(32) }],
  };
  const [whole] = (await splitContent(content)) as [Uint8Array];
  for (const conversationId of [random(32), random(32)]) {
    const inside = { kind: 'submission', conversationId, day, root: random(32), lane: 513 } as const;
    const parts = [
      { part: 0, parts: 1, messageId: random(16), piece: whole },
      { part: 0, parts: 1, messageId: random(16), piece: random(40) },
      { part: 2, parts: 3, messageId: random(16), piece: random(50) },
    ];
    const events = parts.map(
      (part): LogEvent => ({
        kind: 'received',
        envelopeId: random(32),
        day,
        inside: encodeInside({ ...inside, ...part }),
      }),
    );
    const pieces = Array.from({ length: 5 }, () => random(20));
    events.push({ kind: 'reply', conversationId, messageId: random(16), day, pieces });
    events.push({ kind: 'reply', conversationId, messageId: random(16), day, pieces });
    for (const number of [1, 2]) events.push({ kind: 'posted', conversationId, number });
    events.push({ kind: 'collected', conversationId, number: 1 }, { kind: 'day-finished', day });
    await applyEntry(state, { device, events }, context);
  }
  return state;
}

describe('the bytes of a state', () => {
  it('hold all of it', async () => {
    const state = await fullState();
    const again = decodeDeskState(encodeDeskState(state));
    expect(again).toEqual(state);
    const progress = [...again.conversations.values()].flatMap(({ replies }) => replies.map((reply) => reply.progress));
    expect(new Set(progress)).toEqual(new Set(['waiting', 'queued', 'posted', 'collected']));
    expect(decodeDeskState(encodeDeskState(emptyDeskState()))).toEqual(emptyDeskState());
    for (const conversation of state.conversations.values()) {
      expect(decodeConversation(asView(encodeConversation(conversation)))).toEqual(conversation);
    }
  });

  it('are the same whatever the order in which things came', async () => {
    const state = await fullState();
    const turned: DeskState = {
      conversations: new Map([...state.conversations].reverse()),
      envelopes: new Map([...state.envelopes].reverse()),
      finished: new Map([...state.finished].reverse()),
      work: state.work,
    };
    expect(encodeDeskState(turned)).toEqual(encodeDeskState(state));
  });

  it('of a conversation that a release before wrote are read, messages placed among replies by their days', async () => {
    const state = await fullState();
    const [conversation] = state.conversations.values();
    const [one] = conversation?.messages ?? [];
    if (conversation === undefined || one === undefined) throw new Error('the state has no message');
    const messages = [
      { ...one, day: day - 1, repliesBefore: 0 },
      { ...one, day: day + 1, repliesBefore: conversation.replies.length },
    ];
    const placed = { ...conversation, links: null, messages };
    const before = withoutPlaces(encodeConversation(placed), placed.messages);
    expect(decodeConversation(before)).toEqual(placed);
  });

  it('[ENC-1] are refused with one error when cut or extended anywhere', async () => {
    const bytes = encodeDeskState(await fullState());
    for (const damaged of truncations(bytes, 3)) expect(() => decodeDeskState(damaged)).toThrow(WireError);
    for (const damaged of extensions(bytes)) expect(() => decodeDeskState(damaged)).toThrow(WireError);
  });

  it('[ENC-1] [ENC-3] are refused when damaged, or mean exactly the damaged bytes: nothing is read in two ways', async () => {
    const bytes = encodeDeskState(await fullState());
    let refused = 0;
    for (const damaged of bitFlips(bytes)) {
      const again = readAgain(damaged);
      if (again === null) refused += 1;
      else expect(equal(again, damaged)).toBe(true);
    }
    expect(refused).toBeGreaterThan(50);
  });
});

/** The first form had no number behind a message's day. */
function withoutPlaces(bytes: Uint8Array, messages: readonly DeskMessage[]): Uint8Array {
  const old = [...bytes];
  old[0] = 1;
  // Version, id, lane, next number, no links, number of messages; then id, day and number of each.
  let at = 1 + 32 + 2 + 4 + 1 + 2;
  for (const { content } of messages) {
    old.splice(at + 20, 4);
    at += 20 + 4 + (content === null ? 0 : encodeContent(content).length);
  }
  return Uint8Array.from(old);
}

/** Null if the bytes are refused. */
function readAgain(bytes: Uint8Array): Uint8Array | null {
  try {
    return encodeDeskState(decodeDeskState(bytes));
  } catch (error) {
    if (error instanceof WireError) return null;
    throw error;
  }
}
