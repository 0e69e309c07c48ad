/** Which kept files belong to which case, in the sealed store: when a case ends its keys go, and nothing else says that a file was of it. */

import { bytesToHex, hexToBytes } from '@postern/protocol/bytes/encode';
import { Reader } from '@postern/protocol/bytes/reader';
import { Writer } from '@postern/protocol/bytes/writer';
import type { LocalStore } from '../engine/ports.ts';
import { Turns } from '../engine/turns.ts';

const version = 1;
const nameBytes = 16;
const prefix = 'page/kept/';

export class KeptRecords {
  readonly #store: LocalStore;
  readonly #remove: (kept: string) => Promise<void>;
  /** One change after the other: each reads what is there before. */
  readonly #turns = new Turns();

  /** @param remove a file, by the name under which it is kept */
  constructor(store: LocalStore, remove: (kept: string) => Promise<void>) {
    this.#store = store;
    this.#remove = remove;
  }

  /** @param names of files of the case that are kept, or will be. Resolves when that is written */
  note(id: string, names: readonly string[]): Promise<void> {
    return this.#turns.run(async () => {
      const known = await this.#read(id);
      const all = new Set([...known, ...names]);
      if (all.size === known.length) return;
      const writer = new Writer().u8(version);
      await this.#store.set(
        `${prefix}${id}`,
        writer.list16([...all].sort(), (name) => writer.bytes(hexToBytes(name), nameBytes)).done(),
      );
    });
  }

  /** Removes the files of a case that has ended. */
  forget(id: string): Promise<void> {
    return this.#turns.run(async () => {
      for (const name of await this.#read(id)) await this.#remove(name);
      await this.#store.delete(`${prefix}${id}`);
    });
  }

  /** What another run left of cases that have ended since. */
  async forgetAllBut(ids: readonly string[]): Promise<void> {
    const here = new Set(ids);
    const known = (await this.#store.list(prefix)).map((name) => name.slice(prefix.length));
    for (const id of known) if (!here.has(id)) await this.forget(id);
  }

  async #read(id: string): Promise<readonly string[]> {
    const bytes = await this.#store.get(`${prefix}${id}`);
    if (bytes === null) return [];
    const reader = new Reader(bytes);
    reader.version(version);
    const names = reader.list16(0xffff, () => bytesToHex(reader.bytes(nameBytes)));
    reader.end();
    return names;
  }
}
