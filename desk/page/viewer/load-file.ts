/** Gathers all that the frame needs to draw a file. */

import { readBytesMax } from '@postern/desk/app/api';
import type { DeskClient } from '../desk-client.ts';
import type { ViewedFile } from '../model.ts';
import type { ShowFile } from './viewer-messages.ts';

/** @returns null for a file that is larger than what is shown @throws CallFailed; the browser's own error without the process */
export async function loadFile(
  client: DeskClient,
  { place, name, bytes: length }: ViewedFile,
): Promise<ShowFile | null> {
  if (length > readBytesMax) return null;
  const [bytes, worker, wasm] = await Promise.all([
    client.readFile(place).then((content) => new Uint8Array(content)),
    loadPart('document-worker.js').then((answer) => answer.text()),
    loadPart('mupdf.wasm').then((answer) => answer.arrayBuffer()),
  ]);
  const scheme = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
  return { kind: 'show', bytes, name, worker, wasm, scheme };
}

/** What the frame has no way to load itself. */
export function loadPart(name: string): Promise<Response> {
  return fetch(`/viewer/${name}`, { cache: 'no-store', credentials: 'omit' });
}
