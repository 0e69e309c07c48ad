/** DEFLATE (RFC 1951), raw or with head and sum (RFC 1950), with a cap on what comes out. */

import { concat } from '../bytes/encode.ts';
import { WireError } from '../bytes/wire-error.ts';
import { source } from './web-crypto.ts';

const sliceBytes = 4096;

/** With head and sum, or raw. */
type DeflateFormat = 'deflate' | 'deflate-raw';

/** Compresses. Engines may give different bytes for the same input; all of them inflate to it. */
export async function deflate(bytes: Uint8Array, format: DeflateFormat = 'deflate-raw'): Promise<Uint8Array> {
  const stream = new CompressionStream(format);
  const chunks: Uint8Array[] = [];
  const writing = write(stream.writable, bytes);
  await readAll(stream.readable, (chunk) => chunks.push(chunk));
  await writing;
  return concat(...chunks);
}

/**
 * Decompresses exactly one stream that fills `bytes`, and stops as soon as more than `max` bytes have come out.
 * @param came told of the length of each piece that comes out, also of what then turns out to be no such stream
 * @throws WireError bad-value for anything that is no such stream, too-many for a larger result
 */
export async function inflate(
  bytes: Uint8Array,
  max: number,
  came: (length: number) => void = () => {},
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  await inflateEach('deflate-raw', bytes, max, (chunk) => {
    came(chunk.length);
    chunks.push(chunk);
  });
  return concat(...chunks);
}

/**
 * Whether `bytes` are exactly one stream with head and sum (RFC 1950); what comes out is not held.
 * @param came as for {@link inflate}
 * @throws WireError too-many where more than `max` bytes come out
 */
export async function isZlib(bytes: Uint8Array, max: number, came: (length: number) => void): Promise<boolean> {
  try {
    await inflateEach('deflate', bytes, max, (chunk) => came(chunk.length));
    return true;
  } catch (error) {
    if (error instanceof WireError && error.code === 'bad-value') return false;
    throw error;
  }
}

async function inflateEach(
  format: DeflateFormat,
  bytes: Uint8Array,
  max: number,
  take: (chunk: Uint8Array) => void,
): Promise<void> {
  const stream = new DecompressionStream(format);
  let length = 0;
  const writing = write(stream.writable, bytes);
  writing.catch(() => {});
  try {
    await readAll(stream.readable, (chunk) => {
      length += chunk.length;
      take(chunk);
      if (length > max) throw new WireError('too-many', `inflate: over ${max} bytes come out of ${bytes.length}`);
    });
    await writing;
  } catch (error) {
    if (error instanceof WireError) throw error;
    throw new WireError('bad-value', `inflate: ${bytes.length} bytes are not one complete ${format} stream`);
  }
}

/** In slices, since an engine may inflate a whole chunk, up to a thousand times its size, before it can be stopped. */
async function write(writable: WritableStream<BufferSource>, bytes: Uint8Array): Promise<void> {
  const writer = writable.getWriter();
  for (let start = 0; start < bytes.length; start += sliceBytes) {
    await writer.write(source(bytes.slice(start, start + sliceBytes)));
  }
  await writer.close();
}

async function readAll(readable: ReadableStream<Uint8Array>, take: (chunk: Uint8Array) => void): Promise<void> {
  const reader = readable.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      take(value);
    }
  } catch (error) {
    reader.cancel().catch(() => {});
    throw error;
  }
}
