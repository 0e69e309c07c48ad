/** What the build gives: the same bytes each time, small, with nothing in it that the page's policy forbids. */
import { execFile } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Manifest } from './template.ts';

const folders = [0, 1].map(() => mkdtempSync(join(tmpdir(), 'postern-source-build-')));
const workspace = join(import.meta.dirname, '..');
const vite = join(workspace, '..', 'node_modules', 'vite', 'bin', 'vite.js');
/** A first visit's page, script and styles, compressed. The promise is 80 kB; this leaves room to notice growth. */
const bytesMax = 60_000;

const filesIn = (folder = ''): Map<string, string> => {
  const paths = globSync('**/*.*', { cwd: folder }).sort();
  return new Map(paths.map((path) => [path, readFileSync(join(folder, path), 'latin1')]));
};

let manifest: Manifest;
let built: Map<string, string>;

beforeAll(async () => {
  for (const folder of folders) {
    const command = [vite, 'build', '--outDir', folder, '--emptyOutDir', '--configLoader', 'native'];
    const env = { PATH: process.env.PATH, NODE_ENV: 'production' };
    await promisify(execFile)(process.execPath, [...command, '--logLevel', 'warn'], { cwd: workspace, env });
  }
  built = filesIn(folders[0]);
  manifest = JSON.parse(built.get('manifest.json') ?? '{}') as Manifest;
});

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

describe('the build', () => {
  it('gives the same bytes twice', () => {
    expect(filesIn(folders[1])).toEqual(built);
    expect(built.size).toBeGreaterThan(10);
  });

  it('lists every file with its size, one script and one stylesheet among them', () => {
    const listed = [...manifest.pages, ...manifest.assets];
    expect(listed.map(({ path }) => path).sort()).toEqual(
      [...built.keys()].filter((path) => path !== 'manifest.json').sort(),
    );
    for (const { path, bytes } of listed) expect([path, bytes]).toEqual([path, built.get(path)?.length]);
    const kinds = manifest.assets.map(({ path }) => path.split('.').at(-1));
    expect(kinds.filter((kind) => kind === 'js' || kind === 'css').sort()).toEqual(['css', 'js']);
  });

  it(`keeps page, script and styles under ${bytesMax} bytes compressed, in every language`, () => {
    const shared = manifest.assets.filter(({ path }) => /\.(js|css|svg)$/.test(path));
    const sum = shared.reduce((bytes, { brotliBytes }) => bytes + brotliBytes, 0);
    for (const { language, brotliBytes } of manifest.pages) {
      expect([language, sum + brotliBytes < bytesMax]).toEqual([language, true]);
    }
  });

  it('has no way to put markup or code into the page, and no word list in the script', () => {
    const script = [...built].find(([path]) => path.endsWith('.js'))?.[1] ?? '';
    const sinks = /\.(inner|outer)HTML|insertAdjacentHTML|document\.write|\beval\(|new Function\(|srcdoc|modulepreload/;
    expect(sinks.exec(script)).toBeNull();
    expect(script).not.toMatch(/\bimport\(/);
    expect(script).not.toContain('abandon');
    expect(script).not.toMatch(/localStorage|sessionStorage|indexedDB|serviceWorker|document\.cookie/);
  });

  it('names every file by its content and asks nothing of any other place', () => {
    expect(
      manifest.assets.every(
        ({ path }) => path === 'offline.html' || /^a\/[\w-]+\.[\w-]{8,}\.(js|css|svg|txt)$/.test(path),
      ),
    ).toBe(true);
    const styles = [...built].find(([path]) => path.endsWith('.css'))?.[1] ?? '';
    expect(styles).not.toMatch(/url\(|@import|@font-face/);
  });
});
