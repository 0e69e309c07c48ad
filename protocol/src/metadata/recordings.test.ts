// Films and sounds that no memory holds: what they give away is found, and a copy made, without a byte of sound or pictures being read.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lacks } from '../../../tools/debian.ts';
import { concat, utf8ToBytes } from '../bytes/encode.ts';
import { makeRecordings, type RealFile } from '../testing/metadata-files.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import { examine } from './examine.ts';
import { cleanMetadata } from './inspect.ts';
import { cleanRecording, inspectRecording, isRecording } from './recordings.ts';
import { MetadataError } from './report.ts';
import { type SlicedFile, slicesOf } from './sliced-file.ts';

const examiner = { inspectMetadata: inspectRecording, cleanMetadata: cleanRecording };
const mebibyte = 2 ** 20;
const fill = 0x5a;
let folder = '';
let files: readonly RealFile[] = [];
const fileOf = (name: string): RealFile => files.find((file) => file.name === name)!;

/** So many bytes of content that is not there until it is read, which only who copies may do. */
type Media = { readonly bytes: number };
const isMedia = (part: Uint8Array | Media): part is Media => !(part instanceof Uint8Array);

/** @param isOpen whether media may be read */
function fileWith(parts: readonly (Uint8Array | Media)[], isOpen = false): SlicedFile {
  const sizes = parts.map((part) => (isMedia(part) ? part.bytes : part.length));
  const size = sizes.reduce((sum, length) => sum + length, 0);
  const read = async (from: number, to: number): Promise<Uint8Array> => {
    const bytes = new Uint8Array(to - from).fill(fill);
    let start = 0;
    for (const [index, part] of parts.entries()) {
      const [first, last] = [Math.max(from, start), Math.min(to, start + sizes[index]!)];
      if (first < last && isMedia(part) && !isOpen) throw new Error('media was read');
      if (first < last && !isMedia(part)) bytes.set(part.subarray(first - start, last - start), first - from);
      start += sizes[index]!;
    }
    return bytes;
  };
  return { size, read };
}

function boxHead(name: string, length: number): Uint8Array {
  const head = Buffer.alloc(length < 2 ** 32 - 16 && name !== 'mdat' ? 8 : 16);
  head.writeUInt32BE(head.length === 8 ? length + 8 : 1, 0);
  head.write(name, 4, 'latin1');
  if (head.length === 16) head.writeBigUInt64BE(BigInt(length + 16), 8);
  return head;
}

/** What ffmpeg makes of the first two of these files, in another form. */
function remade(name: string, from: string, ...options: readonly string[]): Uint8Array {
  const path = join(folder, name);
  execFileSync('ffmpeg', ['-v', 'error', '-y', '-i', join(folder, from), '-map', '0', '-c', 'copy', ...options, path]);
  return new Uint8Array(readFileSync(path));
}

function replaced(bytes: Uint8Array, from: string, to: string): Uint8Array {
  const text = Buffer.from(bytes).toString('latin1');
  expect(text).toContain(from);
  return Buffer.from(text.replace(from, to), 'latin1');
}

function pictures(name: string, bytes: Uint8Array): string {
  writeFileSync(join(folder, name), bytes);
  const raw = ['-v', 'error', '-i', join(folder, name), '-map', '0:v', '-f', 'framemd5', '-'];
  return execFileSync('ffmpeg', raw, { encoding: 'utf8' }).replaceAll(/^#.*\n/gm, '');
}

/** Where ffprobe finds the sound of a film. */
function soundIn(name: string): readonly (readonly [from: number, to: number])[] {
  const options = ['-v', 'error', '-select_streams', 'a', '-show_entries', 'packet=pos,size', '-of', 'json'];
  const { packets } = JSON.parse(execFileSync('ffprobe', [...options, join(folder, name)], { encoding: 'utf8' })) as {
    packets: readonly { readonly pos: string; readonly size: string }[];
  };
  return packets.map(({ pos, size }) => [Number(pos), Number(pos) + Number(size)] as const);
}

async function wholeOf(file: SlicedFile): Promise<Buffer> {
  return Buffer.from(await file.read(0, file.size));
}

describe.skipIf(lacks('libimage-exiftool-perl', 'imagemagick', 'ffmpeg'))(
  'a film or sound of hundreds of megabytes',
  () => {
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'postern-recordings-'));
      files = makeRecordings(folder);
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    const large = { bytes: 5_000 * mebibyte };
    /** Media that tell of which kind the file is, or where it ends: so much is read. */
    const known = new Uint8Array(1024).fill(fill);
    /** Its header before all media, behind some of it and before more, or behind all; with lengths of 64 bits, and to the file's end. */
    const forms = (bytes: Uint8Array): readonly (readonly (Uint8Array | Media)[])[] => [
      [bytes, boxHead('mdat', large.bytes), large],
      [bytes, utf8ToBytes('\0\0\0\0mdat'), large],
      [boxHead('mdat', known.length + large.bytes), known, large, bytes, boxHead('mdat', large.bytes), large],
    ];

    it.each(['a.mp4', 'a.mov'])(
      'gives away each planted value in %s, and nothing in its copy, unread',
      async (name) => {
        const { bytes, markers } = fileOf(name);
        for (const parts of forms(bytes)) {
          const { state, found, left, cleaned } = await examine(examiner, fileWith(parts));
          expect([state, left]).toEqual(['cleanable', []]);
          expect(found.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['place', 'person', 'device', 'time']));
          const { findings } = await inspectRecording(fileWith(parts));
          const shown = findings.map(({ value }) => value).join('\n');
          for (const marker of markers) expect(shown).toContain(marker);
          expect(cleaned!.size).toBe(fileWith(parts).size);
          // What lies beside the media is what the copy of the small film has.
          const start = parts[0] === bytes ? 0 : 16 + known.length + large.bytes;
          const own = await (await cleanRecording(fileWith(parts, true))).read(start, start + bytes.length);
          expect(Buffer.from(own).equals(await cleanMetadata(bytes))).toBe(true);
          const end = await (await cleanRecording(fileWith(parts, true))).read(cleaned!.size - 9, cleaned!.size);
          expect(own.length === bytes.length && end.every((byte) => byte === fill)).toBe(true);
        }
        // The control: this reader sees who looks into media.
        await expect(fileWith(forms(bytes)[0]!).read(0, bytes.length + 17)).rejects.toThrow('media was read');
      },
    );

    it('reads no media of the film itself, in fragments neither, whose pictures stay', async () => {
      const whole = fileOf('a.mp4').bytes;
      const fragments = remade('fragments.mp4', 'a.mp4', '-movflags', 'frag_every_frame+empty_moov');
      for (const [name, bytes] of [
        ['whole', whole],
        ['fragments', fragments],
      ] as const) {
        const parts: (Uint8Array | Media)[] = [];
        const view = Buffer.from(bytes);
        let [kept, at] = [0, 0];
        for (; at < view.length; at += view.readUInt32BE(at)) {
          if (view.toString('latin1', at + 4, at + 8) !== 'mdat') continue;
          parts.push(bytes.subarray(kept, at + 8), { bytes: view.readUInt32BE(at) - 8 });
          kept = at + view.readUInt32BE(at);
        }
        parts.push(bytes.subarray(kept));
        expect(parts.filter(isMedia).length).toBeGreaterThan(name === 'whole' ? 0 : 3);
        const { state, left } = await examine(examiner, fileWith(parts));
        expect([state, left]).toEqual(['cleanable', []]);
        const cleaned = await wholeOf(await cleanRecording(slicesOf(bytes)));
        expect(cleaned.toString('latin1')).not.toMatch(/Marker|39[.]9/);
        expect(pictures(`${name}-after.mp4`, cleaned)).toBe(pictures(`${name}-before.mp4`, bytes));
      }
    });

    it('loses a track of sensor data, and where it lay, and nothing else', async () => {
      const sound = soundIn('a.mp4');
      const before = Buffer.from(replaced(fileOf('a.mp4').bytes, 'soun', 'meta'));
      const { state, found, left, cleaned } = await examine(examiner, slicesOf(before));
      expect([state, left]).toEqual(['cleanable', []]);
      expect(found.find(({ kind }) => kind === 'sensor')?.values).toEqual(['meta']);
      const after = await wholeOf(cleaned!);
      expect(sound.length).toBeGreaterThan(10);
      for (const [from, to] of sound) {
        expect(before.subarray(from, to).some((byte) => byte !== 0)).toBe(true);
        expect(after.subarray(from, to).every((byte) => byte === 0)).toBe(true);
      }
      expect(pictures('sensor-after.mp4', after)).toBe(pictures('sensor-before.mp4', before));
    });

    it('leaves nothing in the place of a track of sensor data that was described itself', async () => {
      const described = remade('described.mov', 'a.mp4', '-metadata:s:a', 'title=MarkerTrack');
      const before = Buffer.from(replaced(described, 'soun', 'meta'));
      expect(before.includes('MarkerTrack')).toBe(true);
      const { state, left, cleaned } = await examine(examiner, slicesOf(before));
      expect([state, left]).toEqual(['cleanable', []]);
      const after = await wholeOf(cleaned!);
      expect([after.length, after.includes('MarkerTrack')]).toEqual([before.length, false]);
    });

    it('is not cleaned where sensor data lie in fragments, from which they would not be taken', async () => {
      const fragments = remade('fragments.mp4', 'a.mp4', '-movflags', 'frag_every_frame+empty_moov');
      const { state, found, cleaned } = await examine(examiner, slicesOf(replaced(fragments, 'soun', 'meta')));
      expect([state, cleaned]).toEqual(['kept', null]);
      expect(found.map(({ kind }) => kind)).toContain('sensor');
    });

    it('loses the tags around an MP3, and its sound is not read', async () => {
      const { bytes, markers } = fileOf('a.mp3');
      const small = await cleanMetadata(bytes);
      const from = Buffer.from(bytes).indexOf(small.subarray(0, 64));
      const lyrics = utf8ToBytes('LYRICSBEGINAUT00012MarkerLyrics000031LYRICS200');
      const parts = [bytes.subarray(0, from + 64), known, large, known, lyrics, bytes.subarray(bytes.length - 128)];
      const found = (await inspectRecording(fileWith(parts))).findings.map(({ value }) => value).join('\n');
      for (const marker of markers) expect(found).toContain(marker);
      const { state, left, cleaned } = await examine(examiner, fileWith(parts));
      expect([state, left]).toEqual(['cleanable', []]);
      expect(cleaned!.stretches).toEqual([{ from, to: from + 64 + 2 * known.length + large.bytes }]);
    });

    it('can be copied in any pieces', async () => {
      const random = seededRandom('pieces of a copy');
      for (const { bytes } of files) {
        const whole = await cleanMetadata(bytes);
        const cleaned = await cleanRecording(slicesOf(bytes));
        expect(cleaned.stretches.length).toBeGreaterThan(0);
        const pieces: Uint8Array[] = [];
        for (let at = 0; at < cleaned.size; ) {
          const to = Math.min(cleaned.size, at + 1 + (random(1)[0]! % 200));
          pieces.push(await cleaned.read(at, to));
          at = to;
        }
        expect(Buffer.from(concat(...pieces)).equals(whole)).toBe(true);
      }
    });

    it('says that it is too large where more than its media is', async () => {
      const room = { bytes: 200 * mebibyte };
      const film = fileWith([fileOf('a.mp4').bytes, boxHead('free', room.bytes), room], true);
      expect((await examine(examiner, film)).state).toBe('large');
    });

    it('is broken where it ends too early, goes on for ever or comes short, and then nothing is known', async () => {
      const { bytes } = fileOf('a.mp4');
      const short: SlicedFile = { size: bytes.length, read: async (from, to) => bytes.subarray(from, to - 1) };
      const many = concat(bytes, ...Array.from({ length: 10_000 }, () => utf8ToBytes('\0\0\0\x08free')));
      const tags = concat(
        ...Array.from({ length: 1_001 }, () => utf8ToBytes('ID3\x03\0\0\0\0\0\0')),
        fileOf('a.mp3').bytes,
      );
      for (const file of [
        slicesOf(bytes.subarray(0, bytes.length - 1)),
        fileWith([bytes, boxHead('mdat', 9), { bytes: 8 }]),
        short,
        slicesOf(many),
        slicesOf(tags),
        slicesOf(
          concat(fileOf('a.mp3').bytes, ...Array.from({ length: 1_001 }, () => utf8ToBytes(`TAG${' '.repeat(125)}`))),
        ),
      ]) {
        await expect(inspectRecording(file)).rejects.toThrow(MetadataError);
        await expect(cleanRecording(file)).rejects.toThrow(MetadataError);
      }
    });
  },
);

it('a file that is no recording is told by its head, whatever is behind', async () => {
  const rest = { bytes: 500 * mebibyte };
  for (const head of ['\x89PNG\r\n\x1a\n', '%PDF-1.7', 'PK\x03\x04', 'words', 'ID3 %PDF-'])
    expect(await isRecording(fileWith([Buffer.from(head.padEnd(1024), 'latin1'), rest]))).toBe(false);
  for (const head of ['\0\0\0\x14ftypisom', '\0\0\0\x08wide', 'ID3\x03'])
    expect(await isRecording(fileWith([Buffer.from(head.padEnd(1024), 'latin1'), rest]))).toBe(true);
});
