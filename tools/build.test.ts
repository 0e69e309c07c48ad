// Builds are repeatable, and happen again only when what goes into them has changed.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { build, ensureBuilt } from './build.ts';

let root: string;

function write(path: string, text: string): void {
  mkdirSync(join(root, path, '..'), { recursive: true });
  writeFileSync(join(root, path), text);
}

/** Every built file and its content. */
function built(): Record<string, string> {
  const folder = join(root, 'source', 'dist');
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.includes('.'));
  return Object.fromEntries(names.sort().map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'postern-build-'));
  write('source/package.json', '{"type":"module"}');
  write('source/vite.config.ts', 'export default { build: { modulePreload: false } };');
  write('source/index.html', '<!doctype html><title>x</title><script type="module" src="./src/main.ts"></script>');
  write(
    'source/src/main.ts',
    "import { word } from '../../protocol/src/word.ts';\nconsole.log(word, process.env.NODE_ENV);",
  );
  write('protocol/src/word.ts', "export const word: string = 'alpha';");
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

it('gives the same bytes twice, and those of production', async () => {
  await build(root);
  const first = built();
  await build(root);
  expect(built()).toEqual(first);
  expect(Object.values(first).join()).toMatch(/alpha.*production/s);
  expect(existsSync(join(root, 'desk'))).toBe(false);
});

it('builds again after a change to the page or to the protocol, and not otherwise', async () => {
  await ensureBuilt(root);
  const marker = join(root, 'source', 'dist', 'marker.txt');
  writeFileSync(marker, '');
  await ensureBuilt(root);
  write('source/src/main.test.ts', 'a test is not part of the page');
  await ensureBuilt(root);
  expect(existsSync(marker)).toBe(true);

  write('protocol/src/word.ts', "export const word: string = 'beta';");
  await ensureBuilt(root);
  expect(existsSync(marker)).toBe(false);
  expect(Object.values(built()).join()).toContain('beta');

  rmSync(join(root, 'source', 'dist'), { recursive: true });
  await ensureBuilt(root);
  expect(Object.values(built()).join()).toContain('beta');
});

it('lets two callers share one build, and does not wait for one that has died', async () => {
  const lock = join(root, 'node_modules', '.cache', 'postern', 'source.lock');
  write('node_modules/.cache/postern/source.lock', '4194305');
  await Promise.all([ensureBuilt(root), ensureBuilt(root)]);
  expect(Object.values(built()).join()).toContain('alpha');
  expect(existsSync(lock)).toBe(false);
});

it('fails when the page does not build', async () => {
  write('source/src/main.ts', "import './nowhere.ts';");
  await expect(ensureBuilt(root)).rejects.toThrow(/build .*source: vite failed:.*nowhere\.ts/s);
});
