// Files of a few megabytes can have more parts than a function takes arguments.
import { expect, it } from 'vitest';
import { cleanMetadata } from './inspect.ts';

const count = 200_000;

function bytesOf(head: string, part: string, end: string): Uint8Array {
  return new Uint8Array(Buffer.from(head + part.repeat(count) + end, 'latin1'));
}

it.each([
  ['JPEG', bytesOf('\xff\xd8', '\xff\x01', '\xff\xd9')],
  ['PNG', bytesOf('\x89PNG\r\n\x1a\n', '\0\0\0\0IDAT\x35\xaf\x06\x1e', '\0\0\0\0IEND\xae\x42\x60\x82')],
  // Its length, least significant byte first.
  ['WebP', bytesOf('RIFF\x04\x6a\x18\0WEBP', 'ALPH\0\0\0\0', '')],
])('cleans a %s of hundreds of thousands of parts', async (_name, bytes) => {
  expect(Buffer.from(await cleanMetadata(bytes)).equals(bytes)).toBe(true);
});
