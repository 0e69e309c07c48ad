/** How many pixels a picture claims to have, read before a browser makes room for them. */

import { detectFormat } from '@postern/protocol/metadata/inspect';

const pixelsMax = 64_000_000;

/** A picture that a browser may decode; or why it should not. */
export function pictureOf(bytes: Uint8Array): Blob | 'damaged' | 'too-large' {
  const pixels = picturePixels(bytes);
  if (pixels === null) return 'damaged';
  if (pixels > pixelsMax) return 'too-large';
  // No type that could be a drawing with links and scripts: the bytes were found to be pixels.
  return new Blob([bytes.slice()], { type: 'image/png' });
}

/** Width times height; null where it cannot be told, and such a picture is not shown. */
function picturePixels(bytes: Uint8Array): number | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    switch (detectFormat(bytes)) {
      case 'png':
        return view.getUint32(16) * view.getUint32(20);
      case 'jpeg':
        return jpegPixels(view);
      case 'webp':
        return webpPixels(view);
      default:
        return isGif(bytes) ? view.getUint16(6, true) * view.getUint16(8, true) : null;
    }
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

export function isGif(bytes: Uint8Array): boolean {
  return bytes[0] === 0x47 && bytes[1] === 0x49 && bytes[2] === 0x46 && bytes[3] === 0x38;
}

/** From the first frame header; the segments before it are skipped. */
function jpegPixels(view: DataView): number | null {
  let at = 2;
  while (view.getUint8(at) === 0xff) {
    const marker = view.getUint8(at + 1);
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (isFrame) return view.getUint16(at + 5) * view.getUint16(at + 7);
    at += 2 + view.getUint16(at + 2);
  }
  return null;
}

function webpPixels(view: DataView): number | null {
  const name = view.getUint32(12);
  if (name === 0x5650_3858) return (1 + u24(view, 24)) * (1 + u24(view, 27));
  if (name === 0x5650_3820) return (view.getUint16(26, true) & 0x3fff) * (view.getUint16(28, true) & 0x3fff);
  if (name !== 0x5650_384c) return null;
  const bits = view.getUint32(21, true);
  return ((bits & 0x3fff) + 1) * (((bits >>> 14) & 0x3fff) + 1);
}

function u24(view: DataView, at: number): number {
  return view.getUint16(at, true) + 0x1_0000 * view.getUint8(at + 2);
}
