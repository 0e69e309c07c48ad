/** What a file is to whoever looks at it, by its first bytes and not by its name. */

import { latinOf } from '@postern/protocol/metadata/file-view';
import { detectFormat } from '@postern/protocol/metadata/inspect';
import type { FileFormat } from '@postern/protocol/metadata/report';
import { isArchive } from './archive-kind.ts';
import { isCompound } from './compound-file.ts';
import { isAvif, isBitmap, isGif } from './picture-size.ts';
import { decodeText, type ReadText } from './text-encoding.ts';

export type DocumentForm = 'pdf' | 'tiff' | 'text' | 'ooxml' | 'odf' | 'compound';

export type FileKind =
  | { readonly kind: 'picture' | 'heic' | 'archive' | 'packed' | 'unknown' }
  | { readonly kind: 'media'; readonly element: 'audio' | 'video'; readonly type: string }
  | { readonly kind: 'document'; readonly form: Exclude<DocumentForm, 'text'> }
  | ({ readonly kind: 'text' } & ReadText);

const known: Readonly<Partial<Record<FileFormat, FileKind>>> = {
  jpeg: { kind: 'picture' },
  png: { kind: 'picture' },
  webp: { kind: 'picture' },
  pdf: { kind: 'document', form: 'pdf' },
  ooxml: { kind: 'document', form: 'ooxml' },
  odf: { kind: 'document', form: 'odf' },
  mp3: { kind: 'media', element: 'audio', type: 'audio/mpeg' },
  mp4: { kind: 'media', element: 'video', type: 'video/mp4' },
  zip: { kind: 'archive' },
};

export function kindOf(bytes: Uint8Array): FileKind {
  if (isCompound(bytes)) return { kind: 'document', form: 'compound' };
  if (isArchive(bytes)) return { kind: 'packed' };
  if (isGif(bytes) || isBitmap(bytes)) return { kind: 'picture' };
  const format = detectFormat(bytes);
  if (format === 'heic') return { kind: isAvif(bytes) ? 'picture' : 'heic' };
  return known[format] ?? (format === 'text' ? null : recordedAs(bytes)) ?? textOf(bytes) ?? { kind: 'unknown' };
}

/** What is marked up is shown as it is written. */
function textOf(bytes: Uint8Array): FileKind | null {
  const read = decodeText(bytes);
  return read === null ? null : { kind: 'text', ...read };
}

/** Scans, and what phones, recorders and browsers write and browsers play. */
function recordedAs(bytes: Uint8Array): FileKind | null {
  const head = latinOf(bytes.subarray(0, 64));
  if (head.startsWith('II*\0') || head.startsWith('MM\0*')) return { kind: 'document', form: 'tiff' };
  if (head.startsWith('OggS')) {
    const element = head.includes('theora') ? 'video' : 'audio';
    return { kind: 'media', element, type: `${element}/ogg` };
  }
  if (head.startsWith('RIFF') && head.slice(8, 12) === 'WAVE') return audio('audio/wav');
  if (head.startsWith('fLaC')) return audio('audio/flac');
  if (head.startsWith('\x1a\x45\xdf\xa3')) return { kind: 'media', element: 'video', type: 'video/webm' };
  return bytes[0] === 0xff && ((bytes[1] ?? 0) & 0xf6) === 0xf0 ? audio('audio/aac') : null;
}

function audio(type: string): FileKind {
  return { kind: 'media', element: 'audio', type };
}
