/** A file on its way to a browser, in the form of RFC 1952 and of a size from the ladder of its chunks, whatever its own. */
import { crc32 } from 'node:zlib';
import { CHUNK_DATA_BYTES } from '@postern/protocol/constants';
import { chunkCount } from '@postern/protocol/files/chunks';

/** Of a stored block (RFC 1951, section 3.2.4), which holds at most 65,535 bytes and may hold none. */
const blockHeadBytes = 5;
const blockDataMax = 0xffff;
const headBytes = 12;
const tailBytes = blockHeadBytes + 8;
/** A chunk's data in blocks. */
const chunkRoom = CHUNK_DATA_BYTES + blockHeadBytes * blocksFor(CHUNK_DATA_BYTES);
const fillerBlocks = 8192;

/** Bytes of what {@link padGzip} gives for a content of this size: the same for all that have as many chunks. */
export function paddedBytes(bytes: number): number {
  return headBytes + chunkRoom * chunkCount(bytes) + tailBytes + blockHeadBytes;
}

/**
 * @param content pieces of at most one chunk's data, all full but the last; zeroed when they have been used
 * @param bytes of the whole content
 */
export async function* padGzip(content: AsyncIterable<Uint8Array>, bytes: number): AsyncGenerator<Uint8Array> {
  const fullChunks = Math.floor(bytes / CHUNK_DATA_BYTES);
  const blocks = fullChunks * blocksFor(CHUNK_DATA_BYTES) + blocksFor(bytes % CHUNK_DATA_BYTES);
  const filler = paddedBytes(bytes) - headBytes - bytes - blockHeadBytes * blocks - tailBytes;
  // Blocks without data fill all but a rest, which a field of the head holds that every reader skips.
  yield head(filler % blockHeadBytes);
  let checksum = 0;
  for await (const piece of content) {
    checksum = crc32(piece, checksum);
    yield stored(piece);
    piece.fill(0);
  }
  for (let left = Math.floor(filler / blockHeadBytes); left > 0; left -= fillerBlocks)
    yield emptyBlocks(Math.min(left, fillerBlocks));
  const tail = new Uint8Array(tailBytes);
  tail.set([1, 0, 0, 0xff, 0xff]);
  const view = new DataView(tail.buffer);
  view.setUint32(blockHeadBytes, checksum, true);
  view.setUint32(blockHeadBytes + 4, bytes, true);
  yield tail;
}

function blocksFor(bytes: number): number {
  return Math.ceil(bytes / blockDataMax);
}

function head(extra: number): Uint8Array {
  const bytes = new Uint8Array(headBytes + extra);
  bytes.set([0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 0xff, extra, 0]);
  return bytes;
}

function stored(data: Uint8Array): Uint8Array {
  const blocks = blocksFor(data.length);
  const out = new Uint8Array(data.length + blocks * blockHeadBytes);
  const view = new DataView(out.buffer);
  for (let block = 0; block < blocks; block++) {
    const part = data.subarray(block * blockDataMax, (block + 1) * blockDataMax);
    const at = block * (blockDataMax + blockHeadBytes);
    view.setUint16(at + 1, part.length, true);
    view.setUint16(at + 3, 0xffff - part.length, true);
    out.set(part, at + blockHeadBytes);
  }
  return out;
}

function emptyBlocks(count: number): Uint8Array {
  const out = new Uint8Array(count * blockHeadBytes);
  for (let at = 0; at < out.length; at += blockHeadBytes) out.set([0, 0, 0, 0xff, 0xff], at);
  return out;
}
