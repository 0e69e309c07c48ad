// Nonces: once, for as long as their time is accepted, and never without bound.
import { expect, it } from 'vitest';
import { random } from '../testing/organisation.ts';
import { Nonces } from './device-access.ts';

it('[DEV-2] a nonce is taken once for each device, as long as its time would be accepted', () => {
  const nonces = new Nonces();
  const [device, other, nonce] = [random(8), random(8), random(16)];
  expect(nonces.take(device, nonce, 1_000)).toBe('new');
  expect(nonces.take(device, nonce, 1_000)).toBe('seen');
  expect(nonces.take(other, nonce, 1_000)).toBe('new');
  expect(nonces.take(device, nonce, 1_600)).toBe('seen');
  expect(nonces.take(device, nonce, 1_601)).toBe('new');
});

it('[HTTP-5] when too many are kept, no request is taken until some are old', () => {
  const nonces = new Nonces();
  const devices = Array.from({ length: 16 }, () => random(8));
  const numbered = (n: number): Uint8Array => Uint8Array.from({ length: 16 }, (_, at) => (n >> (8 * (at % 4))) & 255);
  for (const device of devices) {
    for (let n = 0; n < 4_096; n++) expect(nonces.take(device, numbered(n), 1_000)).toBe('new');
  }
  const other = random(8);
  expect(nonces.take(other, random(16), 1_500)).toBe('full');
  expect(nonces.take(devices[3]!, numbered(5), 1_500)).toBe('seen');
  expect(nonces.take(other, random(16), 1_601)).toBe('new');
});

it('[HTTP-5] a device that asks without end keeps no other from the server', () => {
  const nonces = new Nonces();
  const [stolen, other] = [random(8), random(8)];
  const answers = Array.from({ length: 20_000 }, () => nonces.take(stolen, random(16), 1_000));
  expect(answers.filter((answer) => answer === 'full')).toHaveLength(20_000 - 16_384);
  expect(nonces.take(other, random(16), 1_000)).toBe('new');
  expect(nonces.take(stolen, random(16), 1_601)).toBe('new');
});

it('[PAR-3] a device that hands over the most parcels of a day in one go may ask for other things too', () => {
  const nonces = new Nonces();
  const device = random(8);
  const answers = new Set(Array.from({ length: 8_192 + 100 }, () => nonces.take(device, random(16), 1_000)));
  expect(answers).toEqual(new Set(['new']));
});
