/** A file that is being read for a reply: sealed into a draft as its bytes come, in pieces of any length. */

import { concat } from '@postern/protocol/bytes/encode';
import { CHUNK_DATA_BYTES, FILE_KEY_BYTES } from '@postern/protocol/constants';
import { FileSealer } from '@postern/protocol/files/chunks';
import type { FileDescriptor } from '@postern/protocol/files/descriptor';
import type { Random } from '@postern/protocol/primitives/random';
import { type FileFolder, type KeptFile, keptName } from './file-folder.ts';

type About = Pick<FileDescriptor, 'name' | 'type' | 'bytes' | 'day'>;

export class SealingDraft {
  /** The name under which it is kept. */
  readonly id: string;
  readonly about: About;
  readonly #key: Uint8Array;
  readonly #sealer: FileSealer;
  readonly #kept: KeptFile;
  #chunks = 0;
  #rest: Uint8Array = new Uint8Array(0);

  private constructor(id: string, about: About, key: Uint8Array, sealer: FileSealer, kept: KeptFile) {
    this.id = id;
    this.about = about;
    this.#key = key;
    this.#sealer = sealer;
    this.#kept = kept;
  }

  /** @param note called with its id before there is anything on the disk @throws RangeError above 500 MiB */
  static async begin(
    folder: FileFolder,
    about: About,
    { fingerprint, random }: { readonly fingerprint: Uint8Array; readonly random: Random },
    note: (id: string) => Promise<void>,
  ): Promise<SealingDraft> {
    const key = random(FILE_KEY_BYTES);
    const sealer = new FileSealer(key, fingerprint, about.bytes);
    const id = await keptName(key);
    await note(id);
    return new SealingDraft(id, about, key, sealer, await folder.openKept(id, 'draft'));
  }

  /** @returns the file once its last bytes have come and all of it is on the disk @throws FileError changed, for more bytes than were told */
  async add(bytes: Uint8Array): Promise<FileDescriptor | null> {
    this.#rest = concat(this.#rest, bytes);
    while (this.#rest.length >= CHUNK_DATA_BYTES) {
      await this.#seal(this.#rest.subarray(0, CHUNK_DATA_BYTES));
      this.#rest = this.#rest.slice(CHUNK_DATA_BYTES);
    }
    if (this.#chunks * CHUNK_DATA_BYTES + this.#rest.length < this.about.bytes) return null;
    if (this.#rest.length > 0 || this.#chunks === 0) await this.#seal(this.#rest);
    while (this.#chunks < this.#sealer.chunks) await this.#seal(new Uint8Array(0));
    await this.#kept.close();
    this.#rest = new Uint8Array(0);
    const { name, type, bytes: length, day } = this.about;
    return { name, type, bytes: length, day, hash: await this.#sealer.contentHash(), key: this.#key };
  }

  /** What there is of it cannot be opened any more. */
  async giveUp(): Promise<void> {
    await this.#kept.close().catch(() => undefined);
    this.#rest.fill(0);
    this.#key.fill(0);
  }

  async #seal(data: Uint8Array): Promise<void> {
    const { chunk } = await this.#sealer.seal(this.#chunks, data);
    await this.#kept.write(this.#chunks, chunk);
    this.#chunks += 1;
  }
}
