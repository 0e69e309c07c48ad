/** What the page keeps on this device, in the sealed store: what was seen, unsent texts and notes, preferences. */

import { isDeepStrictEqual } from 'node:util';
import { bytesToUtf8, utf8ToBytes, wireText } from '@postern/protocol/bytes/encode';
import { Reader } from '@postern/protocol/bytes/reader';
import { Writer } from '@postern/protocol/bytes/writer';
import type { LocalStore } from '../engine/ports.ts';
import type { Preferences } from './api.ts';
import { decodeSeen, encodeSeen, nothingSeen, type Seen } from './seen.ts';

const version = 1;

const names = {
  /** One record for each first byte of an id: few to read at the start, each short enough to be written often. */
  seen: (id: string) => `page/seen/${id.slice(0, 2)}`,
  allSeen: 'page/seen/',
  draft: (id: string) => `page/draft/${id}`,
  drafts: 'page/draft/',
  note: (id: string) => `page/note/${id}`,
  notes: 'page/note/',
  preferences: 'page/preferences',
} as const;

export const defaultPreferences: Preferences = { language: '', hasKeys: true };

export class PageRecords {
  readonly #store: LocalStore;
  readonly #seen = new Map<string, Seen>();
  readonly #drafts = new Set<string>();
  #preferences = defaultPreferences;

  private constructor(store: LocalStore) {
    this.#store = store;
  }

  static async load(store: LocalStore): Promise<PageRecords> {
    const records = new PageRecords(store);
    for (const name of await store.list(names.allSeen)) {
      const bytes = await store.get(name);
      for (const [id, seen] of bytes === null ? [] : decodeSeen(bytes)) records.#seen.set(id, seen);
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

  seen(id: string): Seen {
    return this.#seen.get(id) ?? nothingSeen;
  }

  async setSeen(id: string, seen: Seen): Promise<void> {
    await this.setSeenAll([[id, seen]]);
  }

  async setSeenAll(all: readonly (readonly [string, Seen])[]): Promise<void> {
    const changed = all.filter(([id, seen]) => !isDeepStrictEqual(seen, this.seen(id)));
    for (const [id, seen] of changed) this.#seen.set(id, seen);
    await this.#keepSeen(changed.map(([id]) => id));
  }

  async #keepSeen(ids: readonly string[]): Promise<void> {
    const writes = [...new Set(ids.map(names.seen))].map((key) => {
      const together = [...this.#seen].filter(([id]) => names.seen(id) === key);
      return { key, bytes: together.length === 0 ? null : encodeSeen(together) };
    });
    if (writes.length > 0) await this.#store.transaction(writes);
  }

  /** Nothing of a case that has ended stays. */
  async forget(id: string): Promise<void> {
    await this.setDraft(id, '');
    await this.setNote(id, '');
    if (this.#seen.delete(id)) await this.#keepSeen([id]);
  }

  /** What another run left of cases that have ended since: it may have been stopped before it had erased that. */
  async forgetAllBut(ids: readonly string[]): Promise<void> {
    const here = new Set(ids);
    const noted = (await this.#store.list(names.notes)).map((name) => name.slice(names.notes.length));
    const known = [...this.#drafts, ...noted, ...this.#seen.keys()];
    for (const id of new Set(known)) if (!here.has(id)) await this.forget(id);
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

  /** A note for the team that was begun. */
  async note(id: string): Promise<string> {
    const bytes = await this.#store.get(names.note(id));
    return bytes === null ? '' : bytesToUtf8(bytes);
  }

  /** An empty text removes it. */
  async setNote(id: string, text: string): Promise<void> {
    if (text === '') await this.#store.delete(names.note(id));
    else await this.#store.set(names.note(id), utf8ToBytes(wireText(text)));
  }
}

function decodePreferences(bytes: Uint8Array | null): Preferences {
  if (bytes === null) return defaultPreferences;
  const reader = new Reader(bytes);
  reader.version(version);
  const preferences = { language: reader.text8(), hasKeys: reader.u8() === 1 };
  reader.end();
  return preferences;
}
