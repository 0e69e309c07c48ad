// HEIC and AVIF as phones and browsers write them, with what phones put beside the picture: by exiftool.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { lacks } from '../../../tools/debian.ts';
import { type HeicPart, makeHeic } from '../testing/heic-file.ts';
import { exiftool, mat2 } from '../testing/metadata-tools.ts';
import { heicWithSmallCopy, phonePictures } from '../testing/phone-pictures.ts';
import { FileView } from './file-view.ts';
import { readHeicItems } from './heic-items.ts';
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

describe.skipIf(lacks('libimage-exiftool-perl'))('pictures beside the one that is shown', () => {
  const main = 'what is shown';
  const depth = 'urn:mpeg:hevc:2015:auxid:2';
  const brighter = 'urn:com:apple:photo:2020:aux:hdrgainmap';
  const veil = 'urn:mpeg:mpegB:cicp:systems:auxiliary:alpha';
  const parts: readonly HeicPart[] = [
    { type: 'grid', content: '\0\0\0\x01\0\x70\0\x40', refers: ['dimg', 2, 3], isInside: true },
    { type: 'hvc1', content: `${main} 1` },
    { type: 'hvc1', content: `${main} 2` },
    { type: 'hvc1', content: 'planted small copy', refers: ['thmb', 1] },
    { type: 'hvc1', content: 'planted distances', refers: ['auxl', 1], purpose: depth },
    { type: 'hvc1', content: 'planted light', refers: ['auxl', 1], purpose: brighter },
    { type: 'hvc1', content: `${main}, and how far`, refers: ['auxl', 1], purpose: veil },
    { type: 'mime', content: '<x:xmpmeta xmlns:x="adobe:ns:meta/"/>', refers: ['cdsc', 1, 5] },
    { type: 'grid', content: 'planted', refers: ['dimg', 10, 11], isInside: true },
    { type: 'hvc1', content: 'planted tile 1' },
    { type: 'hvc1', content: 'planted tile 2' },
    { type: 'tmap', content: 'planted map', refers: ['dimg', 1, 6] },
  ];
  const found = async (bytes: Uint8Array): Promise<readonly string[]> =>
    (await inspectMetadata(bytes)).findings.map(({ kind, field, value }) => `${kind} ${field} ${value}`.trim());
  const read = (bytes: Uint8Array): string => {
    const path = join(folder, 'beside.heic');
    writeFileSync(path, bytes);
    return exiftool(path, '-x', 'File:all');
  };

  it('are told, a picture of tiles once, and are in no copy', async () => {
    const file = makeHeic(parts, [1, 12]);
    expect(await found(file)).toEqual([
      'thumbnail HEIC thmb 64x64',
      'hidden HEIC auxl depth 64x64',
      'hidden HEIC auxl hdrgainmap 64x64',
      'hidden HEIC grid 64x64',
      'hidden HEIC tmap 64x64',
      'technical XMP',
    ]);
    expect(latin(file).match(/planted/g)).toHaveLength(7);
    expect(read(file)).toMatch(/auxid:2[\s\S]*hdrgainmap/);
    const copy = await cleanMetadata(file);
    expect(await found(copy)).toEqual([]);
    expect(latin(copy)).not.toMatch(/planted|auxid:2|hdrgainmap|thmb|tmap|altr/);
    expect(read(copy)).not.toMatch(/auxid:2|hdrgainmap/);
    // All that is drawn, where it lay, and what says how.
    expect(copy.length).toBe(file.length);
    for (const seen of [`${main} 1`, `${main} 2`, `${main}, and how far`])
      expect(latin(copy).indexOf(seen)).toBe(latin(file).indexOf(seen));
    const { items, references } = readHeicItems(new FileView(copy));
    expect(items.map(({ id }) => id)).toEqual([1, 2, 3, 7, 8]);
    expect(references.map(({ kind, from, to }) => [kind, from, ...to])).toEqual([
      ['dimg', 1, 2, 3],
      ['auxl', 7, 1],
      ['cdsc', 8, 1],
    ]);
    const [whole] = items;
    expect(latin(copy.subarray(...whole!.ranges[0]!))).toBe('\0\0\0\x01\0\x70\0\x40');
  });

  it('are taken out of what heif-enc writes, whose picture stays as it was', async () => {
    const file = new Uint8Array(Buffer.from(heicWithSmallCopy, 'base64'));
    expect(await found(file)).toEqual(['thumbnail HEIC thmb 32x24']);
    const copy = await cleanMetadata(file);
    expect(await found(copy)).toEqual([]);
    const before = readHeicItems(new FileView(file)).items.filter(({ id }) => id <= 2);
    const after = readHeicItems(new FileView(copy)).items;
    expect(after).toEqual(before);
    const [from, to] = after.find(({ type }) => type === 'hvc1')!.ranges[0]!;
    expect(copy.subarray(from, to)).toEqual(file.subarray(from, to));
  });

  it('make no copy where a picture lies among the tables that change', async () => {
    const file = makeHeic(parts, [1, 2]);
    const within = latin(file).indexOf('iref');
    const at = latin(file).indexOf('iloc') + 12 + 16 + 8;
    new DataView(file.buffer).setUint32(at, within);
    await expect(cleanMetadata(file)).rejects.toMatchObject({ code: 'malformed' });
  });
});
