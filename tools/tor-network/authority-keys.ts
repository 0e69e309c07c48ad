// Keys of directory authorities for tests: they take seconds to make, so they are kept in the folder for temporary files.
import { execFile } from 'node:child_process';
import { cp, lstat, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const monthsValid = 12;
const marginMs = 7 * 24 * 3_600_000;

/** Puts the keys of one authority, made now or by an earlier run, into the folder. @returns its v3 identity */
export async function putAuthorityKeys(folder: string, name: string): Promise<string> {
  const cache = await cacheFolder();
  const kept = join(cache, name);
  if (!(await isFresh(kept))) await makeKeys(cache, kept);
  await cp(kept, folder, { recursive: true });
  const identity = /^fingerprint ([0-9A-F]{40})$/m.exec(await readFile(certificateIn(folder), 'utf8'))?.[1];
  if (identity === undefined) throw new Error('read an authority certificate: it names no fingerprint');
  return identity;
}

function certificateIn(folder: string): string {
  return join(folder, 'authority_certificate');
}

async function cacheFolder(): Promise<string> {
  const uid = process.getuid?.() ?? 0;
  const path = join(tmpdir(), `postern-tor-keys-${uid}`);
  await mkdir(path, { recursive: true, mode: 0o700 });
  const found = await lstat(path);
  // Anybody could have made it first.
  if (!found.isDirectory() || found.uid !== uid || (found.mode & 0o077) !== 0)
    throw new Error('keep authority keys: the folder for them is not ours');
  return path;
}

async function isFresh(folder: string): Promise<boolean> {
  const text = await readFile(certificateIn(folder), 'utf8').catch(() => '');
  const expires = /^dir-key-expires (\S+) (\S+)$/m.exec(text);
  return expires !== null && Date.parse(`${expires[1]}T${expires[2]}Z`) - Date.now() > marginMs;
}

async function makeKeys(cache: string, kept: string): Promise<void> {
  const made = await mkdtemp(join(cache, '.new-'));
  await generate(made);
  await rm(kept, { recursive: true, force: true });
  // Another run may have been quicker; its keys are as good.
  await rename(made, kept).catch(() => rm(made, { recursive: true, force: true }));
}

function generate(folder: string): Promise<void> {
  const files = ['-i', 'authority_identity_key', '-s', 'authority_signing_key', '-c', 'authority_certificate'];
  const args = ['--create-identity-key', '--passphrase-fd', '0', '-m', String(monthsValid)];
  return new Promise((resolve, reject) => {
    const child = execFile('tor-gencert', [...args, ...files], { cwd: folder }, (error) => {
      if (error === null) resolve();
      else reject(new Error('make authority keys: tor-gencert failed', { cause: error }));
    });
    child.stdin?.end('test\n');
  });
}
