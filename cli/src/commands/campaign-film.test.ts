// A film of a call: what its files give away is cleaned or refused, and what is missing is named.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exiftool } from '@postern/protocol/testing/metadata-tools';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureBuilt } from '../../../tools/build.ts';
import { lacks } from '../../../tools/debian.ts';
import { Place, runHere } from '../testing/run.ts';

const place = new Place();
const data = place.path('org', 'server');
const example = join(import.meta.dirname, '..', '..', '..', 'examples', 'hospital-contracts');
const [video, poster] = [place.path('talk.mp4'), place.path('still.jpg')];
const planted = /MarkerCamera|39\.9|2026:03:04|Lavf/;

beforeAll(async () => {
  await ensureBuilt();
  const keys = ['--root-passphrase-file', place.passphrase, '--desk-passphrase-file', place.passphrase];
  const names = ['--name', 'en=The Example', '--desk-name', 'en=Investigations', '--address', 'http://127.0.0.1:9'];
  await runHere(['init', place.path('org'), ...names, ...keys, '--json']);
  const make = (...options: readonly string[]): unknown => execFileSync('ffmpeg', ['-v', 'error', '-y', ...options]);
  const told = ['-metadata', 'creation_time=2026-03-04T05:06:07Z', '-metadata', 'location=+39.9042+116.4074/'];
  make('-f', 'lavfi', '-i', 'testsrc=s=320x180:r=5:d=2', ...told, video);
  make('-i', video, '-frames:v', '1', poster);
  execFileSync('exiftool', ['-q', '-overwrite_original', '-Model=MarkerCamera', poster]);
}, 300_000);
afterAll(() => place.remove());

/** A copy of the example, without its film unless it is to be kept. */
function callFolder(name: string, keepsFilm = false): string {
  const folder = place.path(name);
  cpSync(example, folder, { recursive: true });
  if (!keepsFilm) rmSync(join(folder, 'film'), { recursive: true });
  return folder;
}

const check = (folder: string) => runHere(['campaign', 'check', folder, '--data', data]);

describe.skipIf(lacks('ffmpeg', 'libimage-exiftool-perl'))('postern campaign film', () => {
  it('puts in copies without place, time and device, and says which words are still to be written [CAM-14]', async () => {
    expect(exiftool(video) + exiftool(poster)).toMatch(planted);
    const folder = callFolder('cleaned');
    const { code, json } = await runHere(['campaign', 'film', folder, '--video', video, '--poster', poster, '--json']);
    expect(code).toBe(0);
    expect(json.missing).toEqual(['ar', 'en', 'zh-Hans'].flatMap((tag) => [`film/${tag}.vtt`, `film/${tag}.md`]));
    const [film, picture] = [join(folder, 'film', 'video.mp4'), join(folder, 'film', 'poster.jpg')];
    expect(exiftool(film, '-x', 'File:all') + exiftool(picture, '-x', 'File:all')).not.toMatch(planted);
    expect((await check(folder)).err).toContain('film/ar.vtt is missing');
    for (const tag of ['ar', 'en', 'zh-Hans']) {
      // As they come from another system.
      writeFileSync(join(folder, 'film', `${tag}.vtt`), '\ufeffWEBVTT\r\n\r\n00:00.000 --> 00:01.000\r\nWho?\r\n');
      writeFileSync(join(folder, 'film', `${tag}.md`), 'Somebody asks: who?\r\n');
    }
    const done = await check(folder);
    expect([done.code, done.out]).toEqual([1, expect.stringContaining('poster, captions and transcript')]);
  });

  it('reads nothing of a video that is too large, and says how large it may be [CAM-14]', async () => {
    const [folder, huge] = [callFolder('huge', true), place.path('huge.mp4')];
    writeFileSync(huge, '');
    truncateSync(huge, 5_000_000_000);
    const before = readFileSync(join(folder, 'film', 'video.mp4'));
    const { code, err } = await runHere(['campaign', 'film', folder, '--video', huge, '--poster', poster]);
    expect([code, err]).toEqual([3, expect.stringContaining('5000000000 bytes, wanted at most 33554432')]);
    expect(readFileSync(join(folder, 'film', 'video.mp4')).equals(before)).toBe(true);
  });

  it('puts a new picture in the place of the former, also where it is of another kind [CAM-14]', async () => {
    const [folder, other] = [callFolder('another picture', true), place.path('other.png')];
    execFileSync('ffmpeg', ['-v', 'error', '-y', '-f', 'lavfi', '-i', 'color=red:s=64x36', '-frames:v', '1', other]);
    const { code } = await runHere(['campaign', 'film', folder, '--video', video, '--poster', other]);
    expect(code).toBe(0);
    const pictures = readdirSync(join(folder, 'film')).filter((name) => name.startsWith('poster'));
    expect(pictures).toEqual(['poster.png']);
    expect(await check(folder)).toMatchObject({ code: 1, out: expect.stringContaining('poster, captions') });
  });

  it.each([
    ['a video as a camera made it', 'video.mp4', () => readFileSync(video), /video\.mp4: it gives away .*place/],
    ['a picture as a camera made it', 'poster.jpg', () => readFileSync(poster), /poster\.jpg: it gives away .*device/],
    ['a page for a video', 'video.mp4', () => Buffer.from('<!doctype html><script>1</script>'), /it is no MP4/],
    [
      'a video that is cut off',
      'video.mp4',
      () => readFileSync(join(example, 'film', 'video.mp4')).subarray(0, 900),
      /video\.mp4/,
    ],
    ['a video that is too large', 'video.mp4', () => Buffer.alloc(32 * 1024 * 1024 + 1), /at most 33554432/],
    ['two pictures', 'poster.png', () => readFileSync(poster), /film: poster\.jpg and poster\.png, wanted one/],
    [
      'a picture that is too large',
      'poster.jpg',
      () => Buffer.concat([readFileSync(poster), Buffer.alloc(32_768)]),
      /at most 32768/,
    ],
    ['captions with a style', 'en.vtt', () => 'WEBVTT\n\nSTYLE\n::cue{}\n\n00:00.000 --> 00:01.000\nWho?', /en\.vtt/],
    ['a transcript that is not UTF-8', 'en.md', () => Buffer.of(0xff, 0xfe), /en\.md: it is not UTF-8/],
    ['a hidden sign in a transcript', 'en.md', () => 'news\u202etxt', /not seen/],
  ])('is refused with %s, in one clear sentence [CAM-14]', async (what, name, contents, sentence) => {
    const folder = callFolder(`hostile ${what}`, true);
    mkdirSync(join(folder, 'film'), { recursive: true });
    writeFileSync(join(folder, 'film', name), contents());
    const { code, err } = await check(folder);
    expect(code).toBe(3);
    expect(err).toMatch(sentence);
    expect(err.trim().split('\n')).toHaveLength(1);
  });

  it('is not left out because its folder cannot be read [CAM-14]', async () => {
    const folder = callFolder('no folder');
    writeFileSync(join(folder, 'film'), '');
    expect(await check(folder)).toMatchObject({ code: 3, err: expect.stringContaining('cannot be read (ENOTDIR)') });
  });

  it('is part of what is signed: one changed caption makes it another call [CAM-10]', async () => {
    const folder = callFolder('signed', true);
    const hash = async (): Promise<unknown> =>
      (await runHere(['campaign', 'check', folder, '--data', data, '--json'])).json.hash;
    const before = await hash();
    expect(await hash()).toBe(before);
    const captions = join(folder, 'film', 'en.vtt');
    writeFileSync(captions, readFileSync(captions, 'utf8').replace('Who was paid', 'Who is paid'));
    expect(await hash()).not.toBe(before);
    rmSync(join(folder, 'film'), { recursive: true });
    expect(await hash()).not.toBe(before);
  });
});
