// What waits for the log goes into it in an order that no flood can use, and that loses and contradicts nothing.
import { bytesToHex } from '@postern/protocol/bytes/encode';
import { applyEntry } from '@postern/protocol/desk/apply';
import { type DeskState, emptyDeskState } from '@postern/protocol/desk/state';
import { encodeInside, type Inside } from '@postern/protocol/messages/inside';
import { type LogEvent, packEvents } from '@postern/protocol/messages/log-event';
import { encodeReceipt } from '@postern/protocol/messages/receipt';
import { seededRandom } from '@postern/protocol/testing/seeded-random';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemoryStore } from './memory-store.ts';
import { PendingEvents } from './pending-events.ts';

const day = 20_800;
const device = new Uint8Array(8).fill(3);
const context = { fingerprint: new Uint8Array(32).fill(7), desk: new Uint8Array(8).fill(8) };
const random = seededRandom('event order');
const idOf = (source: number): Uint8Array => new Uint8Array(32).fill(source);

function received(conversationId: Uint8Array, fields: Partial<Inside> = {}): LogEvent {
  const messageId = random(16);
  const place = { part: 0, parts: 1, messageId, conversationId, day, root: new Uint8Array(32).fill(77), lane: 1 };
  const inside = encodeInside({ kind: 'submission', ...place, piece: random(2_800), ...fields });
  return { kind: 'received', envelopeId: random(32), day, inside };
}

const receipt = (conversationId: Uint8Array): LogEvent =>
  received(conversationId, { kind: 'receipt', piece: encodeReceipt([1]) });
const reply = (conversationId: Uint8Array): LogEvent => ({
  kind: 'reply',
  conversationId,
  messageId: random(16),
  day,
  pieces: [random(40)],
});
const note = (conversationId: Uint8Array): LogEvent => ({
  kind: 'note',
  id: random(8),
  day,
  conversationId,
  of: 'note',
  text: 'seen',
});
const ended = (id: Uint8Array): LogEvent => ({ kind: 'ended', id: random(8), day: day + 90, cases: [id] });
let days = 0;
const finished = (): LogEvent => ({ kind: 'day-finished', day: day + days++ });

/** The next entry's events, applied, and dropped from what waits. */
async function entry(pending: PendingEvents, state: DeskState): Promise<readonly LogEvent[]> {
  const events = packEvents(pending.inTurn(state.conversations)).entry;
  await applyEntry(state, { device, events }, context);
  pending.dropSent(events);
  return events;
}

async function stateWith(...sources: number[]): Promise<DeskState> {
  const state = emptyDeskState();
  const events = sources.map((source) => received(idOf(source)));
  await applyEntry(state, { device, events }, context);
  return state;
}

describe('what waits for the log', () => {
  it('[LOG-13] lets an answer, a note and somebody who is known through a flood of strangers, with the next entry', async () => {
    const pending = await PendingEvents.load(new MemoryStore());
    const state = await stateWith(1);
    pending.add(Array.from({ length: 300 }, () => received(random(32))));
    const [answer, word, message] = [reply(idOf(1)), note(idOf(1)), received(idOf(1))];
    pending.add([answer, word, message]);
    const events = await entry(pending, state);
    expect(events).toEqual(expect.arrayContaining([answer, word, message]));
    // The room that is left is the strangers', whoever is known.
    expect(events.length).toBeGreaterThan(3);
  });

  it('[LOG-13] lets strangers, and who has written little, through a flood of those who have written much', async () => {
    const pending = await PendingEvents.load(new MemoryStore());
    const state = await stateWith(1, 2, 3, 4, 5);
    for (const source of [2, 3, 4, 5]) pending.add(Array.from({ length: 100 }, () => received(idOf(source))));
    for (let entries = 0; entries < 5; entries++) await entry(pending, state);
    const [stranger, known] = [received(random(32)), received(idOf(1))];
    pending.add([stranger, known]);
    const events = [...(await entry(pending, state)), ...(await entry(pending, state))];
    expect(events).toEqual(expect.arrayContaining([stranger, known]));
  });

  it('[LOG-13] lets no receipts keep messages out, nor messages receipts', async () => {
    const pending = await PendingEvents.load(new MemoryStore());
    const state = await stateWith(1, 2);
    pending.add(Array.from({ length: 2_000 }, () => receipt(idOf(2))));
    pending.add(Array.from({ length: 50 }, () => received(idOf(1))));
    const kinds = (await entry(pending, state)).map(
      (event) => event.kind === 'received' && event.inside.length > 2_800,
    );
    expect(new Set(kinds)).toEqual(new Set([true, false]));
  });

  it('[LOG-13] is in the log in the end, whatever came when: nothing twice, each message in its order, no day finished early', async () => {
    const source = fc.integer({ min: 1, max: 5 });
    const made = fc.array(
      fc.oneof(
        source.map((of) => received(idOf(of))),
        source.map((of) => receipt(idOf(of))),
        source.map((of) => reply(idOf(of))),
        source.map((of) => ended(idOf(of))),
        fc.nat(1).map(finished),
        fc.constant('entry' as const),
      ),
      { maxLength: 40 },
    );
    const run = async (steps: (LogEvent | 'entry')[]): Promise<void> => {
      const pending = await PendingEvents.load(new MemoryStore());
      const state = await stateWith(1, 2);
      const order: LogEvent[] = [];
      const written: LogEvent[] = [];
      const doStep = async (step: LogEvent | 'entry'): Promise<void> => {
        if (step === 'entry') written.push(...(await entry(pending, state)));
        else if (pending.add([step]).length > 0) order.push(step);
      };
      for (const step of steps) await doStep(step);
      while (pending.count > 0) await doStep('entry');
      expect(written).toHaveLength(order.length);
      const messages = (events: LogEvent[], of: number): LogEvent[] =>
        events.filter((event) => event.kind === 'received' && bytesToHex(event.inside).includes(bytesToHex(idOf(of))));
      for (const of of [1, 2, 3, 4, 5]) {
        const inOrder = messages(order, of).filter((event) => event.kind === 'received' && event.inside.length > 2_800);
        const places = inOrder.map((event) => written.indexOf(event));
        expect(places).toEqual(places.toSorted((a, b) => a - b));
      }
      order.forEach((event, at) => {
        const opened = order.slice(0, at).filter(({ kind }) => kind === 'received');
        const about = (id: Uint8Array | undefined): LogEvent[] => messages(opened, id?.[0] ?? 0);
        const before =
          event.kind === 'day-finished'
            ? opened
            : event.kind === 'ended'
              ? about(event.cases[0])
              : event.kind === 'reply' && (event.conversationId[0] ?? 0) > 2
                ? about(event.conversationId).slice(0, 1)
                : [];
        const place = written.indexOf(event);
        expect(before.every((earlier) => written.indexOf(earlier) < place)).toBe(true);
      });
    };
    await fc.assert(fc.asyncProperty(made, run), { numRuns: 60 });
  });

  it('[LOG-10] has before all else what is written again, after a restart and a second time too', async () => {
    const store = new MemoryStore();
    const pending = await PendingEvents.load(store);
    const state = await stateWith(1);
    const lost = [received(idOf(9)), reply(idOf(9))];
    const again = [received(idOf(8))];
    await store.transaction(pending.add([...Array.from({ length: 9 }, () => received(random(32))), note(idOf(1))]));
    await store.transaction(pending.putFirst(lost));
    await store.transaction(pending.putFirst(again));
    const after = await PendingEvents.load(store);
    expect(after.inTurn(state.conversations).slice(0, 3)).toEqual([...again, ...lost]);
    expect(after.inTurn(state.conversations)[3]?.kind).toBe('note');
    await store.transaction(after.drop(() => true));
    const empty = await PendingEvents.load(store);
    await store.transaction(empty.add([received(random(32)), note(idOf(1))]));
    expect((await PendingEvents.load(store)).inTurn(state.conversations)[0]?.kind).toBe('note');
  });
});
