/** A tar archive that is sealed as it is written, with the hashes of all that is in it as its last file. */

import { open, rename, rm } from 'node:fs/promises';
import type { Encrypter } from 'age-encryption';
import { createTarPacker } from 'modern-tar';
import { plainHash } from '../files/plain-hash.ts';

export const manifestName = 'SHA256SUMS';
const pieceBytes = 262_144;

export interface SealedArchive {
  /** Of the sealed file, hex. */
  readonly sha256: string;
  readonly bytes: number;
}

export interface ArchiveFile {
  /** Inside the archive's folder, such as `7KQ-2MX/transcript.html`. */
  readonly path: string;
  readonly bytes: number;
  readonly content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

export class ArchiveWriter {
  readonly #folder: string;
  readonly #mtime: Date;
  readonly #packer = createTarPacker();
  readonly #lines: string[] = [];

  /** @param folder that everything lies in @param day UTC; nothing in it has a finer time */
  constructor(folder: string, day: number) {
    this.#folder = folder;
    this.#mtime = new Date(day * 86_400_000);
  }

  get readable(): ReadableStream<Uint8Array> {
    return this.#packer.readable;
  }

  /** @returns hex of the content's SHA-256 @throws whatever the content throws; the archive ends with it */
  async add({ path, bytes, content }: ArchiveFile): Promise<string> {
    const sha256 = await this.#write(path, bytes, content);
    this.#lines.push(`${sha256}  ${path}\n`);
    return sha256;
  }

  addBytes(path: string, content: Uint8Array): Promise<string> {
    return this.add({ path, bytes: content.length, content: piecesOf(content) });
  }

  async end(): Promise<void> {
    const manifest = new TextEncoder().encode(this.#lines.join(''));
    await this.#write(manifestName, manifest.length, [manifest]);
    this.#packer.controller.finalize();
  }

  fail(error: Error): void {
    this.#packer.controller.error(error);
  }

  async #write(path: string, bytes: number, content: ArchiveFile['content']): Promise<string> {
    const header = { name: `${this.#folder}/${path}`, size: bytes, mtime: this.#mtime, mode: 0o600 };
    const writer = this.#packer.controller.add(header).getWriter();
    const hash = plainHash();
    for await (const piece of content) {
      hash.update(piece);
      await writer.write(piece);
    }
    await writer.close();
    return hash.end();
  }
}

/** What is hashed and sealed in one go holds up everything else. */
function* piecesOf(content: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < content.length; at += pieceBytes) yield content.subarray(at, at + pieceBytes);
}

/**
 * Seals what `fill` writes, never more than some pieces of it in memory, into a file that is there whole or not at all.
 * @throws what `fill` throws
 */
export async function writeSealed(
  path: string,
  encrypter: Encrypter,
  archive: ArchiveWriter,
  fill: (archive: ArchiveWriter) => Promise<void>,
): Promise<SealedArchive> {
  const half = `${path}.half`;
  const handle = await open(half, 'wx', 0o600);
  const hash = plainHash();
  let bytes = 0;
  const filling = fill(archive)
    .then(() => archive.end())
    .catch((error: Error) => archive.fail(error));
  try {
    for await (const piece of await encrypter.encrypt(archive.readable)) {
      await handle.writeFile(piece);
      hash.update(piece);
      bytes += piece.length;
    }
    await handle.sync();
    await filling;
    await handle.close();
    await rename(half, path);
    return { sha256: hash.end(), bytes };
  } catch (error) {
    archive.fail(error as Error);
    await filling;
    await handle.close().catch(() => undefined);
    await rm(half, { force: true });
    throw error;
  }
}
