import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat } from '../bytes/encode.ts';
import { Reader } from '../bytes/reader.ts';
import { WireError } from '../bytes/wire-error.ts';
import { joined, u32 } from '../testing/correspondence.ts';
import { readerFaults } from '../testing/reader-faults.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import { encodeInside, type Inside } from './inside.ts';
import { encodeEvent, eventRoomBytes, type LogEvent, packEvents, readEvent } from './log-event.ts';

const random = seededRandom('event');
const day = 20_780;
const inside = (fields: Partial<Inside> = {}): Uint8Array =>
  encodeInside({
    kind: 'submission',
    part: 0,
    parts: 1,
    messageId: random(16),
    conversationId: random(32),
    day,
    root: random(32),
    lane: 1,
    piece: random(20),
    ...fields,
  });

const events: LogEvent[] = [
  { kind: 'received', envelopeId: random(32), day, inside: inside() },
  { kind: 'reply', conversationId: random(32), messageId: random(16), day, pieces: [random(1557), random(1)] },
  { kind: 'posted', conversationId: random(32), number: 7 },
  { kind: 'collected', conversationId: random(32), number: 0xffff_ffff },
  { kind: 'day-finished', day },
];

function decode(bytes: Uint8Array): LogEvent {
  const reader = new Reader(bytes);
  const event = readEvent(reader);
  reader.end();
  return event;
}

describe('events', () => {
  it.each(events)('$kind comes back as it was written', (event) => {
    expect(decode(encodeEvent(event))).toEqual(event);
  });

  it('have the layout of the specification', () => {
    const [received, reply, posted, collected, finished] = events.map((event) => Buffer.from(encodeEvent(event)));
    const id = random(32);
    if (events[0]?.kind !== 'received' || events[1]?.kind !== 'reply') throw new Error('order of the examples');
    expect(received).toEqual(
      Buffer.concat([Buffer.of(1), joined(concat(events[0].envelopeId, u32(day), joined(events[0].inside)))]),
    );
    const { conversationId, messageId, pieces } = events[1];
    expect(reply).toEqual(
      Buffer.concat([
        Buffer.of(2),
        joined(concat(conversationId, messageId, u32(day), Buffer.of(2), joined(...pieces))),
      ]),
    );
    expect(posted!.subarray(0, 3)).toEqual(Buffer.of(3, 0, 36));
    expect(collected!.subarray(0, 3)).toEqual(Buffer.of(4, 0, 36));
    expect(finished).toEqual(Buffer.concat([Buffer.of(5, 0, 4), u32(day)]));
    expect(Buffer.from(encodeEvent({ kind: 'posted', conversationId: id, number: 9 }))).toEqual(
      Buffer.concat([Buffer.of(3), joined(concat(id, u32(9)))]),
    );
  });

  it.each(events)('[ENC-1] $kind fails with its own error on any bytes', (event) => {
    expect(readerFaults(encodeEvent(event), (changed) => encodeEvent(decode(changed)))).toEqual([]);
  });

  it('are refused if no desk could have written them', () => {
    const id = random(32);
    const wrong = [
      Buffer.concat([Buffer.of(6), joined(u32(day))]),
      Buffer.concat([Buffer.of(0), joined(u32(day))]),
      Buffer.concat([Buffer.of(3), joined(concat(id, u32(0)))]),
      Buffer.concat([Buffer.of(2), joined(concat(id, random(16), u32(day), Buffer.of(0)))]),
      Buffer.concat([
        Buffer.of(2),
        joined(concat(id, random(16), u32(day), Buffer.of(9), ...Array<Uint8Array>(9).fill(joined(id)))),
      ]),
      Buffer.concat([Buffer.of(1), joined(concat(id, u32(day), joined(inside({ kind: 'cover' }))))]),
    ];
    for (const bytes of wrong) expect(() => decode(bytes), bytes.toString('hex', 0, 4)).toThrow(WireError);
  });

  it("[ENV-4] do not bring in a submission whose day differs from the key's by more than one", () => {
    for (const [own, fine] of [
      [day - 2, false],
      [day - 1, true],
      [day, true],
      [day + 1, true],
      [day + 2, false],
    ] as const) {
      const bytes = encodeEvent({ kind: 'received', envelopeId: random(32), day, inside: inside({ day: own }) });
      if (fine) expect(decode(bytes).kind).toBe('received');
      else expect(() => decode(bytes)).toThrow(WireError);
    }
  });
});

describe('packEvents', () => {
  it('fills an entry from the front and keeps the order of the rest', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 2800 }), { maxLength: 30 });
    fc.assert(
      fc.property(sizes, (lengths) => {
        const all = lengths.map(
          (length): LogEvent => ({
            kind: 'received',
            envelopeId: random(32),
            day,
            inside: inside({ piece: random(length) }),
          }),
        );
        const { entry, rest } = packEvents(all);
        expect([...entry, ...rest]).toEqual(all);
        const used = entry.reduce((sum, event) => sum + encodeEvent(event).length, 0);
        expect(used).toBeLessThanOrEqual(eventRoomBytes);
        if (rest.length > 0) expect(used + encodeEvent(rest[0]!).length).toBeGreaterThan(eventRoomBytes);
      }),
      { numRuns: 30 },
    );
    expect(packEvents([])).toEqual({ entry: [], rest: [] });
  });

  it('has room for every event that there can be', () => {
    const largest: LogEvent[] = [
      {
        kind: 'reply',
        conversationId: random(32),
        messageId: random(16),
        day,
        pieces: Array.from({ length: 8 }, () => random(1557)),
      },
      { kind: 'received', envelopeId: random(32), day, inside: inside({ piece: random(2800) }) },
    ];
    for (const event of largest) expect(packEvents([event]).entry).toEqual([event]);
    expect(eventRoomBytes).toBe(12_911);
  });
});
