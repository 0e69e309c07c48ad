/** Files that somebody attaches to a reply: sealed as they are read, kept as drafts, posted before the reply is written. */

import { concat } from '@postern/protocol/bytes/encode';
import { CHUNK_DATA_BYTES, FILE_KEY_BYTES, FILES_MAX } from '@postern/protocol/constants';
import { chunkCount, FileSealer } from '@postern/protocol/files/chunks';
import { type FileDescriptor, wireFileName, wireFileType } from '@postern/protocol/files/descriptor';
import type { Random } from '@postern/protocol/primitives/random';
import { type FileFolder, type KeptFile, keptName } from './file-folder.ts';
import type { Transfers } from './transfers.ts';

/** What a browser says of a file. */
export interface GivenFile {
  readonly name: string;
  readonly type: string;
  readonly bytes: number;
  /** UTC day of its last change. */
  readonly day: number;
}

export interface Attachment {
  /** Hex: of the conversation that it is for. */
  readonly conversation: string;
  /** Hex: the name under which it is kept, as its transfer has it. */
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly bytes: number;
}

interface Draft {
  readonly conversation: string;
  readonly key: Uint8Array;
  readonly given: GivenFile;
  readonly sealer: FileSealer;
  readonly kept: KeptFile;
  chunks: number;
  rest: Uint8Array;
  file: FileDescriptor | null;
}

export class Attachments {
  readonly #drafts = new Map<string, Draft>();
  readonly #folder: FileFolder;
  readonly #transfers: Transfers;
  readonly #fingerprint: Uint8Array;
  readonly #random: Random;

  constructor(folder: FileFolder, transfers: Transfers, fingerprint: Uint8Array, random: Random) {
    this.#folder = folder;
    this.#transfers = transfers;
    this.#fingerprint = fingerprint;
    this.#random = random;
  }

  list(): Attachment[] {
    return [...this.#drafts].map(([id, { conversation, given }]) => {
      const { name, type, bytes } = given;
      return { conversation, id, name, type, bytes };
    });
  }

  /** @returns null with 16 of them already @throws RangeError above 500 MiB */
  async begin(conversation: string, given: GivenFile): Promise<string | null> {
    const own = this.list().filter((other) => other.conversation === conversation);
    if (own.length >= FILES_MAX) return null;
    const key = this.#random(FILE_KEY_BYTES);
    const sealer = new FileSealer(key, this.#fingerprint, given.bytes);
    const id = await keptName(key);
    const kept = await this.#folder.openKept(id, 'draft');
    const known = { ...given, name: wireFileName(given.name), type: wireFileType(given.type) };
    this.#drafts.set(id, {
      conversation,
      key,
      given: known,
      sealer,
      kept,
      chunks: 0,
      rest: new Uint8Array(0),
      file: null,
    });
    return id;
  }

  /**
   * Takes the next bytes of the file; when the last have come it is on its way.
   * @throws FileError changed, for more bytes than were told
   */
  async add(id: string, bytes: Uint8Array): Promise<boolean> {
    const draft = this.#drafts.get(id);
    if (draft === undefined || draft.file !== null) return false;
    draft.rest = concat(draft.rest, bytes);
    while (draft.rest.length >= CHUNK_DATA_BYTES) {
      await this.#seal(draft, draft.rest.subarray(0, CHUNK_DATA_BYTES));
      draft.rest = draft.rest.slice(CHUNK_DATA_BYTES);
    }
    if (draft.chunks * CHUNK_DATA_BYTES + draft.rest.length < draft.given.bytes) return true;
    if (draft.rest.length > 0 || draft.chunks === 0) await this.#seal(draft, draft.rest);
    const needed = chunkCount(draft.given.bytes);
    while (draft.chunks < needed) await this.#seal(draft, new Uint8Array(0));
    await draft.kept.close();
    draft.rest = new Uint8Array(0);
    const { name, type, bytes: length, day } = draft.given;
    draft.file = { name, type, bytes: length, day, hash: await draft.sealer.contentHash(), key: draft.key };
    await this.#transfers.post(draft.file);
    return true;
  }

  /** Once more, for one that is whole here and that the server had no room for or refused, or whose disk failed. */
  async again(id: string): Promise<void> {
    const file = this.#drafts.get(id)?.file;
    if (file != null) await this.#transfers.post(file);
  }

  /** The descriptors, once each is stored; null before, for one that is not known, and where another waits to go along. */
  ready(conversation: string, ids: readonly string[]): FileDescriptor[] | null {
    if (this.list().some((draft) => draft.conversation === conversation && !ids.includes(draft.id))) return null;
    const done = new Set(this.#transfers.list().flatMap(({ name, state }) => (state === 'done' ? [name] : [])));
    const files = ids.map((id) => {
      const draft = this.#drafts.get(id);
      return draft?.conversation === conversation && done.has(id) ? draft.file : null;
    });
    return files.every((file) => file !== null) ? files : null;
  }

  /** A reply names them now: they are kept as what was sent. */
  async sent(ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      this.#drafts.delete(id);
      await this.#folder.rename(id, 'draft', 'whole');
    }
  }

  /** What the server has of it expires by itself; without its key nobody can open it. */
  async drop(id: string): Promise<void> {
    const draft = this.#drafts.get(id);
    if (draft === undefined) return;
    this.#drafts.delete(id);
    this.#transfers.stop(id);
    if (draft.file === null) await draft.kept.close();
    draft.key.fill(0);
    await this.#folder.remove(id, 'draft');
  }

  async close(): Promise<void> {
    for (const id of [...this.#drafts.keys()]) await this.drop(id);
  }

  async #seal(draft: Draft, data: Uint8Array): Promise<void> {
    const { chunk } = await draft.sealer.seal(draft.chunks, data);
    await draft.kept.write(draft.chunks, chunk);
    draft.chunks += 1;
  }
}
