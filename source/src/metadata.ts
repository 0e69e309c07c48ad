/** What the page loads only when somebody chooses a file: a script of its own that looks into files and cleans them. */

import { type Examined, examine, unexamined } from '@postern/protocol/metadata/examine';
import { cleanMetadata, inspectedBytesMax, inspectMetadata } from '@postern/protocol/metadata/inspect';
import type { SendableFile } from './file-move.ts';

export type Looked = Pick<Examined, 'state' | 'found' | 'left'> & { readonly cleaned: SendableFile | null };

/**
 * Looks into a file, and makes a cleaned copy where one can be made.
 * @param nowMs stands in the place of the file's own time in a cleaned copy
 * @throws DOMException for a file that cannot be read
 */
export async function look(file: File, nowMs: number): Promise<Looked> {
  if (file.size > inspectedBytesMax) return unexamined('large');
  const content = new Uint8Array(await file.arrayBuffer());
  const examined = await examine({ inspectMetadata, cleanMetadata }, content);
  const cleaned = examined.cleaned as Uint8Array<ArrayBuffer> | null;
  return { ...examined, cleaned: cleaned === null ? null : copyOf(file, cleaned, nowMs) };
}

/** No Blob: what is in one a browser may write to its profile's folder, in the clear (decision 0128). */
function copyOf({ name, type }: File, content: Uint8Array<ArrayBuffer>, lastModified: number): SendableFile {
  const slice = (from: number, to: number): Response => new Response(content.subarray(from, to));
  return { name, type, size: content.length, lastModified, slice };
}
