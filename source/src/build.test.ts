/** What the build gives: the same bytes each time, small, with nothing in it that the page's policy forbids. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, globSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompressSync, gunzipSync, gzipSync } from 'node:zlib';
import { keepSections } from '@postern/server/http/fill-html';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scriptKeys } from './languages/text-places.ts';
import type { Manifest } from './template.ts';

const folders = [0, 1, 2].map(() => mkdtempSync(join(tmpdir(), 'postern-source-build-')));
const workspace = join(import.meta.dirname, '..');
const vite = join(workspace, '..', 'node_modules', 'vite', 'bin', 'vite.js');
/** A first visit's page, script and styles, compressed. The promise is 80 kB; this leaves room to notice growth. */
const bytesMax = 65_000;
/** The promise itself, for browsers that take no Brotli, as from an onion address. */
const gzipBytesMax = 80_000;

const filesIn = (folder = ''): Map<string, string> => {
  const paths = globSync('**/*.*', { cwd: folder }).sort();
  return new Map(paths.map((path) => [path, readFileSync(join(folder, path), 'latin1')]));
};

async function runBuild(cwd: string, folder: string, machine: Record<string, string>, umask: string): Promise<void> {
  const words = [process.execPath, vite, 'build', '--outDir', folder, '--emptyOutDir', '--configLoader', 'native'];
  const env = { PATH: process.env.PATH, NODE_ENV: 'production', ...machine };
  const command = `umask ${umask} && exec ${words.map((word) => `'${word}'`).join(' ')} --logLevel warn`;
  await promisify(execFile)('/bin/sh', ['-c', command], { cwd, env });
}

/** The sources in a folder of another name and depth, as a fresh clone has them. @returns the page's workspace there */
function copyElsewhere(): string {
  const project = join(workspace, '..');
  const clone = join(folders[2] ?? '', 'a deeper', 'clone');
  const isSource = (path: string): boolean => !/(^|\/)(node_modules|dist|screenshots)$/.test(path);
  for (const name of ['source', 'protocol'])
    cpSync(join(project, name), join(clone, name), { recursive: true, filter: isSource });
  cpSync(join(project, 'package.json'), join(clone, 'package.json'));
  const modules = join(clone, 'node_modules');
  mkdirSync(join(modules, '@postern'), { recursive: true });
  for (const name of readdirSync(join(project, 'node_modules'))) {
    if (name !== '@postern' && !name.startsWith('.'))
      symlinkSync(join(project, 'node_modules', name), join(modules, name));
  }
  // Its own protocol, not the one beside this test.
  symlinkSync(join(clone, 'protocol'), join(modules, '@postern', 'protocol'));
  return join(clone, 'source');
}

let manifest: Manifest;
let built: Map<string, string>;

beforeAll(async () => {
  const turkish = { LC_ALL: 'tr_TR.UTF-8', LANG: 'tr', TZ: 'Asia/Shanghai' };
  await Promise.all([
    runBuild(workspace, folders[0] ?? '', { LANG: 'C', TZ: 'UTC' }, '022'),
    runBuild(copyElsewhere(), folders[1] ?? '', turkish, '077'),
  ]);
  built = filesIn(folders[0]);
  manifest = JSON.parse(built.get('manifest.json') ?? '{}') as Manifest;
}, 180_000);

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

describe('the build', () => {
  it('gives the same bytes in another folder, locale, time zone and umask', () => {
    expect(filesIn(folders[1])).toEqual(built);
    expect(built.size).toBeGreaterThan(10);
    expect(built.has('offline.html')).toBe(true);
  });

  it('lists every file with its size, two scripts and one stylesheet among them', () => {
    const listed = [
      ...manifest.pages,
      ...manifest.plainPages,
      ...manifest.clearPages,
      ...manifest.campaigns,
      ...manifest.assets,
    ];
    expect(listed.map(({ path }) => path).sort()).toEqual(
      [...built.keys()].filter((path) => path !== 'manifest.json' && !path.endsWith('.gz')).sort(),
    );
    for (const { path, bytes } of listed) expect([path, bytes]).toEqual([path, built.get(path)?.length]);
    const kinds = manifest.assets.map(({ path }) => path.split('.').at(-1));
    expect(kinds.filter((kind) => kind === 'js' || kind === 'css').sort()).toEqual(['css', 'js', 'js']);
  });

  it('packs each file but the offline page by gzip, smaller than a server would, and to nothing else', () => {
    const bytesOf = (path: string): Buffer => Buffer.from(built.get(path) ?? '', 'latin1');
    for (const { path, bytes, gzipBytes } of manifest.assets) {
      const packed = bytesOf(`${path}.gz`);
      expect([path, gzipBytes]).toEqual([path, path === 'offline.html' ? null : packed.length]);
      if (gzipBytes === null) continue;
      expect(gunzipSync(packed).equals(bytesOf(path))).toBe(true);
      if (bytes > 1_000) expect(packed.length).toBeLessThan(gzipSync(bytesOf(path), { level: 9 }).length);
    }
    expect([...built.keys()].filter((path) => path.endsWith('.gz')).length).toBe(manifest.assets.length - 1);
  });

  it(`keeps page, script and styles under ${bytesMax} bytes by Brotli and ${gzipBytesMax} by gzip, in every language`, () => {
    // What looks into files is loaded only by who chooses one.
    const shared = manifest.assets.filter(({ path }) => /^a\/(page|style|icon)\..*(js|css|svg)$/.test(path));
    expect(shared.length).toBe(3);
    const sum = shared.reduce((bytes, { brotliBytes }) => bytes + brotliBytes, 0);
    const packed = shared.reduce((bytes, { path }) => bytes + (built.get(`${path}.gz`)?.length ?? Infinity), 0);
    for (const { language, path } of manifest.pages) {
      const html = Buffer.from(built.get(path) ?? '', 'latin1').toString('utf8');
      // As a server sends it, with the mode without scripts or without; in the file both stand.
      const sent = [true, false].map((forms) => keepSections(html, { forms, several: true, origins: true }));
      const largest = (pack: (text: string) => Buffer): number => Math.max(...sent.map((text) => pack(text).length));
      expect([language, sum + largest(brotliCompressSync) < bytesMax]).toEqual([language, true]);
      expect([language, packed + largest((text) => gzipSync(text, { level: 9 })) < gzipBytesMax]).toEqual([
        language,
        true,
      ]);
    }
  });

  it('has the codes of errors in its scripts, and not what they say to who reads the code', () => {
    const reader = readFileSync(new URL('../../protocol/src/bytes/reader.ts', import.meta.url), 'utf8');
    expect(reader).toContain('are left, wanted');
    for (const [path, content] of [...built].filter(([name]) => name.endsWith('.js') || name === 'offline.html')) {
      expect([path, content.includes('are left, wanted')]).toEqual([path, false]);
      if (!path.startsWith('a/metadata')) expect([path, content.includes('bad-length')]).toEqual([path, true]);
    }
  });

  it('makes an offline page whose policy names the one script and the one style in it, and allows nothing else', async () => {
    const page = Buffer.from(built.get('offline.html') ?? '', 'latin1').toString('utf8');
    const hash = (text = ''): string => createHash('sha256').update(text).digest('base64');
    const scripts = [...page.matchAll(/<script[^>]*>(.*?)<\/script>/gs)].map(([, text]) => hash(text));
    const styles = [...page.matchAll(/<style>(.*?)<\/style>/gs)].map(([, text]) => hash(text));
    expect([scripts.length, styles.length]).toEqual([1, 1]);
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1];
    expect(policy).toBe(
      `default-src 'none'; script-src 'sha256-${scripts[0]}'; style-src 'sha256-${styles[0]}'; connect-src http: https:; base-uri 'none'; ` +
        "form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
    );
    expect(page).not.toMatch(/(src|href)="(?!#|about:blank")/);
    expect(page).not.toMatch(
      /localStorage|sessionStorage|indexedDB|serviceWorker|document\.cookie|XMLHttpRequest|\bWebSocket\b/,
    );
  });

  it('has no way to put markup or code into the page, and no word list in the script', () => {
    const scripts = [...built].filter(([path]) => path.endsWith('.js'));
    const script = scripts.map(([, code]) => code).join('\n');
    const sinks = /\.(inner|outer)HTML|insertAdjacentHTML|document\.write|\beval\(|new Function\(|srcdoc|modulepreload/;
    expect(sinks.exec(script)).toBeNull();
    // The one that a person's first file brings; nothing can be loaded in the offline page.
    expect(script.match(/\bimport\(/g)?.length).toBe(1);
    expect(built.get('offline.html')).not.toMatch(/\bimport\(/);
    expect(scripts.map(([path]) => path.split('.')[0]).sort()).toEqual(['a/metadata', 'a/page']);
    expect(script).not.toContain('abandon');
    expect(script).not.toMatch(/localStorage|sessionStorage|indexedDB|serviceWorker|document\.cookie/);
  });

  it('asks for no text by a name that it has not in the page', () => {
    const page = [...built].find(([path]) => path.startsWith('a/page.') && path.endsWith('.js'))?.[1] ?? '';
    const offline = /<script[^>]*>(.*?)<\/script>/s.exec(built.get('offline.html') ?? '')?.[1] ?? '';
    for (const script of [page, offline]) {
      const named = (key: string): boolean => ['"', "'", '`'].some((quote) => script.includes(quote + key + quote));
      expect([...scriptKeys.numbered, ...scriptKeys.offline].filter(named)).toEqual([]);
      expect(named('trouble.reload')).toBe(true);
    }
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
