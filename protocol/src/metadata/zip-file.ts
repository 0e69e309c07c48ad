/** ZIP archives: read by their central directory, within limits, and written without times, systems and comments. */

import { concat, concatAll } from '../bytes/encode.ts';
import { WireError } from '../bytes/wire-error.ts';
import { deflate, inflate } from '../primitives/deflate.ts';
import { FileView, textOf } from './file-view.ts';
import { MetadataError } from './report.ts';
import type { SlicedFile } from './sliced-file.ts';

/** What the directory says of a file or folder. */
export interface ListedEntry {
  readonly name: string;
  /** Bytes inside the archive, and as the archive says that they become. */
  readonly packedBytes: number;
  readonly bytes: number;
  readonly isFolder: boolean;
  /** `2026-11-03 14:20`, the local time of whoever packed it; empty for the default. */
  readonly time: string;
  readonly comment: string;
  readonly isEncrypted: boolean;
  readonly method: number;
}

export interface ZipEntry extends ListedEntry {
  readonly packed: Uint8Array;
}

const signature = { entry: 0x0201_4b50, local: 0x0403_4b50, end: 0x0605_4b50 };
const endBytes = 22;
export const entriesMax = 10_000;
/** Of as many entries with long names. */
const directoryBytesMax = 16 * 1024 * 1024;
/** What one entry may become; a bomb stops here. */
export const entryBytesMax = 128 * 1024 * 1024;

/** @throws MetadataError */
export function zipEntries(bytes: Uint8Array): { readonly entries: readonly ZipEntry[]; readonly comment: string } {
  const view = new FileView(bytes, 'little');
  const end = findEnd(view);
  const count = countAt(view, end);
  const entries = readDirectory(view, view.u32(end + 16), count).map(({ local, ...entry }) => ({
    ...entry,
    packed: packedAt(view, local, entry.packedBytes),
  }));
  return { entries, comment: textOf(view.bytes(end + endBytes, end + endBytes + view.u16(end + 20))) };
}

/** The directory alone, of an archive of any size. @throws MetadataError, or what reading throws */
export async function listZip({ size, read }: SlicedFile): Promise<readonly ListedEntry[]> {
  const tail = new FileView(await read(Math.max(0, size - endBytes - 0xffff), size), 'little');
  const end = findEnd(tail);
  const [count, bytes, from] = [countAt(tail, end), tail.u32(end + 12), tail.u32(end + 16)];
  if (bytes > directoryBytesMax) throw new MetadataError('too-large', `list ZIP: ${bytes} bytes of directory`);
  if (from + bytes > size) throw new MetadataError('malformed', 'list ZIP: its directory lies behind its end');
  return readDirectory(new FileView(await read(from, from + bytes), 'little'), 0, count);
}

/** @throws MetadataError for an entry that is locked, packed in another way, or larger than it says */
export async function unzipEntry(entry: ZipEntry, bytesMax = entryBytesMax): Promise<Uint8Array> {
  if (entry.isEncrypted) throw new MetadataError('encrypted', 'unpack: the entry is locked with a password');
  if (entry.bytes > bytesMax) throw new MetadataError('too-large', `unpack: ${entry.bytes} bytes, at most ${bytesMax}`);
  if (entry.method === 0) return entry.packed;
  if (entry.method !== 8) throw new MetadataError('malformed', `unpack: packed by method ${entry.method}`);
  try {
    return await inflate(entry.packed, entry.bytes);
  } catch (error) {
    if (error instanceof WireError) throw new MetadataError('malformed', 'unpack: the entry is damaged');
    throw error;
  }
}

export interface ZipFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Left as it is, which ODF wants of its first file. */
  readonly isStored?: boolean;
  /** The content as it was packed before. */
  readonly packed?: Uint8Array;
}

/** One archive with these files in this order. */
export async function writeZip(files: readonly ZipFile[]): Promise<Uint8Array> {
  const locals: Uint8Array[] = [];
  const central: Uint8Array[] = [];
  let at = 0;
  for (const { name, bytes, isStored = false, packed: before } of files) {
    const packed = before ?? (isStored ? bytes : await deflate(bytes));
    const encoded = new TextEncoder().encode(name);
    const common = fields(
      [20, 2],
      [0x0800, 2],
      [isStored ? 0 : 8, 2],
      [0, 2],
      [0x21, 2],
      [crc32(bytes), 4],
      [packed.length, 4],
      [bytes.length, 4],
      [encoded.length, 2],
      [0, 2],
    );
    const local = concat(fields([signature.local, 4]), common, encoded, packed);
    // 3 is Unix, as which most archives are written.
    central.push(
      concat(
        fields([signature.entry, 4], [0x0314, 2]),
        common,
        fields([0, 2], [0, 2], [0, 2], [0, 4], [at, 4]),
        encoded,
      ),
    );
    locals.push(local);
    at += local.length;
  }
  const directory = concatAll(central);
  const end = fields(
    [signature.end, 4],
    [0, 2],
    [0, 2],
    [files.length, 2],
    [files.length, 2],
    [directory.length, 4],
    [at, 4],
    [0, 2],
  );
  return concatAll([...locals, directory, end]);
}

function findEnd(view: FileView): number {
  for (let at = view.length - endBytes; at >= Math.max(0, view.length - endBytes - 0xffff); at--) {
    if (view.u8(at) === 0x50 && view.u32(at) === signature.end && at + endBytes + view.u16(at + 20) <= view.length)
      return at;
  }
  throw new MetadataError('malformed', 'read ZIP: it has no end');
}

function countAt(view: FileView, end: number): number {
  const count = view.u16(end + 10);
  if (count > entriesMax) throw new MetadataError('too-large', `read ZIP: ${count} entries, at most ${entriesMax}`);
  return count;
}

interface FoundEntry extends ListedEntry {
  /** Where its content begins with a header of its own. */
  readonly local: number;
}

function readDirectory(view: FileView, from: number, count: number): readonly FoundEntry[] {
  const entries: FoundEntry[] = [];
  for (let index = 0, at = from; index < count; index++) {
    if (view.u32(at) !== signature.entry) throw new MetadataError('malformed', 'read ZIP: no entry where one must be');
    const [nameBytes, extraBytes, commentBytes] = [view.u16(at + 28), view.u16(at + 30), view.u16(at + 32)];
    const name = textOf(view.bytes(at + 46, at + 46 + nameBytes));
    const commentFrom = at + 46 + nameBytes + extraBytes;
    entries.push({
      name,
      packedBytes: view.u32(at + 20),
      bytes: view.u32(at + 24),
      isFolder: name.endsWith('/'),
      time: timeOf(view.u16(at + 14), view.u16(at + 12)),
      comment: textOf(view.bytes(commentFrom, commentFrom + commentBytes)),
      isEncrypted: (view.u16(at + 8) & 1) === 1,
      method: view.u16(at + 10),
      local: view.u32(at + 42),
    });
    at = commentFrom + commentBytes;
  }
  return entries;
}

function packedAt(view: FileView, local: number, packedBytes: number): Uint8Array {
  if (view.u32(local) !== signature.local) throw new MetadataError('malformed', 'read ZIP: an entry without content');
  const from = local + 30 + view.u16(local + 26) + view.u16(local + 28);
  return view.bytes(from, from + packedBytes);
}

function timeOf(date: number, time: number): string {
  if ((date === 0x21 || date === 0) && time === 0) return '';
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${1980 + (date >> 9)}-${two((date >> 5) & 15)}-${two(date & 31)} ${two(time >> 11)}:${two((time >> 5) & 63)}`;
}

function fields(...values: readonly (readonly [value: number, bytes: number])[]): Uint8Array {
  return Uint8Array.from(
    values.flatMap(([value, bytes]) => Array.from({ length: bytes }, (_, index) => (value / 2 ** (8 * index)) & 0xff)),
  );
}

const crcTable = Uint32Array.from({ length: 256 }, (_, start) => {
  let value = start;
  for (let bit = 0; bit < 8; bit++) value = (value & 1) === 1 ? (value >>> 1) ^ 0xedb8_8320 : value >>> 1;
  return value;
});

function crc32(bytes: Uint8Array): number {
  let value = 0xffff_ffff;
  for (const byte of bytes) value = (value >>> 8) ^ (crcTable[(value ^ byte) & 0xff] ?? 0);
  return (value ^ 0xffff_ffff) >>> 0;
}
