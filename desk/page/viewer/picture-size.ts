/** How many pixels a picture claims to have, read before a browser makes room for them. */

import { boxesIn, findBox } from '@postern/protocol/metadata/boxes';
import { FileView, latinOf } from '@postern/protocol/metadata/file-view';
import { detectFormat } from '@postern/protocol/metadata/inspect';
import { MetadataError } from '@postern/protocol/metadata/report';

export const picturePixelsMax = 64_000_000;

/** A picture that a browser may decode; or why it should not. */
export function pictureOf(bytes: Uint8Array): Blob | 'damaged' | 'too-large' {
  const problem = pictureProblem(bytes);
  if (problem !== null) return problem;
  // No type that could be a drawing with links and scripts: the bytes were found to be pixels.
  return new Blob([bytes.slice()], { type: isAvif(bytes) ? 'image/avif' : 'image/png' });
}

/** Why nobody should make room for it; null where nothing speaks against it. */
export function pictureProblem(bytes: Uint8Array): 'damaged' | 'too-large' | null {
  const pixels = picturePixels(bytes);
  if (pixels === null) return 'damaged';
  return pixels > picturePixelsMax ? 'too-large' : null;
}

/** Width times height; null where it cannot be told, and such a picture is not shown. */
export function picturePixels(bytes: Uint8Array): number | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    switch (detectFormat(bytes)) {
      case 'png':
        return view.getUint32(16) * view.getUint32(20);
      case 'jpeg':
        return jpegPixels(view);
      case 'webp':
        return webpPixels(view);
      case 'heic':
        return heicPixels(bytes);
      default:
        if (isBitmap(bytes)) return bitmapPixels(view);
        return isGif(bytes) ? view.getUint16(6, true) * view.getUint16(8, true) : null;
    }
  } catch (error) {
    if (error instanceof RangeError || error instanceof MetadataError) return null;
    throw error;
  }
}

export function isGif(bytes: Uint8Array): boolean {
  return bytes[0] === 0x47 && bytes[1] === 0x49 && bytes[2] === 0x46 && bytes[3] === 0x38;
}

/** Also of those whose first sign says no more than that it is such a picture. */
export function isAvif(bytes: Uint8Array): boolean {
  if (detectFormat(bytes) !== 'heic') return false;
  const end = Math.min(bytes.length, new DataView(bytes.buffer, bytes.byteOffset).getUint32(0));
  const brands = latinOf(bytes.subarray(8, Math.min(256, end))).match(/.{4}/gs) ?? [];
  return brands.some((brand) => brand === 'avif' || brand === 'avis');
}

/** With the length of a header that is one. */
export function isBitmap(bytes: Uint8Array): boolean {
  return (
    bytes[0] === 0x42 && bytes[1] === 0x4d && [12, 40, 52, 56, 108, 124].includes(bytes[14] ?? 0) && bytes[15] === 0
  );
}

/** One that is drawn from above has its height with a minus. */
function bitmapPixels(view: DataView): number {
  if (view.getUint8(14) === 12) return view.getUint16(18, true) * view.getUint16(20, true);
  return Math.abs(view.getInt32(18, true) * view.getInt32(22, true));
}

/** The largest that it says of any picture in it: the whole, a tile, a small one beside it. */
function heicPixels(bytes: Uint8Array): number | null {
  const file = new FileView(bytes);
  const meta = boxesIn(file, 0, file.length).find(({ name }) => name === 'meta');
  const properties = meta === undefined ? undefined : findBox(file, meta, 'iprp', 'ipco');
  if (properties === undefined) return null;
  const sizes = boxesIn(file, properties.start, properties.end).filter(({ name }) => name === 'ispe');
  const pixels = sizes.map(({ start }) => file.u32(start + 4) * file.u32(start + 8));
  return pixels.length === 0 ? null : pixels.reduce((most, one) => Math.max(most, one));
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
