/** Gathers all that the frame needs to draw a file. */

import { readBytesMax } from '@postern/desk/app/api';
import { letterScripts } from '@postern/desk/fonts/letter-scripts';
import type { DeskClient } from '../desk-client.ts';
import type { ViewedFile } from '../model.ts';
import type { ShowFile } from './viewer-messages.ts';

/** @returns null for a file that is larger than what is shown @throws CallFailed; the browser's own error without the process */
export async function loadFile(
  client: DeskClient,
  { place, name, bytes: length }: ViewedFile,
): Promise<ShowFile | null> {
  if (length > readBytesMax) return null;
  const part = async (name: string): Promise<ArrayBuffer> => (await loadPart(name)).arrayBuffer();
  const [bytes, worker, wasm, fonts] = await Promise.all([
    client.readFile(place).then((content) => new Uint8Array(content)),
    loadPart('document-worker.js').then((answer) => answer.text()),
    part('mupdf.wasm'),
    Promise.all(letterScripts.map(async (script) => ({ script, bytes: await part(`${script}.ttf`) }))),
  ]);
  const scheme = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
  return { kind: 'show', bytes, name, worker, wasm, fonts, scheme };
}

/** What the frame has no way to load itself. */
export function loadPart(name: string): Promise<Response> {
  return fetch(`/viewer/${name}`, { cache: 'no-store', credentials: 'omit' });
}
