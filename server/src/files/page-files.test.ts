// What lies beside the built files is what they are, or nothing is served.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, expect, it } from 'vitest';
import { BuiltPagesError, readBuiltPages } from './page-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'postern-pages-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const script = Buffer.from('show(page)');

it('takes a packed file only if it holds the file beside it', async () => {
  mkdirSync(join(folder, 'a'));
  const write = (packed: Uint8Array): void => {
    const asset = { path: 'a/page.js', contentType: 'text/javascript', gzipBytes: packed.length };
    const manifest = { pages: [], plainPages: [], clearPages: [], campaigns: [], assets: [asset] };
    writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest));
    writeFileSync(join(folder, 'a', 'page.js'), script);
    writeFileSync(join(folder, 'a', 'page.js.gz'), packed);
  };
  write(gzipSync(script));
  expect((await readBuiltPages(folder)).assets).toMatchObject([{ path: 'a/page.js', bytes: new Uint8Array(script) }]);
  const others = ['show(pagf)', 'show(page) and more', 'show'].map((text) => gzipSync(text));
  for (const packed of [...others, gzipSync(script).subarray(0, 12), script]) {
    write(packed);
    const failure: unknown = await readBuiltPages(folder).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(BuiltPagesError);
    expect(failure).toMatchObject({ path: join(folder, 'a', 'page.js.gz') });
  }
});
