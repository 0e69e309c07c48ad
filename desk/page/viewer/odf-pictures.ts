/** Pictures of an OpenDocument file, put into its HTML; the library that draws reaches none by itself. */

import { escaped } from '@postern/desk/export/text-html';
import { latinOf } from '@postern/protocol/metadata/file-view';
import { detectFormat } from '@postern/protocol/metadata/inspect';
import { MetadataError } from '@postern/protocol/metadata/report';
import { unzipEntry, type ZipEntry } from '@postern/protocol/metadata/zip-file';
import { isGif, pictureOf } from './picture-size.ts';

/** Of all that are drawn, each as often as it is. */
const bytesMax = 32 * 1024 * 1024;

/** Stands where one belongs. No text has it: its brackets are none there. */
export function pictureMark(index: number): string {
  return `<img src="${index}"/>`;
}

/** What is not drawn, a drawing of lines or too large, is named. */
export async function withPictures(
  html: string,
  names: readonly string[],
  parts: ReadonlyMap<string, ZipEntry>,
): Promise<string> {
  let left = bytesMax;
  const pieces: string[] = [];
  const addresses = new Map<string, string | null>();
  let at = 0;
  for (const { 0: mark, 1: index, index: from } of html.matchAll(/<img src="(\d+)"\/>/g)) {
    const name = names[Number(index)] ?? '';
    const known = addresses.get(name);
    const address = known === undefined ? await addressOf(parts.get(name), left) : known;
    addresses.set(name, address);
    const isDrawn = address !== null && address.length <= left;
    if (isDrawn) left -= address.length;
    pieces.push(html.slice(at, from), isDrawn ? `<img src="${address}"/>` : `[${escaped(name)}]`);
    at = from + mark.length;
  }
  return pieces.join('') + html.slice(at);
}

async function addressOf(part: ZipEntry | undefined, bytesMost: number): Promise<string | null> {
  if (part === undefined || part.bytes > bytesMost) return null;
  try {
    const bytes = await unzipEntry(part, bytesMost);
    const format = isGif(bytes) ? 'gif' : detectFormat(bytes);
    const isDrawn = format === 'png' || format === 'jpeg' || format === 'gif';
    if (!isDrawn || typeof pictureOf(bytes) === 'string') return null;
    return `data:image/${format};base64,${btoa(latinOf(bytes))}`;
  } catch (error) {
    if (error instanceof MetadataError) return null;
    throw error;
  }
}
