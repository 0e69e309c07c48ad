/** What the page keeps on this device, in the sealed store: what was seen, unsent texts, preferences. */

import { bytesToHex, bytesToUtf8, hexToBytes, utf8ToBytes, wireText } from '@postern/protocol/bytes/encode';
import { Reader } from '@postern/protocol/bytes/reader';
import { Writer } from '@postern/protocol/bytes/writer';
import { CONVERSATION_ID_BYTES } from '@postern/protocol/constants';
import type { LocalStore } from '../engine/ports.ts';
import type { Preferences } from './api.ts';

const version = 1;
const names = {
  /** One record for each first byte of an id: few to read at the start, each short enough to be written often. */
  seen: (id: string) => `page/seen/${id.slice(0, 2)}`,
  allSeen: 'page/seen/',
  draft: (id: string) => `page/draft/${id}`,
  drafts: 'page/draft/',
  preferences: 'page/preferences',
} as const;

export const defaultPreferences: Preferences = { language: '', hasKeys: true };

export class PageRecords {
  readonly #store: LocalStore;
  readonly #seen = new Map<string, number>();
  readonly #drafts = new Set<string>();
  #preferences = defaultPreferences;

  private constructor(store: LocalStore) {
    this.#store = store;
  }

  static async load(store: LocalStore): Promise<PageRecords> {
    const records = new PageRecords(store);
    for (const name of await store.list(names.allSeen)) {
      for (const [id, messages] of decodeSeen(await store.get(name))) records.#seen.set(id, messages);
    }
    for (const name of await store.list(names.drafts)) records.#drafts.add(name.slice(names.drafts.length));
    records.#preferences = decodePreferences(await store.get(names.preferences));
    return records;
  }

  get preferences(): Preferences {
    return this.#preferences;
  }

  async setPreferences(preferences: Preferences): Promise<void> {
    this.#preferences = preferences;
    const { language, hasKeys } = preferences;
    await this.#store.set(
      names.preferences,
      new Writer()
        .u8(version)
        .text8(language)
        .u8(hasKeys ? 1 : 0)
        .done(),
    );
  }

  seen(id: string): number {
    return this.#seen.get(id) ?? 0;
  }

  async setSeen(id: string, messages: number): Promise<void> {
    if (this.seen(id) === messages) return;
    this.#seen.set(id, messages);
    const name = names.seen(id);
    const together = [...this.#seen].filter(([other]) => names.seen(other) === name);
    await this.#store.set(name, encodeSeen(together));
  }

  hasDraft(id: string): boolean {
    return this.#drafts.has(id);
  }

  async draft(id: string): Promise<string> {
    const bytes = this.#drafts.has(id) ? await this.#store.get(names.draft(id)) : null;
    return bytes === null ? '' : bytesToUtf8(bytes);
  }

  /** An empty text removes it. */
  async setDraft(id: string, text: string): Promise<void> {
    if (text === '') {
      if (this.#drafts.delete(id)) await this.#store.delete(names.draft(id));
      return;
    }
    this.#drafts.add(id);
    await this.#store.set(names.draft(id), utf8ToBytes(wireText(text)));
  }
}

function encodeSeen(seen: readonly (readonly [string, number])[]): Uint8Array {
  return new Writer()
    .u8(version)
    .list16(seen, ([id, messages], w) => w.bytes(hexToBytes(id), CONVERSATION_ID_BYTES).u16(messages))
    .done();
}

function decodeSeen(bytes: Uint8Array | null): (readonly [string, number])[] {
  if (bytes === null) return [];
  const reader = new Reader(bytes);
  reader.version(version);
  const seen = reader.list16(0xffff, (r) => [bytesToHex(r.bytes(CONVERSATION_ID_BYTES)), r.u16()] as const);
  reader.end();
  return seen;
}

function decodePreferences(bytes: Uint8Array | null): Preferences {
  if (bytes === null) return defaultPreferences;
  const reader = new Reader(bytes);
  reader.version(version);
  const preferences = { language: reader.text8(), hasKeys: reader.u8() === 1 };
  reader.end();
  return preferences;
}
