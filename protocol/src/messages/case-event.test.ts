import { describe, expect, it } from 'vitest';
import { bytesToHex, concat } from '../bytes/encode.ts';
import { Reader } from '../bytes/reader.ts';
import { WireError } from '../bytes/wire-error.ts';
import { joined, u32 } from '../testing/correspondence.ts';
import { readerFaults } from '../testing/reader-faults.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import type { CaseChange, CaseEvent } from './case-event.ts';
import { type ExportTerms, fileForms } from './export-terms.ts';
import { encodeEvent, type LogEvent, packEvents, readEvent } from './log-event.ts';

const random = seededRandom('case event');
const day = 20_780;
const cases = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)] as const;
const terms: ExportTerms = {
  ...{ recipients: ['age1one', 'age1two'], form: 'cleaned', hasWork: true },
  choices: { [bytesToHex(random(16))]: 'original', [bytesToHex(random(16))]: 'none' },
};
const changes: CaseChange[] = [
  { aspect: 'state', state: 'waiting' },
  { aspect: 'owner', device: random(8) },
  { aspect: 'owner', device: null },
  { aspect: 'tag', tag: '港口' },
  { aspect: 'untag', tag: 'a' },
  { aspect: 'reminder', on: day },
  { aspect: 'reminder', on: null },
  { aspect: 'hold', isHeld: true },
  { aspect: 'placement', access: 'documents', motive: 'gain' },
  { aspect: 'link', other: random(32) },
  { aspect: 'unlink', other: random(32) },
  { aspect: 'merge', into: random(32) },
  { aspect: 'merge', into: null },
  { aspect: 'regrade' },
];
const askedExport = { kind: 'asked', request: random(16), day, purpose: 'export', cases, terms } as const;
const events: CaseEvent[] = [
  ...changes.map((change): CaseEvent => ({ kind: 'change', id: random(8), day, cases, change })),
  { kind: 'note', id: random(8), day, conversationId: random(32), of: 'discussion', text: '与档案比对' },
  { kind: 'graded', day, conversationId: random(32), commitment: random(32) },
  { kind: 'grade-shown', day, conversationId: random(32), source: 6, information: 1, nonce: random(32) },
  { kind: 'person', id: random(8), day, name: 'Ana' },
  { kind: 'role', id: random(8), day, device: random(8), role: 'auditor' },
  { kind: 'saved-reply', id: random(8), reply: random(16), day, language: 'zh-Hans', title: 'Thanks', text: '谢谢' },
  { kind: 'saved-reply', id: random(8), reply: random(16), day, language: '', title: '', text: '' },
  { kind: 'retention', id: random(8), day, days: 365 },
  { kind: 'asked', request: random(16), day, purpose: 'erase', cases, terms: null },
  { kind: 'asked', request: random(16), day, purpose: 'export', cases, terms: null },
  askedExport,
  { kind: 'answered', request: random(16), day, isGranted: true },
  { kind: 'ended', id: random(8), day, cases },
  { kind: 'saved-original', id: random(8), day, conversationId: random(32) },
];

function decode(bytes: Uint8Array): LogEvent {
  const reader = new Reader(bytes);
  const event = readEvent(reader);
  reader.end();
  return event;
}

const change = (...rest: Uint8Array[]): Uint8Array => {
  const head = concat(random(8), u32(day), Buffer.of(0, 1), cases[0]);
  return Buffer.concat([Buffer.of(32), joined(concat(head, ...rest))]);
};

describe('events of case work', () => {
  it('come back as they were written', () => {
    for (const event of events) expect(decode(encodeEvent(event))).toEqual(event);
  });

  it('have the layout of the specification', () => {
    const id = random(8);
    const event: CaseEvent = { kind: 'change', id, day, cases, change: { aspect: 'tag', tag: 'ab' } };
    const body = concat(id, u32(day), Buffer.of(0, 2), ...cases, Buffer.of(3, 2), Buffer.from('ab'));
    expect(Buffer.from(encodeEvent(event))).toEqual(Buffer.concat([Buffer.of(32), joined(body)]));
    const shown = events.find(({ kind }) => kind === 'grade-shown') as Extract<CaseEvent, { kind: 'grade-shown' }>;
    expect(Buffer.from(encodeEvent(shown))).toEqual(
      Buffer.concat([Buffer.of(35), joined(concat(u32(day), shown.conversationId, Buffer.of(6, 1), shown.nonce))]),
    );
  });

  it.each(events)('[ENC-1] $kind fails with its own error on any bytes', (event) => {
    expect(readerFaults(encodeEvent(event), (changed) => encodeEvent(decode(changed)))).toEqual([]);
  });

  it('[ENC-3] are refused if no desk could have written them', () => {
    const swapped = concat(random(8), u32(day), Buffer.of(0, 2), cases[1], cases[0], Buffer.of(1, 1));
    const wrong = [
      Buffer.concat([Buffer.of(32), joined(swapped)]),
      Buffer.concat([Buffer.of(32), joined(concat(random(8), u32(day), Buffer.of(0, 0), Buffer.of(1, 1)))]),
      change(Buffer.of(1, 0)),
      change(Buffer.of(1, 5)),
      change(Buffer.of(12)),
      change(Buffer.of(6, 2)),
      change(Buffer.of(3, 0)),
      change(Buffer.of(3, 97), new Uint8Array(97).fill(97)),
      Buffer.concat([Buffer.of(44), joined(u32(day))]),
    ];
    for (const grade of [0, 7]) {
      wrong.push(Buffer.concat([Buffer.of(35), joined(concat(u32(day), random(32), Buffer.of(grade, 1), random(32)))]));
    }
    for (const [at, bytes] of wrong.entries()) expect(() => decode(bytes), String(at)).toThrow(WireError);
    expect(decode(change(Buffer.of(1, 1))).kind).toBe('change');
  });

  it('[CAS-10] say for whom an export is sealed and in which form of each file, or are refused', () => {
    const [one, other] = [new Uint8Array(16).fill(1), new Uint8Array(16).fill(2)];
    const key = (text: string): Uint8Array => joined(Buffer.from(text));
    const asked = (purpose: number, ...rest: Uint8Array[]): Uint8Array => {
      const head = concat(random(16), u32(day), Buffer.of(purpose, 0, 1), cases[0]);
      return Buffer.concat([Buffer.of(40), joined(concat(head, ...rest))]);
    };
    const right = asked(1, Buffer.of(1), key('age1a'), Buffer.of(3, 0, 2), one, Buffer.of(1), other, Buffer.of(4, 1));
    const choices = { [bytesToHex(one)]: 'cleaned', [bytesToHex(other)]: 'none' };
    expect(decode(right)).toMatchObject({ terms: { recipients: ['age1a'], form: 'original', choices, hasWork: true } });
    expect(fileForms).toEqual(['cleaned', 'copy', 'original', 'none']);
    const [form, none, last] = [Buffer.of(1), Buffer.of(0, 0), Buffer.of(0)];
    const wrong = [
      asked(1, Buffer.of(0), form, none, last),
      asked(1, Buffer.of(17), ...Array.from({ length: 17 }, (_, at) => key(`age1${at}`)), form, none, last),
      asked(1, Buffer.of(2), key('age1a'), key('age1a'), form, none, last),
      asked(1, Buffer.of(1), key('age1A'), form, none, last),
      asked(1, Buffer.of(1), key('ssh-ed25519 a'), form, none, last),
      asked(1, Buffer.of(1), key(`age1${'a'.repeat(2_045)}`), form, none, last),
      asked(1, Buffer.of(1), key('age1a'), Buffer.of(5), none, last),
      asked(1, Buffer.of(1), key('age1a'), form, Buffer.of(0, 2), other, form, one, form, last),
      asked(1, Buffer.of(1), key('age1a'), form, none, Buffer.of(2)),
      // Only an export has terms.
      asked(2, Buffer.of(1), key('age1a'), form, none, last),
    ];
    for (const [at, bytes] of wrong.entries()) expect(() => decode(bytes), String(at)).toThrow(WireError);
    expect(() => encodeEvent({ ...askedExport, terms: { ...terms, recipients: [] } })).toThrow(RangeError);
    expect(() => encodeEvent({ ...askedExport, purpose: 'erase' })).toThrow(RangeError);
  });

  it('have room in one entry, the largest too', () => {
    const many = Array.from({ length: 256 }, (_, at) => new Uint8Array(32).fill(at));
    const largest: CaseEvent[] = [
      { kind: 'ended', id: random(8), day, cases: many },
      { kind: 'note', id: random(8), day, conversationId: random(32), of: 'note', text: '字'.repeat(2_730) },
    ];
    for (const event of largest) expect(packEvents([event]).entry).toEqual([event]);
    expect(() => encodeEvent({ ...largest[1], text: 'a'.repeat(8_193) } as CaseEvent)).toThrow(RangeError);
    expect(() => encodeEvent({ ...largest[0], cases: [...many, random(32)] } as CaseEvent)).toThrow(RangeError);
  });
});
