/** Looks into a file behind glass: what it gives away, and a cleaned copy if that is wanted. */

import { type Examined, unexamined } from '@postern/protocol/metadata/examine';
import { inspectedBytesMax } from '@postern/protocol/metadata/inspect';
import type { DeskClient } from '../desk-client.ts';
import type { ViewedFile } from '../model.ts';
import { Glass } from './glass.ts';

/** `broken` too where the frame fell silent. */
export async function examineBehindGlass(
  bytes: Uint8Array,
  isCleaned: boolean,
  signal: AbortSignal,
): Promise<Examined> {
  const glass = await Glass.open(signal);
  try {
    const answer = await glass.ask({ kind: 'examine', bytes, isCleaned });
    if (answer.kind === 'examined') return answer;
    return unexamined('broken');
  } finally {
    glass.close();
  }
}

/** A file that is here. */
export async function examineKept(
  client: DeskClient,
  { place, bytes }: ViewedFile,
  signal: AbortSignal,
): Promise<Examined> {
  if (bytes > inspectedBytesMax) return unexamined('large');
  try {
    const content = new Uint8Array(await client.readFile(place));
    signal.throwIfAborted();
    return await examineBehindGlass(content, false, signal);
  } catch {
    return unexamined('broken');
  }
}
