/** The built page, in memory. */

import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { frameHeaders } from './frame-headers.ts';

export interface PageFile {
  readonly type: string;
  readonly bytes: Uint8Array;
  /** In place of the page's. */
  readonly headers?: readonly (readonly [string, string])[];
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.ttf': 'font/ttf',
  '.wasm': 'application/wasm',
};

/** They show files and calls; see `frameHeaders`. */
const framePaths = ['/viewer/frame.html', '/viewer/call-frame.html'];

/** By path from `/`. @throws Error if the page has not been built */
export async function readPageFiles(folder: string): Promise<ReadonlyMap<string, PageFile>> {
  const files = new Map<string, PageFile>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const type = types[extname(entry.name)];
    if (!entry.isFile() || type === undefined) continue;
    const path = join(entry.parentPath, entry.name);
    files.set(path.slice(folder.length).replaceAll('\\', '/'), { type, bytes: new Uint8Array(await readFile(path)) });
  }
  for (const path of framePaths) {
    const frame = files.get(path);
    if (frame === undefined) continue;
    files.set(path, { ...frame, headers: await frameHeaders(new TextDecoder().decode(frame.bytes)) });
  }
  const index = files.get('/index.html');
  if (index === undefined) throw new Error('serve the desk: the page has not been built');
  return files.set('/', index);
}
