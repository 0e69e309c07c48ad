/** What the page loads only when somebody chooses a file: a script of its own that looks into files and cleans them. */

import { type Examined, examine, unexamined } from '@postern/protocol/metadata/examine';
import { cleanMetadata, inspectedBytesMax, inspectMetadata } from '@postern/protocol/metadata/inspect';
import { cleanRecording, inspectRecording, isRecording } from '@postern/protocol/metadata/recordings';
import { type SlicedFile, slicesOf } from '@postern/protocol/metadata/sliced-file';
import type { SendableFile } from './file-move.ts';

export type Looked = Pick<Examined, 'state' | 'found' | 'left'> & { readonly cleaned: SendableFile | null };

/**
 * Looks into a file, and makes a cleaned copy where one can be made. A film or a sound is read in parts, and its copy made as it is
 * sent; others are read whole.
 * @param nowMs stands in the place of the file's own time in a cleaned copy
 * @throws DOMException for a file that cannot be read
 */
export async function look(file: File, nowMs: number): Promise<Looked> {
  let failure: unknown;
  const read = async (from: number, to: number): Promise<Uint8Array> => {
    try {
      return new Uint8Array(await file.slice(from, to).arrayBuffer());
    } catch (error) {
      failure = error;
      throw error;
    }
  };
  const sliced = { size: file.size, read };
  const { cleaned, ...seen } = (await isRecording(sliced))
    ? await examine({ inspectMetadata: inspectRecording, cleanMetadata: cleanRecording }, sliced)
    : await examineWhole(sliced);
  if (failure !== undefined) throw failure;
  return { ...seen, cleaned: cleaned === null ? null : copyOf(file, cleaned, nowMs) };
}

async function examineWhole({ size, read }: SlicedFile): Promise<Examined<SlicedFile>> {
  if (size > inspectedBytesMax) return unexamined('large');
  const examined = await examine({ inspectMetadata, cleanMetadata }, await read(0, size));
  return { ...examined, cleaned: examined.cleaned === null ? null : slicesOf(examined.cleaned) };
}

/** No Blob: what is in one a browser may write to its profile's folder, in the clear (decision 0128). */
function copyOf({ name, type }: File, { size, read }: SlicedFile, lastModified: number): SendableFile {
  const slice: SendableFile['slice'] = (from, to) => ({
    arrayBuffer: async () => new Uint8Array(await read(from, to)).buffer,
  });
  return { name, type, size, lastModified, slice };
}
