/** Looks into a file behind glass: what it gives away, and a cleaned copy if that is wanted. */

import { unexamined } from '@postern/protocol/metadata/examine';
import { inspectedBytesMax } from '@postern/protocol/metadata/inspect';
import type { DeskClient } from '../desk-client.ts';
import type { ViewedFile } from '../model.ts';
import { type GiveSlice, Glass } from './glass.ts';
import { loadPart } from './load-file.ts';
import type { ExaminedFile } from './viewer-messages.ts';

/** A file of the process, of which what is asked for is read. */
interface KeptSlices {
  readonly size: number;
  readonly give: GiveSlice;
}

/** `broken` too where the frame fell silent. @param content a file of this machine, or what comes from the process @throws what the stream throws, the signal's reason, or the browser's own error without the process */
export async function examineBehindGlass(
  content: ReadableStream<Uint8Array<ArrayBuffer>> | File | KeptSlices,
  isCleaned: boolean,
  signal: AbortSignal,
): Promise<ExaminedFile> {
  const glass = await Glass.open(signal, 'give' in content ? content.give : null);
  try {
    const worker = await (await loadPart('examine-worker.js')).text();
    let file: File | { readonly size: number } | null = null;
    if (content instanceof ReadableStream) await handOver(content, glass, signal);
    else if ('give' in content) file = { size: content.size };
    else {
      // What cannot be read is told apart from what is damaged.
      await content.slice(0, 1).arrayBuffer();
      file = content;
    }
    const answer = await glass.ask({ kind: 'examine', worker, file, isCleaned });
    if (answer.kind !== 'examined') return unexamined('broken');
    // What can be read is the browser's, and stays when the frame goes.
    await answer.cleaned?.slice(-1).arrayBuffer();
    return answer;
  } finally {
    glass.close();
  }
}

/** In pieces as they are read: in one, a large file would hold the page up. */
async function handOver(
  content: ReadableStream<Uint8Array<ArrayBuffer>>,
  glass: Glass,
  signal: AbortSignal,
): Promise<void> {
  const reader = content.getReader();
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    signal.throwIfAborted();
    glass.say({ kind: 'piece', bytes: piece.value });
  }
}

/** A file that is here. */
export async function examineKept(
  client: DeskClient,
  { place, bytes }: ViewedFile,
  signal: AbortSignal,
): Promise<ExaminedFile> {
  const give: GiveSlice = async ({ from, bytes: wanted }) =>
    new Uint8Array(await client.readPart({ ...place, from, bytes: wanted }));
  try {
    const content = bytes > inspectedBytesMax ? { size: bytes, give } : await client.readPieces(place);
    signal.throwIfAborted();
    return await examineBehindGlass(content, false, signal);
  } catch {
    return unexamined('broken');
  }
}
