// HEIC and AVIF as phones and browsers write them, with what phones put beside the picture: by exiftool.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { lacks } from '../../../tools/debian.ts';
import { exiftool, mat2 } from '../testing/metadata-tools.ts';
import { phonePictures } from '../testing/phone-pictures.ts';
import { cleanMetadata, inspectMetadata } from './inspect.ts';

const folder = mkdtempSync(join(tmpdir(), 'postern-heic-'));
afterAll(() => rmSync(folder, { recursive: true }));

const planted = /Kiosk|Wuhan|2024|30\.5|SN-417|edited by/;
const written = [
  ['-EXIF:Make=Kiosk', '-EXIF:SerialNumber=SN-417', '-EXIF:DateTimeOriginal=2024:03:04 05:06:07'],
  ['-EXIF:GPSLatitude=30.5', '-EXIF:GPSLatitudeRef=N', '-EXIF:GPSLongitude=114.3', '-EXIF:GPSLongitudeRef=E'],
  ['-XMP-dc:Creator=edited by somebody', '-XMP-photoshop:City=Wuhan'],
].flat();

const shown = async (bytes: Uint8Array): Promise<string> =>
  (await inspectMetadata(bytes)).findings.map(({ kind, field, value }) => `${kind} ${field} ${value}`).join('\n');
const latin = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

describe.skipIf(lacks('libimage-exiftool-perl', 'mat2', 'ffmpeg')).each(['heic', 'avif'] as const)('%s', (kind) => {
  const picture = new Uint8Array(Buffer.from(phonePictures[kind], 'base64'));
  const path = join(folder, `photo.${kind}`);
  writeFileSync(path, picture);
  execFileSync('exiftool', ['-q', '-overwrite_original', ...written, path]);
  const photo = new Uint8Array(readFileSync(path));

  it('tells what exiftool and mat2 find, place, time, camera and who edited it', async () => {
    expect(exiftool(path, '-x', 'File:all')).toMatch(planted);
    const found = await shown(photo);
    for (const value of ['Kiosk', 'SN-417', 'Wuhan', 'edited by somebody']) expect(found).toContain(value);
    for (const word of [/^place /m, /^time .*2024/m, /^device /m, /^serial /m, /^person /m])
      expect(found).toMatch(word);
  });

  it('makes a copy with the same picture in which nothing is found, by itself, exiftool, mat2 or a search', async () => {
    const copy = await cleanMetadata(photo);
    expect(await shown(copy)).toBe('');
    const clean = join(folder, `clean.${kind}`);
    writeFileSync(clean, copy);
    for (const text of [exiftool(clean, '-x', 'File:all'), mat2(clean), latin(copy)]) expect(text).not.toMatch(planted);
    // The picture's own bytes, where they lay.
    const shownPart = latin(picture).slice(-40);
    expect(latin(copy)).toContain(shownPart);
    expect(latin(copy).indexOf(shownPart)).toBe(latin(photo).indexOf(shownPart));
  });

  it('finds nothing in one that has nothing', async () => {
    expect(await shown(picture)).toBe('');
  });
});
