// Of a body that is not taken whole nothing stays: neither what was read of it nor what comes after.
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { expect, it, vi } from 'vitest';
import { patient } from '../testing/patient.ts';
import { patienceOf, readBody, readPieces } from './body.ts';

const typed = (): Buffer => Buffer.from('In the drawer of room 417');
const isZero = (piece: Buffer): boolean => piece.every((byte) => byte === 0);

/** A request that hands on the very pieces it is given. */
function arriving(headers: IncomingMessage['headers'] = {}): IncomingMessage {
  return Object.assign(new Readable({ read: () => undefined }), { headers }) as IncomingMessage;
}

it('[PLN-3] a body that breaks off, comes too slowly or is too long leaves nothing of itself', async () => {
  const ends = {
    malformed: (request: IncomingMessage) => void request.destroy(),
    slow: () => undefined,
    'too-large': (request: IncomingMessage, last: Buffer) => void request.push(last),
  };
  for (const [problem, end] of Object.entries(ends)) {
    const request = arriving();
    const [first, second, third, last] = [typed(), typed(), typed(), typed()];
    const body = readBody(request, 60, problem === 'slow' ? 0.2 : 60);
    const refused = expect(body).rejects.toMatchObject({ problem });
    request.push(first);
    await vi.waitFor(() => expect(request.readableLength).toBe(0), patient);
    request.push(second);
    end(request, third);
    await refused;
    request.push(last);
    const left = problem === 'too-large' ? [first, second, third, last] : [first, second];
    await vi.waitFor(() => expect([problem, ...left.map(isZero)]).toEqual([problem, ...left.map(() => true)]), patient);
  }
});

it('[PLN-3] what comes after a form was given up is kept by nobody', async () => {
  const request = arriving();
  const [first, next, after] = [typed(), typed(), typed()];
  const given: Buffer[] = [];
  const reading = (async () => {
    for await (const piece of readPieces(request, 1_000, () => patienceOf(0.1))) given.push(piece);
  })();
  request.push(first);
  await expect(reading).rejects.toMatchObject({ problem: 'slow' });
  expect(given.map((piece) => piece.toString())).toEqual([typed().toString()]);
  request.push(next);
  request.push(after);
  await vi.waitFor(() => expect([next, after].map(isZero)).toEqual([true, true]), patient);
});

it('[PLN-3] what comes of a form that announces too much is kept by nobody', async () => {
  const request = arriving({ 'content-length': '2000' });
  const [first, next] = [typed(), typed()];
  request.push(first);
  await expect(readBody(request, 1_000, 1)).rejects.toMatchObject({ problem: 'too-large' });
  request.push(next);
  await vi.waitFor(() => expect([first, next].map(isZero)).toEqual([true, true]), patient);
});
