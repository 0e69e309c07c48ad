/** Gathers all that the frame needs to draw a file. */

import { readBytesMax } from '@postern/desk/app/api';
import { letterScripts } from '@postern/desk/fonts/letter-scripts';
import type { DeskClient } from '../desk-client.ts';
import type { ViewedFile } from '../model.ts';
import type { Recognition, ShowFile, ShowLarge } from './viewer-messages.ts';

/** Enough to tell what a file is. */
const headBytes = 64 * 1024;

/** @param language of the text that shall be recognised in pictures; null: none shall be @returns null for a file that is larger than what is shown @throws CallFailed; the browser's own error without the process */
export async function loadFile(
  client: DeskClient,
  { place, name, bytes: length }: ViewedFile,
  language: string | null = null,
): Promise<ShowFile | null> {
  if (length > readBytesMax) return null;
  const [bytes, drawing, fonts, heic, archive, recognition] = await Promise.all([
    client.readFile(place).then((content) => new Uint8Array(content)),
    loadLibrary('document-worker.js', 'mupdf.wasm'),
    Promise.all(
      letterScripts.map(async (script) => ({ script, bytes: await (await loadPart(`${script}.ttf`)).arrayBuffer() })),
    ),
    loadLibrary('heic-worker.js', 'libheif.wasm'),
    loadLibrary('archive-worker.js', 'libarchive.wasm'),
    language === null ? null : loadRecognition(client, language),
  ]);
  return { kind: 'show', bytes, name, ...drawing, fonts, heic, archive, scheme: colourScheme(), recognition };
}

/** All that the frame needs to begin with a file that is not handed over whole. @throws as {@link loadFile} */
export async function loadLarge(client: DeskClient, { place, bytes: length }: ViewedFile): Promise<ShowLarge> {
  const [head, worker] = await Promise.all([
    client.readPart({ ...place, from: 0, bytes: headBytes }).then((content) => new Uint8Array(content)),
    loadPart('film-worker.js').then((answer) => answer.text()),
  ]);
  return { kind: 'show-large', head, length, worker, scheme: colourScheme() };
}

function colourScheme(): 'light' | 'dark' {
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}

async function loadRecognition(client: DeskClient, language: string): Promise<Recognition> {
  const [library, data] = await Promise.all([
    loadLibrary('recognise-worker.js', 'tesseract.wasm'),
    client.readLanguage(language),
  ]);
  return { ...library, data };
}

export async function loadLibrary(code: string, compiled: string): Promise<Omit<Recognition, 'data'>> {
  const [worker, wasm] = await Promise.all([
    loadPart(code).then((answer) => answer.text()),
    loadPart(compiled).then((answer) => answer.arrayBuffer()),
  ]);
  return { worker, wasm };
}

/** What the frame has no way to load itself. */
export function loadPart(name: string): Promise<Response> {
  return fetch(`/viewer/${name}`, { cache: 'no-store', credentials: 'omit' });
}
