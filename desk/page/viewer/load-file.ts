/** Gathers all that the frame needs to draw a file. */

import { readBytesMax } from '@postern/desk/app/api';
import { letterScripts } from '@postern/desk/fonts/letter-scripts';
import type { DeskClient } from '../desk-client.ts';
import type { ViewedFile } from '../model.ts';
import type { Recognition, ShowFile } from './viewer-messages.ts';

/** @param language of the text that shall be recognised in pictures; null: none shall be @returns null for a file that is larger than what is shown @throws CallFailed; the browser's own error without the process */
export async function loadFile(
  client: DeskClient,
  { place, name, bytes: length }: ViewedFile,
  language: string | null = null,
): Promise<ShowFile | null> {
  if (length > readBytesMax) return null;
  const part = async (name: string): Promise<ArrayBuffer> => (await loadPart(name)).arrayBuffer();
  const [bytes, worker, wasm, fonts, recognition] = await Promise.all([
    client.readFile(place).then((content) => new Uint8Array(content)),
    loadPart('document-worker.js').then((answer) => answer.text()),
    part('mupdf.wasm'),
    Promise.all(letterScripts.map(async (script) => ({ script, bytes: await part(`${script}.ttf`) }))),
    language === null ? null : loadRecognition(client, language),
  ]);
  const scheme = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
  return { kind: 'show', bytes, name, worker, wasm, fonts, scheme, recognition };
}

async function loadRecognition(client: DeskClient, language: string): Promise<Recognition> {
  const [worker, wasm, data] = await Promise.all([
    loadPart('recognise-worker.js').then((answer) => answer.text()),
    loadPart('tesseract.wasm').then((answer) => answer.arrayBuffer()),
    client.readLanguage(language),
  ]);
  return { worker, wasm, data };
}

/** What the frame has no way to load itself. */
export function loadPart(name: string): Promise<Response> {
  return fetch(`/viewer/${name}`, { cache: 'no-store', credentials: 'omit' });
}
