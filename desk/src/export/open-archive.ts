/** Opens a sealed export, on a machine that needs no network: checks every hash before anything is there to be looked at. */

import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { Decrypter } from 'age-encryption';
import { createTarDecoder, type ParsedTarEntry } from 'modern-tar';
import { plainHash } from '../files/plain-hash.ts';
import { manifestName } from './archive-writer.ts';
import { keyLines } from './key-lines.ts';

/**
 * - `identity`: no identity was given, or one that is none
 * - `sealed`: none of the identities opens it, or it is cut or changed, or no file of age
 * - `form`: what is inside is no export
 * - `hashes`: files are not those of the manifest, or there is none
 * - `exists`: something is at the target already
 */
export type OpenProblem = 'identity' | 'sealed' | 'form' | 'hashes' | 'exists';

export class OpenArchiveError extends Error {
  override readonly name = 'OpenArchiveError';
  readonly code: OpenProblem;

  constructor(code: OpenProblem) {
    super(`open an export: ${code}`);
    this.code = code;
  }
}

const filesMax = 100_000;
const manifestBytesMax = 32 * 1024 * 1024;
/** One folder, then up to three levels; nothing that another system reads otherwise. */
const pathForm = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}(?:\/[A-Za-z0-9][A-Za-z0-9_.-]{0,79}){1,3}$/;
const manifestLine = /^([0-9a-f]{64}) {2}(\S+)$/;

/**
 * Writes the files into a new folder, readable by its owner only.
 * @param identities secret keys as age writes them, one a line @returns paths inside the target, in the archive's order
 * @throws OpenArchiveError, and nothing is left of the target then
 */
export async function openArchive(file: string, identities: string, target: string): Promise<readonly string[]> {
  const decrypter = decrypterOf(identities);
  if ((await stat(target).catch(() => null)) !== null) throw new OpenArchiveError('exists');
  const half = `${target}.half`;
  await rm(half, { recursive: true, force: true });
  await mkdir(half, { recursive: true, mode: 0o700 });
  try {
    const sealed = Readable.toWeb(createReadStream(file)) as ReadableStream<Uint8Array>;
    const opened = await decrypter.decrypt(sealed).catch(() => {
      throw new OpenArchiveError('sealed');
    });
    const paths = await unpack(opened, half);
    await rename(half, target);
    return paths;
  } catch (error) {
    await rm(half, { recursive: true, force: true });
    throw error;
  }
}

function decrypterOf(identities: string): Decrypter {
  const decrypter = new Decrypter();
  const lines = keyLines(identities);
  try {
    if (lines.length === 0) throw new OpenArchiveError('identity');
    for (const line of lines) decrypter.addIdentity(line);
  } catch {
    throw new OpenArchiveError('identity');
  }
  return decrypter;
}

async function unpack(archive: ReadableStream<Uint8Array>, target: string): Promise<readonly string[]> {
  const found = new Map<string, string>();
  let manifest: string | null = null;
  try {
    for await (const entry of archive.pipeThrough(createTarDecoder({ strict: true }) as Decoder)) {
      const { name, type, size } = entry.header;
      // The manifest is the last of all.
      const isFile = (type === undefined || type === 'file') && pathForm.test(name);
      if (manifest !== null || !isFile || found.has(name) || found.size >= filesMax) throw new OpenArchiveError('form');
      const path = name.slice(name.indexOf('/') + 1);
      if (path !== manifestName) found.set(path, await write(entry, join(target, path)));
      else if (size > manifestBytesMax) throw new OpenArchiveError('form');
      else manifest = await new Response(entry.body).text();
    }
  } catch (error) {
    // The decoder throws for a bad header, the opener for a piece that is changed or cut off.
    if (error instanceof OpenArchiveError || (error as NodeJS.ErrnoException).code === 'ENOSPC') throw error;
    throw new OpenArchiveError('sealed');
  }
  checkManifest(manifest, found);
  return [...found.keys()];
}

type Decoder = ReadableWritablePair<ParsedTarEntry, Uint8Array>;

async function write({ body }: ParsedTarEntry, path: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const handle = await open(path, 'wx', 0o600);
  const hash = plainHash();
  try {
    for await (const piece of body) {
      hash.update(piece);
      await handle.writeFile(piece);
    }
  } finally {
    await handle.close();
  }
  return hash.end();
}

/** Every file is in it once, with its hash, and nothing else is. */
function checkManifest(manifest: string | null, found: ReadonlyMap<string, string>): void {
  if (manifest === null || !manifest.endsWith('\n')) throw new OpenArchiveError('hashes');
  const listed = new Map<string, string>();
  for (const line of manifest.slice(0, -1).split('\n')) {
    const [, sha256 = '', path = ''] = manifestLine.exec(line) ?? [];
    if (path === '' || listed.has(path) || found.get(path) !== sha256) throw new OpenArchiveError('hashes');
    listed.set(path, sha256);
  }
  if (listed.size !== found.size) throw new OpenArchiveError('hashes');
}
