// Builds the pages of source and desk into their dist folders: `npm run build`.
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { runCommand } from './command.ts';

const projectRoot = join(import.meta.dirname, '..');
const vite = join(projectRoot, 'node_modules', 'vite', 'bin', 'vite.js');
const pages = ['source', 'desk'] as const;
export type PageName = (typeof pages)[number];

/** Builds every page that has a Vite configuration, whatever its state; the same sources give the same bytes. */
export async function build(root = projectRoot): Promise<void> {
  for (const page of builtPages(root)) await withLock(root, page, () => buildPage(root, page));
}

/** Builds the pages whose sources have changed since their last build. For `npm start` and for tests. */
export async function ensureBuilt(root = projectRoot): Promise<void> {
  for (const page of builtPages(root)) {
    if (isBuilt(root, page)) continue;
    await withLock(root, page, async () => {
      if (!isBuilt(root, page)) await buildPage(root, page);
    });
  }
}

function builtPages(root: string): readonly PageName[] {
  return pages.filter((page) => existsSync(join(root, page, 'vite.config.ts')));
}

function isBuilt(root: string, page: PageName): boolean {
  const stamp = cachePath(root, `${page}.sha256`);
  return (
    existsSync(join(root, page, 'dist')) && existsSync(stamp) && readFileSync(stamp, 'utf8') === digest(root, page)
  );
}

async function buildPage(root: string, page: PageName): Promise<void> {
  const before = digest(root, page);
  await runVite(join(root, page));
  writeFileSync(cachePath(root, `${page}.sha256`), before);
}

// In a process of its own: a test runner's NODE_ENV would otherwise change the bytes.
async function runVite(folder: string): Promise<void> {
  const command = ['node', vite, 'build', '--emptyOutDir', '--configLoader', 'native', '--logLevel', 'warn'] as const;
  const env = { NODE_ENV: 'production', TZ: 'UTC', SOURCE_DATE_EPOCH: '0' };
  const { passed, output } = await runCommand(command, { cwd: folder, env });
  if (!passed) throw new Error(`build ${folder}: vite failed:\n${output.trimEnd()}`);
}

const notInput = /(^|\/)(node_modules|dist)(\/|$)|\.test\.tsx?$/;

// Of contents rather than times: a checkout, a deleted file or a restored one all change it as they should.
function digest(root: string, page: PageName): string {
  const patterns = [`${page}/**/*.*`, 'protocol/src/**/*.*', 'package-lock.json', 'tools/build.ts'];
  const isInput = (path: string): boolean => !notInput.test(path) && statSync(join(root, path)).isFile();
  const paths = globSync(patterns, { cwd: root, exclude: (path) => notInput.test(path) }).filter(isInput);
  const hash = createHash('sha256');
  for (const path of paths.sort()) {
    hash.update(`${path}\n`);
    hash.update(
      createHash('sha256')
        .update(readFileSync(join(root, path)))
        .digest(),
    );
  }
  return hash.digest('hex');
}

async function withLock(root: string, page: PageName, work: () => Promise<void>): Promise<void> {
  const lock = cachePath(root, `${page}.lock`);
  while (!tryLock(lock)) await sleep(100);
  try {
    await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

function tryLock(lock: string): boolean {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch {
    if (!isHolderAlive(lock)) rmSync(lock, { force: true });
    return false;
  }
}

function isHolderAlive(lock: string): boolean {
  try {
    const pid = Number(readFileSync(lock, 'utf8'));
    // An empty file is a lock that is being written.
    return pid === 0 || process.kill(pid, 0);
  } catch {
    return false;
  }
}

function cachePath(root: string, name: string): string {
  const folder = join(root, 'node_modules', '.cache', 'postern');
  mkdirSync(folder, { recursive: true });
  return join(folder, name);
}

if (import.meta.main) await build();
