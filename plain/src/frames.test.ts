/** [PLN-2] What server and process say to each other, whole and damaged. */
import { WireError } from '@postern/protocol/bytes/wire-error';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeFromVisit,
  decodeToVisit,
  encodeFromVisit,
  encodeToVisit,
  FrameCutter,
  type FromVisit,
  framed,
  type ToVisit,
} from './frames.ts';

const body = Uint8Array.of(1, 2, 3);
const toVisit: readonly ToVisit[] = [
  { kind: 'begin', fingerprint: new Uint8Array(32), language: 'en', icon: '/a/i', style: '/a/s', past: null },
  {
    kind: 'begin',
    fingerprint: new Uint8Array(32),
    language: 'zh-Hans',
    icon: '',
    style: '',
    past: { reason: 'crashed', parts: 3, stored: 2 },
  },
  { kind: 'form', id: 7, gzip: true, type: 'text/plain', body },
  { kind: 'open', id: 7, takes: false, type: 'multipart/form-data; boundary=x' },
  { kind: 'piece', id: 7, body },
  { kind: 'close', id: 7, isWhole: true },
  { kind: 'pull', id: 7, isWanted: false },
  { kind: 'look', id: 8, gzip: true },
  { kind: 'answer', id: 9, status: 200, body },
];
const fromVisit: readonly FromVisit[] = [
  { kind: 'ready', confinement: { noNetwork: true, noDisk: false, noCore: true, noPrivileges: false } },
  { kind: 'done', id: 1, left: true, offered: null },
  { kind: 'done', id: 1, left: false, offered: { name: '合同.pdf', bytes: 4_000_000_000, isPacked: true } },
  { kind: 'took', id: 1 },
  { kind: 'part', id: 1, state: 'failed', body },
  { kind: 'page', id: 2, again: 30, body },
  { kind: 'call', id: 3, path: '/index/0', body: new Uint8Array(0) },
  { kind: 'progress', parts: 4, stored: 1 },
];

describe('[PLN-2] frames', () => {
  it('come back as they went', () => {
    expect(toVisit.map((frame) => decodeToVisit(encodeToVisit(frame)))).toEqual(toVisit);
    expect(fromVisit.map((frame) => decodeFromVisit(encodeFromVisit(frame)))).toEqual(fromVisit);
  });

  it('give their one error, or a frame, on any bytes', () => {
    for (const decode of [decodeToVisit, decodeFromVisit]) {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
          try {
            decode(bytes);
          } catch (error) {
            expect(error).toBeInstanceOf(WireError);
          }
        }),
      );
    }
  });

  it('are cut out of a stream in pieces of any length, which are zeroed', () => {
    const frames = fromVisit.map(encodeFromVisit);
    const stream = Buffer.concat(frames.map(framed));
    for (const size of [1, 3, 5, 1_000]) {
      const cutter = new FrameCutter(1_000);
      const seen: FromVisit[] = [];
      for (let at = 0; at < stream.length; at += size) {
        const piece = Uint8Array.from(stream.subarray(at, at + size));
        cutter.add(piece, (bytes) => seen.push(decodeFromVisit(bytes)));
        expect(piece.every((byte) => byte === 0)).toBe(true);
      }
      expect(seen).toEqual(fromVisit);
    }
    expect(() => new FrameCutter(10).add(Uint8Array.of(0, 0, 1, 0), () => undefined)).toThrow(WireError);
  });
});
