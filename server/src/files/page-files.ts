/** Reads the built pages with their manifest from the folder that the build wrote. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { equal } from '@postern/protocol/bytes/equal';
import type { BuiltPages } from '../ports/files.ts';

/** A packed file holds something else than the file beside it, which alone is compared with a release. */
export class BuiltPagesError extends Error {
  override readonly name = 'BuiltPagesError';
  readonly code = 'damaged';
  readonly path: string;

  constructor(path: string) {
    super(`read built pages: ${path} is damaged`);
    this.path = path;
  }
}

/** @throws BuiltPagesError; Error if the pages have not been built */
export async function readBuiltPages(folder: string): Promise<BuiltPages> {
  const manifest = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')) as Manifest;
  const read = async (path: string): Promise<Uint8Array> => new Uint8Array(await readFile(join(folder, path)));
  const readPages = (files: Manifest['pages']): Promise<BuiltPages['pages']> =>
    Promise.all(
      files.map(async ({ language, list, path, contentType }) => ({
        language,
        list,
        contentType,
        html: new TextDecoder().decode(await read(path)),
      })),
    );
  return {
    pages: await readPages(manifest.pages),
    plainPages: await readPages(manifest.plainPages),
    clearPages: await readPages(manifest.clearPages),
    campaigns: await Promise.all(
      manifest.campaigns.map(async ({ path, bytes: _bytes, brotliBytes: _compressed, ...campaign }) => ({
        ...campaign,
        html: new TextDecoder().decode(await read(path)),
      })),
    ),
    assets: await Promise.all(
      manifest.assets.map(async ({ path, contentType, gzipBytes }) => {
        const bytes = await read(path);
        const gzip = typeof gzipBytes === 'number' ? await read(`${path}.gz`) : null;
        if (gzip !== null && !holds(gzip, bytes)) throw new BuiltPagesError(join(folder, `${path}.gz`));
        return { path, contentType, bytes, gzip };
      }),
    ),
  };
}

function holds(packed: Uint8Array, bytes: Uint8Array): boolean {
  try {
    return equal(gunzipSync(packed, { maxOutputLength: Math.max(1, bytes.length) }), bytes);
  } catch {
    return false;
  }
}

/** What is used of `dist/manifest.json`. */
type Manifest = {
  readonly pages: readonly (ManifestFile & { readonly language: string; readonly list: string })[];
  readonly plainPages: Manifest['pages'];
  readonly clearPages: Manifest['pages'];
  readonly campaigns: readonly (ManifestFile & { readonly bytes: number; readonly brotliBytes: number } & Omit<
      BuiltPages['campaigns'][number],
      'html' | 'contentType'
    >)[];
  readonly assets: readonly (ManifestFile & { readonly gzipBytes?: number | null })[];
};

type ManifestFile = { readonly path: string; readonly contentType: string };
