// Size and length of films, as the program that made them was told.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { lacks } from '../../../tools/debian.ts';
import { movieShape } from './movie-shape.ts';
import { MetadataError } from './report.ts';

const folder = mkdtempSync(join(tmpdir(), 'postern-shape-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function made(name: string, ...options: readonly string[]): Uint8Array {
  const path = join(folder, name);
  execFileSync('ffmpeg', ['-v', 'error', '-y', ...options, path]);
  return new Uint8Array(readFileSync(path));
}

describe.skipIf(lacks('ffmpeg'))('a film', () => {
  const pictures = ['-f', 'lavfi', '-i', 'color=c=red:s=320x180:r=5:d=3'];

  it('says how large it is and how long it takes, with sound before its pictures too, and turned', () => {
    const sound = ['-f', 'lavfi', '-i', 'sine=d=3', '-map', '1:a', '-map', '0:v'];
    const plain = made('a.mp4', ...pictures, ...sound);
    expect(movieShape(plain)).toEqual({ width: 320, height: 180, seconds: 3 });
    const turned = made('b.mp4', '-i', join(folder, 'a.mp4'), '-c', 'copy', '-metadata:s:v', 'rotate=90');
    expect(movieShape(turned)).toEqual({ width: 180, height: 320, seconds: 3 });
  });

  it.each([
    ['with a header that has no length', 'empty_moov'],
    ['with one that has the length of the first', 'frag_keyframe'],
  ])('is refused in fragments, %s: its length would be wrong on the page', (_what, flags) => {
    const film = made('e.mp4', ...pictures, '-g', '5', '-movflags', flags);
    expect(() => movieShape(film)).toThrow(MetadataError);
  });

  it('is refused with a header that says no length', () => {
    const film = made('f.mp4', ...pictures, '-movflags', '+faststart');
    const header = Buffer.from(film).indexOf('mvhd') + 4;
    for (const duration of [0, 0xffff_ffff]) {
      const other = Buffer.from(film);
      other.writeUInt32BE(duration, header + 16);
      expect(() => movieShape(other)).toThrow(MetadataError);
    }
  });

  it('is refused without pictures, cut off, and as something else', () => {
    const sound = made('c.mp4', '-f', 'lavfi', '-i', 'sine=d=1');
    const film = made('d.mp4', ...pictures, '-movflags', '+faststart');
    for (const bytes of [sound, film.subarray(0, 200), new TextEncoder().encode('<html>'), new Uint8Array(0)]) {
      expect(() => movieShape(bytes)).toThrow(MetadataError);
    }
  });
});
