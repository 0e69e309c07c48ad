// A long sound is cut into parts of which nothing is lost, doubled or changed.
import { expect, it } from 'vitest';
import { phoneFile, wavFile } from '../testing/phone-files.ts';
import { WaveParts } from './wave-parts.ts';

const headBytes = 44;
const open = (bytes: Uint8Array) => WaveParts.open(bytes.length, async (from, to) => bytes.subarray(from, to));

it('hands a long sound on in parts, each a sound of its own', async () => {
  const sound = wavFile(40 * 1024 * 1024);
  for (let at = headBytes; at < sound.length; at++) sound[at] = at % 251;
  const wave = await open(sound);
  expect(wave?.parts).toBe(2);
  const parts = [await wave!.read(0), await wave!.read(1)];
  const data = parts.map((part) => part.subarray(Buffer.from(part.buffer).indexOf('data') + 8));
  expect(Buffer.compare(Buffer.concat(data), sound.subarray(headBytes))).toBe(0);
  for (const part of parts) expect((await open(part))?.parts).toBe(1);
});

it('finds the sound behind what recorders write before it', async () => {
  const plain = wavFile(1000);
  const before = Buffer.alloc(8 + 70_000);
  before.write('JUNK');
  before.writeUInt32LE(70_000, 4);
  const wave = await open(Buffer.concat([plain.subarray(0, 12), before, plain.subarray(12)]));
  expect(Buffer.compare(await wave!.read(0), plain)).toBe(0);
});

it('finds none in another file', async () => {
  expect(await open(phoneFile('opus'))).toBeNull();
});
