// A film larger than what is looked into whole goes out of the desk cleaned, and nobody holds it.
import { createHash } from 'node:crypto';
import type { FileDescriptor } from '@postern/protocol/files/descriptor';
import { inspectedBytesMax } from '@postern/protocol/metadata/inspect';
import { type SlicedFile, slicesOf, splice } from '@postern/protocol/metadata/sliced-file';
import { filmHead, filmMarker, largeFilm } from '@postern/protocol/testing/large-film';
import { seededRandom } from '@postern/protocol/testing/seeded-random';
import { describe, expect, it } from 'vitest';
import type { CaseFile } from '../engine/view.ts';
import { plainHash } from '../files/plain-hash.ts';
import { ArchiveWriter } from './archive-writer.ts';
import { addFiles, type FileParts } from './export-files.ts';
import { spliceApart, splicePassing } from './recording-cleaner.ts';

const pieceBytes = 262_128;
const kept = 'ab'.repeat(16);
const [id, message] = ['3f'.repeat(32), '11'.repeat(16)];

async function* piecesOf({ size, read }: SlicedFile, length = pieceBytes): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < size; at += length) yield read(at, Math.min(size, at + length));
}

/** Hex of the SHA-256 of a file. */
async function hashOf(file: SlicedFile): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of piecesOf(file)) hash.update(piece);
  return hash.digest('hex');
}

/** What an export of one file, in cleaned form, lists of it. */
async function exported(file: SlicedFile) {
  const asked: number[] = [];
  const descriptor = { name: 'film.mp4', type: '', bytes: file.size, day: 0 } as FileDescriptor;
  const parts: FileParts = {
    file: async () => descriptor,
    copies: async () => [],
    isHere: async () => true,
    read: () => piecesOf(file),
    readPart: async (_file, from, bytes) => {
      asked.push(bytes);
      return file.read(from, from + bytes);
    },
  };
  const files = [{ name: 'film.mp4', bytes: file.size, kept }];
  const view = { summary: { id }, messages: [{ id: message, files }], replies: [] } as unknown as CaseFile;
  const archive = new ArchiveWriter('cases', 20_000);
  const adding = addFiles(archive, 'one', view, parts, { form: 'cleaned', choices: {} }).then(async (listed) => {
    await archive.end();
    return listed.get(message)?.[0]?.placed;
  });
  const seen: Buffer[] = [];
  let [bytes, largest] = [0, 0];
  for await (const piece of archive.readable) {
    if (bytes < 4_096) seen.push(Buffer.from(piece));
    bytes += piece.length;
    largest = Math.max(largest, piece.length);
  }
  return { placed: await adding, asked, largest, start: Buffer.concat(seen) };
}

describe('a film of more than what is looked into whole', () => {
  it('goes out without what it gives away, in pieces, with its own hash and that of the original', async () => {
    const film = largeFilm(inspectedBytesMax + 5_000_000);
    const cleanHead = Buffer.from(filmHead);
    cleanHead.write('free', 20);
    cleanHead.fill(0, 24, filmHead.length - 8);
    const cleaned = splice(film, [{ bytes: cleanHead }, { from: cleanHead.length, to: film.size }]);
    const { placed, asked, largest, start } = await exported(film);
    const path = 'one/files/001-film.mp4';
    expect(placed).toEqual({
      ...{ form: 'cleaned', original: await hashOf(film) },
      files: [{ path, sha256: await hashOf(cleaned) }],
    });
    expect([start.includes('ftypisom'), start.includes(filmMarker)]).toEqual([true, false]);
    expect(Buffer.from(filmHead).includes(filmMarker)).toBe(true);
    expect(asked.reduce((sum, one) => sum + one, 0)).toBeLessThan(16_384);
    expect(largest).toBeLessThanOrEqual(pieceBytes);
  });

  it('is left out where it is damaged, cannot be read, or is no film', async () => {
    const size = inspectedBytesMax + 1;
    const head = (text: string): SlicedFile => {
      const bytes = Buffer.from(text.padEnd(2_048, '\0'), 'latin1');
      return splice(slicesOf(bytes), [{ from: 0, to: bytes.length }, { zeros: size - bytes.length }]);
    };
    const broken = head('\0\0\0\x10ftypisom\0\0\0\0\xff\xff\xff\xffmdat');
    for (const file of [broken, head('%PDF-1.7'), head('PK\x03\x04')])
      expect((await exported(file)).placed).toEqual({ leftOut: 'not-cleanable' });
    expect(await spliceApart({ size, read: () => Promise.reject(new Error('the disk is gone')) })).toBeNull();
  });

  it('is the same copy in whatever pieces the original comes', async () => {
    const tag = 'ID3\x03\0\0\0\0\0\x0aTT2 a title';
    const sound = slicesOf(
      Buffer.from(`${tag.slice(0, 20)}${'\xff\xfb\x90\0'.repeat(700)}TAG${' '.repeat(125)}`, 'latin1'),
    );
    for (const recording of [largeFilm(3_000), sound]) await sameInAnyPieces(recording);
  });
});

async function sameInAnyPieces(recording: SlicedFile): Promise<void> {
  const copy = (await spliceApart(recording))!;
  const whole = await splice(recording, copy.stretches).read(0, copy.size);
  expect(copy.size).toBeGreaterThan(2_000);
  const random = seededRandom('pieces of an original');
  for (let round = 0; round < 30; round++) {
    const hash = plainHash();
    const pieces: Uint8Array[] = [];
    const length = 1 + (random(1)[0]! % 100);
    for await (const piece of splicePassing(piecesOf(recording, length), hash, copy.stretches)) pieces.push(piece);
    expect(Buffer.concat(pieces).equals(whole)).toBe(true);
    expect(hash.end()).toBe(await hashOf(recording));
  }
}
