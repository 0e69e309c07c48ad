import { describe, expect, it } from 'vitest';
import { concat, u16be, u32be, utf8ToBytes } from '../bytes/encode.ts';
import { compare } from '../bytes/equal.ts';
import { WireError } from '../bytes/wire-error.ts';
import { readerFaults } from '../testing/reader-faults.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import {
  DEVICE_REQUEST_BYTES_MAX,
  DEVICE_RESPONSE_BYTES_MAX,
  type DeviceKind,
  deviceKinds,
  SIGNED_DAY_KEY_BYTES,
  SIGNED_TRANSPORT_KEY_BYTES,
} from './device-kinds.ts';
import { type DeviceRequest, decodeDeviceRequest, encodeDeviceRequest } from './device-request.ts';
import {
  type DeviceAnswer,
  type DeviceResponse,
  decodeDeviceResponse,
  encodeDeviceResponse,
} from './device-response.ts';

const random = seededRandom('device-messages 6');
const many = (count: number, length: number): Uint8Array[] => Array.from({ length: count }, () => random(length));
const sorted = (ids: Uint8Array[]): Uint8Array[] => ids.toSorted(compare);

const requests: readonly DeviceRequest[] = [
  { kind: 'rosters', from: 7 },
  { kind: 'publish-roster', roster: random(5000) },
  { kind: 'publish-campaign', campaign: random(6000) },
  { kind: 'publish-film-part', campaign: random(8), part: random(7000) },
  { kind: 'publish-day-key', dayKey: random(6655) },
  { kind: 'day-keys' },
  { kind: 'publish-transport-key', transportKey: random(6691) },
  { kind: 'transport-keys' },
  { kind: 'send-parcel', to: random(8), parcel: random(8192) },
  { kind: 'send-parcel', to: random(8), parcel: random(65_536) },
  { kind: 'parcels' },
  { kind: 'take-parcel', id: random(32) },
  { kind: 'envelope-ids', day: 20_780 },
  { kind: 'envelopes', ids: many(64, 32) },
  { kind: 'envelopes', ids: [] },
  { kind: 'pass-day', day: 0 },
  { kind: 'log', from: 4_294_967_295 },
  { kind: 'append', entry: random(16_384) },
  { kind: 'issuer-keys' },
  { kind: 'tokens', purpose: 'reply', period: 20_780, blinded: many(32, 256) },
  { kind: 'tokens', purpose: 'admission', period: 649, blinded: many(1, 256) },
];

const answers: readonly DeviceAnswer[] = [
  { kind: 'rosters', rosters: [random(4000), random(5000)] },
  { kind: 'publish-roster' },
  { kind: 'publish-campaign' },
  { kind: 'publish-film-part' },
  { kind: 'publish-day-key' },
  { kind: 'day-keys', dayKeys: many(3, 6655) },
  { kind: 'publish-transport-key' },
  { kind: 'transport-keys', transportKeys: many(2, 6691) },
  { kind: 'send-parcel' },
  { kind: 'parcels', parcels: [{ id: random(32), parcel: random(8192) }] },
  { kind: 'take-parcel' },
  { kind: 'envelope-ids', ids: sorted(many(40, 32)) },
  { kind: 'envelope-ids', ids: [] },
  { kind: 'envelopes', envelopes: many(2, 4096) },
  { kind: 'pass-day' },
  { kind: 'log', length: 9, entries: [8, 9].map((number) => ({ number, entry: random(16_384) })) },
  { kind: 'append', outcome: 'appended', length: 10 },
  { kind: 'append', outcome: 'conflict', length: 12 },
  { kind: 'issuer-keys', keys: [{ purpose: 'admission', period: 649, publicKey: random(342) }] },
  { kind: 'tokens', signatures: many(2, 256) },
];

describe('device requests', () => {
  it.each(requests)('come back as they were: $kind', (request) => {
    const bytes = encodeDeviceRequest(request);
    expect(bytes.subarray(0, 2)).toEqual(Uint8Array.of(1, deviceKinds[request.kind]));
    expect(decodeDeviceRequest(bytes)).toEqual(request);
    expect(bytes.length).toBeLessThanOrEqual(DEVICE_REQUEST_BYTES_MAX);
  });

  it('have the numbers and fields of the specification', () => {
    const [to, parcel, id, entry] = [random(8), random(8192), random(32), random(16_384)];
    const [ids, blinded] = [many(2, 32), many(2, 256)];
    const written: readonly [DeviceRequest, Uint8Array][] = [
      [{ kind: 'rosters', from: 258 }, Uint8Array.of(1, 1, 0, 0, 1, 2)],
      [{ kind: 'publish-roster', roster: utf8ToBytes('r') }, Uint8Array.of(1, 2, 0, 0, 0, 1, 114)],
      [{ kind: 'publish-day-key', dayKey: utf8ToBytes('d') }, Uint8Array.of(1, 3, 0, 1, 100)],
      [{ kind: 'day-keys' }, Uint8Array.of(1, 4)],
      [{ kind: 'publish-campaign', campaign: utf8ToBytes('c') }, Uint8Array.of(1, 17, 0, 0, 0, 1, 99)],
      [
        { kind: 'publish-film-part', campaign: to, part: utf8ToBytes('f') },
        concat(Uint8Array.of(1, 18), to, Uint8Array.of(0, 0, 0, 1, 102)),
      ],
      [{ kind: 'publish-transport-key', transportKey: utf8ToBytes('t') }, Uint8Array.of(1, 5, 0, 1, 116)],
      [{ kind: 'transport-keys' }, Uint8Array.of(1, 6)],
      [{ kind: 'send-parcel', to, parcel }, concat(Uint8Array.of(1, 7), to, u32be(8192), parcel)],
      [{ kind: 'parcels' }, Uint8Array.of(1, 8)],
      [{ kind: 'take-parcel', id }, concat(Uint8Array.of(1, 9), id)],
      [{ kind: 'envelope-ids', day: 20_780 }, concat(Uint8Array.of(1, 10), u32be(20_780))],
      [{ kind: 'envelopes', ids }, concat(Uint8Array.of(1, 11, 2), ...ids)],
      [{ kind: 'pass-day', day: 20_780 }, concat(Uint8Array.of(1, 12), u32be(20_780))],
      [{ kind: 'log', from: 3 }, concat(Uint8Array.of(1, 13), u32be(3))],
      [{ kind: 'append', entry }, concat(Uint8Array.of(1, 14), entry)],
      [{ kind: 'issuer-keys' }, Uint8Array.of(1, 15)],
      [
        { kind: 'tokens', purpose: 'admission', period: 649, blinded },
        concat(Uint8Array.of(1, 16, 2), u32be(649), Uint8Array.of(2), ...blinded),
      ],
    ];
    for (const [request, bytes] of written) expect(encodeDeviceRequest(request)).toEqual(bytes);
    expect(new Set(written.map(([{ kind }]) => kind))).toEqual(new Set(Object.keys(deviceKinds)));
  });

  it.each([
    ['65 envelopes', encodeDeviceRequest({ kind: 'envelopes', ids: many(65, 32) })],
    [
      '33 blinded messages',
      encodeDeviceRequest({ kind: 'tokens', purpose: 'reply', period: 1, blinded: many(33, 256) }),
    ],
    ['a parcel of another size', encodeDeviceRequest({ kind: 'send-parcel', to: random(8), parcel: random(8193) })],
    ['a roster of more than 262,144 bytes', encodeDeviceRequest({ kind: 'publish-roster', roster: random(262_145) })],
    [
      'a campaign of more than 262,144 bytes',
      encodeDeviceRequest({ kind: 'publish-campaign', campaign: random(262_145) }),
    ],
    [
      'a part of a film of more than 262,144 bytes',
      encodeDeviceRequest({ kind: 'publish-film-part', campaign: random(8), part: random(262_145) }),
    ],
    ['a day key longer than any', encodeDeviceRequest({ kind: 'publish-day-key', dayKey: random(6656) })],
    ['a purpose that is none', concat(Uint8Array.of(1, 16, 3), u32be(1), Uint8Array.of(0))],
    ['kind 0', Uint8Array.of(1, 0)],
    ['kind 19', Uint8Array.of(1, 19)],
    ['version 2', Uint8Array.of(2, 4)],
    ['nothing', new Uint8Array(0)],
  ])('are refused with %s', (_, bytes) => {
    expect(() => decodeDeviceRequest(bytes)).toThrow(WireError);
  });

  it('[ENC-1] are read only as they are written', () => {
    for (const request of requests) {
      expect(
        readerFaults(encodeDeviceRequest(request), (bytes) => encodeDeviceRequest(decodeDeviceRequest(bytes))),
      ).toEqual([]);
    }
  });

  it('fit the bound that the server sets, and the longest reaches it', () => {
    const longest = encodeDeviceRequest({ kind: 'publish-film-part', campaign: random(8), part: random(262_144) });
    expect(longest.length).toBe(DEVICE_REQUEST_BYTES_MAX);
    expect(decodeDeviceRequest(longest).kind).toBe('publish-film-part');
  });
});

describe('device responses', () => {
  it.each(answers)('come back as they were: $kind', (answer) => {
    const bytes = encodeDeviceResponse(answer);
    expect(bytes.subarray(0, 2)).toEqual(Uint8Array.of(1, deviceKinds[answer.kind]));
    expect(decodeDeviceResponse(answer.kind, bytes)).toEqual(answer);
    expect(bytes.length).toBeLessThanOrEqual(DEVICE_RESPONSE_BYTES_MAX);
  });

  it('have the numbers and fields of the specification', () => {
    const [a, b] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];
    const [parcel, envelope, entry, key, signature] = [8192, 4096, 16_384, 342, 256].map(random) as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ];
    const head = (kind: number, ...more: number[]): Uint8Array => Uint8Array.of(1, kind, ...more);
    const written: readonly [DeviceResponse, Uint8Array][] = [
      [{ kind: 'error', code: 'not-found' }, concat(head(0, 9), utf8ToBytes('not-found'))],
      [{ kind: 'rosters', rosters: [utf8ToBytes('r')] }, head(1, 0, 1, 0, 0, 0, 1, 114)],
      [{ kind: 'publish-roster' }, head(2)],
      [{ kind: 'publish-campaign' }, head(17)],
      [{ kind: 'publish-film-part' }, head(18)],
      [{ kind: 'publish-day-key' }, head(3)],
      [{ kind: 'day-keys', dayKeys: [utf8ToBytes('d')] }, head(4, 0, 1, 0, 1, 100)],
      [{ kind: 'publish-transport-key' }, head(5)],
      [{ kind: 'transport-keys', transportKeys: [utf8ToBytes('t')] }, head(6, 1, 0, 1, 116)],
      [{ kind: 'send-parcel' }, head(7)],
      [{ kind: 'parcels', parcels: [{ id: a, parcel }] }, concat(head(8, 0, 1), a, u32be(8192), parcel)],
      [{ kind: 'take-parcel' }, head(9)],
      [{ kind: 'envelope-ids', ids: [a, b] }, concat(head(10), u32be(64), a, b)],
      [{ kind: 'envelopes', envelopes: [envelope] }, concat(head(11, 1), envelope)],
      [{ kind: 'pass-day' }, head(12)],
      [
        { kind: 'log', length: 4, entries: [{ number: 3, entry }] },
        concat(head(13), u32be(4), Uint8Array.of(1), u32be(3), entry),
      ],
      [{ kind: 'append', outcome: 'conflict', length: 4 }, concat(head(14, 2), u32be(4))],
      [
        { kind: 'issuer-keys', keys: [{ purpose: 'reply', period: 5, publicKey: key }] },
        concat(head(15, 1, 1), u32be(5), u16be(342), key),
      ],
      [{ kind: 'tokens', signatures: [signature] }, concat(head(16, 1), signature)],
    ];
    for (const [response, bytes] of written) expect(encodeDeviceResponse(response)).toEqual(bytes);
    expect(new Set(written.map(([{ kind }]) => kind))).toEqual(new Set(['error', ...Object.keys(deviceKinds)]));
  });

  it('may be a refusal, to any request', () => {
    const bytes = encodeDeviceResponse({ kind: 'error', code: 'not-found' });
    expect(decodeDeviceResponse('append', bytes)).toEqual({ kind: 'error', code: 'not-found' });
    expect(decodeDeviceResponse('log', bytes)).toEqual({ kind: 'error', code: 'not-found' });
  });

  it.each(['', 'Not found', 'not-', '<script>', 'a'.repeat(33), 'кот'])('have no code such as "%s"', (code) => {
    expect(() => encodeDeviceResponse({ kind: 'error', code })).toThrow(RangeError);
    const text = utf8ToBytes(code);
    const bytes = concat(Uint8Array.of(1, 0, text.length), text);
    expect(() => decodeDeviceResponse('append', bytes)).toThrow(WireError);
  });

  it('to another kind of request are refused', () => {
    for (const answer of answers) {
      const other: DeviceKind = answer.kind === 'log' ? 'append' : 'log';
      expect(() => decodeDeviceResponse(other, encodeDeviceResponse(answer))).toThrow(WireError);
    }
  });

  it('[ENV-5] list envelope ids in ascending order and none twice, or are refused', () => {
    const ids = sorted(many(3, 32)) as [Uint8Array, Uint8Array, Uint8Array];
    const read = (order: Uint8Array[]) =>
      decodeDeviceResponse('envelope-ids', encodeDeviceResponse({ kind: 'envelope-ids', ids: order }));
    expect(read(ids)).toEqual({ kind: 'envelope-ids', ids });
    expect(() => read([ids[0], ids[2], ids[1]])).toThrow(WireError);
    expect(() => read([ids[0], ids[0]])).toThrow(WireError);
  });

  it.each([
    ['ids that are cut', 'envelope-ids', concat(Uint8Array.of(1, 10), u32be(33), random(33))],
    ['an outcome that is none', 'append', concat(Uint8Array.of(1, 14, 3), u32be(1))],
    ['17 log entries', 'log', encodeDeviceResponse({ kind: 'log', length: 17, entries: logEntries(17) })],
    ['17 parcels', 'parcels', concat(Uint8Array.of(1, 8, 0, 17))],
  ] as const)('are refused with %s', (_, kind, bytes) => {
    expect(() => decodeDeviceResponse(kind, bytes)).toThrow(WireError);
  });

  it('[ENC-1] are read only as they are written', () => {
    for (const answer of answers.filter(({ kind }) => kind !== 'log')) {
      const again = (bytes: Uint8Array) => encodeDeviceResponse(decodeDeviceResponse(answer.kind, bytes));
      expect(readerFaults(encodeDeviceResponse(answer), again)).toEqual([]);
    }
  });
});

describe('the sizes of signed documents', () => {
  it('are those of sections 2.3 and 2.4', () => {
    const payload = 1 + 32 + 32 + 8 + 1984 + 4 + 1216;
    expect(SIGNED_DAY_KEY_BYTES).toBe(1 + 4 + payload + 3373);
    expect(SIGNED_TRANSPORT_KEY_BYTES).toBe(1 + 4 + payload + 4 + 32 + 3373);
  });
});

function logEntries(count: number): { number: number; entry: Uint8Array }[] {
  return Array.from({ length: count }, (_, number) => ({ number, entry: new Uint8Array(16_384) }));
}
