/** Sizes of pages: one of few, so that a size says little of what stands in the page (PLN-7). */
import { gzipSync } from 'node:zlib';

/** Bytes of the lowest rung, with room for every step and some hundred words in every language, and between two rungs. */
export const pageBytesMin = 2304;
export const pageStep = 4096;

const spaces = 0x20;
const extraFlag = 0x04;
const headBytes = 10;

/** The page, compressed or not, with padding up to the next rung. */
export function padPage(html: string, gzip: boolean): Uint8Array {
  const plain = new TextEncoder().encode(html);
  if (!gzip) {
    // Spaces after the end of a document mean nothing.
    const padded = new Uint8Array(rung(plain.length)).fill(spaces);
    padded.set(plain);
    return padded;
  }
  // A field that RFC 1952, section 2.3.1.1 leaves to whoever writes holds the padding: every reader skips it.
  const packed = new Uint8Array(gzipSync(plain));
  plain.fill(0);
  const size = rung(packed.length + 2);
  const extra = size - packed.length - 2;
  const padded = new Uint8Array(size);
  padded.set(packed.subarray(0, headBytes));
  padded[3] = extraFlag;
  new DataView(padded.buffer).setUint16(headBytes, extra, true);
  padded.set(packed.subarray(headBytes), headBytes + 2 + extra);
  return padded;
}

function rung(length: number): number {
  return pageBytesMin + Math.ceil(Math.max(0, length - pageBytesMin) / pageStep) * pageStep;
}
