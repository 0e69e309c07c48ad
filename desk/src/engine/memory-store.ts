/** A local store in memory, for tests and the simulator: unsealed, so that tests can look for what must be gone. */

import type { LocalStore, StoreWrite } from './ports.ts';

export class MemoryStore implements LocalStore {
  readonly #records = new Map<string, Uint8Array>();
  /** Makes each later write fail, as a full or broken disk does. */
  isBroken = false;

  async get(key: string): Promise<Uint8Array | null> {
    const bytes = this.#records.get(key);
    return bytes === undefined ? null : bytes.slice();
  }

  async set(key: string, bytes: Uint8Array): Promise<void> {
    await this.transaction([{ key, bytes }]);
  }

  async delete(key: string): Promise<void> {
    await this.transaction([{ key, bytes: null }]);
  }

  async list(prefix: string): Promise<string[]> {
    return [...this.#records.keys()].filter((key) => key.startsWith(prefix)).sort();
  }

  async transaction(writes: readonly StoreWrite[]): Promise<void> {
    if (this.isBroken) throw new Error('write to the store: it is broken');
    for (const { key, bytes } of writes) {
      if (bytes === null) this.#records.delete(key);
      // A copy whatever comes: `slice` of a Buffer is none, and whoever wrote it may erase it.
      else this.#records.set(key, new Uint8Array(bytes));
    }
  }

  /** Keys of the records that hold these bytes anywhere. */
  find(needle: Uint8Array): string[] {
    return [...this.#records]
      .filter(([, bytes]) => Buffer.from(bytes).includes(Buffer.from(needle)))
      .map(([key]) => key);
  }

  /** What a thief or a crash finds: everything, in a store of its own. */
  copy(): MemoryStore {
    const copy = new MemoryStore();
    for (const [key, bytes] of this.#records) copy.#records.set(key, bytes.slice());
    return copy;
  }
}
