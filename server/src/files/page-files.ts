/** Reads the built pages with their manifest from the folder that the build wrote. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BuiltPages } from '../ports/files.ts';

/** @throws Error if the pages have not been built */
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
      manifest.assets.map(async ({ path, contentType, gzipBytes }) => ({
        path,
        contentType,
        bytes: await read(path),
        gzip: typeof gzipBytes === 'number' ? await read(`${path}.gz`) : null,
      })),
    ),
  };
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
