import { utf8ToBytes } from '@postern/protocol/bytes/encode';
import { describe, expect, it } from 'vitest';
import { odfFile } from '../testing/odf-file.ts';
import { bitmapFile, type PhoneFile, phoneFile, wavFile } from '../testing/phone-files.ts';
import { kindOf } from './file-kind.ts';
import { pictureOf, picturePixels } from './picture-size.ts';

/** With the size that its boxes say replaced. */
function claiming(kind: 'heic' | 'avif', width: number, height: number): Uint8Array<ArrayBuffer> {
  const bytes = phoneFile(kind);
  const at = Buffer.from(bytes).indexOf('ispe') + 8;
  new DataView(bytes.buffer).setUint32(at, width);
  new DataView(bytes.buffer).setUint32(at + 4, height);
  return bytes;
}

describe('what a file is', () => {
  it.each([
    ['heic', { kind: 'heic' }],
    ['avif', { kind: 'picture' }],
    ['tiff', { kind: 'document', form: 'tiff' }],
    ['opus', { kind: 'media', element: 'audio', type: 'audio/ogg' }],
    ['flac', { kind: 'media', element: 'audio', type: 'audio/flac' }],
    ['aac', { kind: 'media', element: 'audio', type: 'audio/aac' }],
    ['webm', { kind: 'media', element: 'video', type: 'video/webm' }],
  ] satisfies [PhoneFile, unknown][])('is told by its first bytes: %s', (kind, found) => {
    expect(kindOf(phoneFile(kind))).toEqual(found);
  });

  it('is told of what was known before, too', async () => {
    expect(kindOf(wavFile())).toEqual({ kind: 'media', element: 'audio', type: 'audio/wav' });
    expect(kindOf(bitmapFile())).toEqual({ kind: 'picture' });
    expect(kindOf(await odfFile('text', ''))).toEqual({ kind: 'document', form: 'odf' });
    expect(kindOf(utf8ToBytes('OggS and other words'))).toEqual({
      kind: 'text',
      text: 'OggS and other words',
      guessed: null,
    });
    expect(kindOf(utf8ToBytes('BMW, 40 km'))).toMatchObject({ kind: 'text' });
    expect(kindOf(Uint8Array.of(0x4d, 0x5a, 0, 0, 1))).toEqual({ kind: 'unknown' });
    expect(kindOf(utf8ToBytes('<svg/>'))).toMatchObject({ kind: 'text', text: '<svg/>' });
    expect(kindOf(new Uint8Array())).toEqual({ kind: 'unknown' });
  });
});

describe('a picture', () => {
  it.each([
    // Coded in squares of 64, and cut.
    ['heic', 64 * 64],
    ['avif', 64 * 48],
  ] as const)('in %s has the pixels that its largest part says', (kind, pixels) => {
    expect(picturePixels(phoneFile(kind))).toBe(pixels);
    expect(picturePixels(claiming(kind, 65_535, 65_535))).toBe(65_535 ** 2);
  });

  it('that claims more than there is room for is not decoded, nor one that does not say', () => {
    expect(pictureOf(claiming('avif', 100_000, 100_000))).toBe('too-large');
    expect(pictureOf(bitmapFile(30_000, -30_000))).toBe('too-large');
    const silent = phoneFile('avif');
    silent.set(Buffer.from('free'), Buffer.from(silent).indexOf('ispe'));
    expect(pictureOf(silent)).toBe('damaged');
    expect(pictureOf(phoneFile('avif').subarray(0, 40))).toBe('damaged');
    expect(pictureOf(bitmapFile().subarray(0, 20))).toBe('damaged');
  });
});
