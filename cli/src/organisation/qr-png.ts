/** A QR code as a PNG of one bit a pixel (PNG specification, third edition). */

import { crc32, deflateSync } from 'node:zlib';
import { encodeQR } from 'qr';

const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/** Half of the symbol may be torn or dirty on a poster before it cannot be read: the highest level, and a full quiet zone. */
export const qrOptions = { ecc: 'high', border: 4 } as const;
const pixelsPerModule = 12;

/** A QR code of a text, 12 pixels a module. */
export function textToQrPng(text: string): Uint8Array {
  return qrToPng(encodeQR(text, 'raw', qrOptions), pixelsPerModule);
}

/** @param modules dark ones are true; as many rows as columns @param scale pixels for each module */
function qrToPng(modules: readonly (readonly boolean[])[], scale: number): Uint8Array {
  const side = modules.length * scale;
  const rows = modules.flatMap((row) => {
    const packed = packRow(row, scale, side);
    return Array.from({ length: scale }, () => packed);
  });
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  // One bit a pixel, greyscale.
  header.set([1, 0, 0, 0, 0], 8);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.concat(rows), { level: 9 })),
    chunk('IEND', new Uint8Array(0)),
  ]);
}

/** A filter byte of zero, then eight pixels a byte, white as 1. */
function packRow(row: readonly boolean[], scale: number, side: number): Uint8Array {
  const packed = new Uint8Array(1 + Math.ceil(side / 8));
  for (let x = 0; x < side; x++) {
    if (row[Math.floor(x / scale)] === true) continue;
    const at = 1 + (x >> 3);
    packed[at] = (packed[at] ?? 0) | (0x80 >> (x & 7));
  }
  return packed;
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, check]);
}
