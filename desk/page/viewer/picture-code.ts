/** Reads the QR code in a picture that somebody carried here, where whatever runs reaches nothing. */

import decodeQR from 'qr/decode.js';
import { pictureOf } from './picture-size.ts';

/** Longer sides of a picture are drawn so long: photos of a screen are larger than any code needs. */
const sidesMax = [1_600, 800, 3_200];
const millisecondsMax = 3_000;

/** Empty where no code is found. */
export async function readCode(bytes: Uint8Array): Promise<string> {
  const found = pictureOf(bytes);
  if (typeof found === 'string') return '';
  try {
    const picture = await createImageBitmap(found);
    for (const side of sidesMax) {
      const text = codeIn(picture, Math.min(1, side / Math.max(picture.width, picture.height)));
      if (text !== '') return text;
    }
    return '';
  } catch {
    return '';
  }
}

function codeIn(picture: ImageBitmap, scale: number): string {
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null) return '';
  // What lies behind a transparent picture is paper.
  context.fillStyle = '#fff';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  const { width, height, data } = context.getImageData(0, 0, canvas.width, canvas.height);
  try {
    return decodeQR({ width, height, data }, { timeLimit: millisecondsMax });
  } catch {
    return '';
  }
}
