/** What the search knows of each file of a case, and of which it knows nothing and why: in the sealed store, gone with the case (decisions/0134). */

import { bytesToHex, hexToBytes, wireText } from '@postern/protocol/bytes/encode';
import { Reader } from '@postern/protocol/bytes/reader';
import { WireError } from '@postern/protocol/bytes/wire-error';
import { Writer } from '@postern/protocol/bytes/writer';
import type { LocalStore } from '../engine/ports.ts';
import { filesTextMax } from '../files/copy-limits.ts';
import { type WordState, wordStates } from './word-states.ts';

const version = 1;
const nameBytes = 16;
const all = 'page/words/';

export interface WordRecord {
  readonly state: WordState;
  /** How often its reading has begun. */
  readonly tries: number;
  readonly text: string;
}

/** By the names under which files are kept. */
export type WordRecords = ReadonlyMap<string, WordRecord>;

/** @param id hex of the case */
export async function readWordRecords(store: LocalStore, id: string): Promise<WordRecords> {
  const bytes = await store.get(all + id);
  if (bytes === null) return new Map();
  const reader = new Reader(bytes);
  reader.version(version);
  const records = reader.list16(0xffff, (r): readonly [string, WordRecord] => [
    bytesToHex(r.bytes(nameBytes)),
    { state: readState(r), tries: r.u8(), text: r.text32(3 * filesTextMax) },
  ]);
  reader.end();
  return new Map(records);
}

function readState(reader: Reader): WordState {
  const state = wordStates[reader.u8()];
  if (state === undefined) throw new WireError('bad-value', 'read words of files: one of an unknown state');
  return state;
}

/** None removes the record. */
export async function writeWordRecords(store: LocalStore, id: string, records: WordRecords): Promise<void> {
  if (records.size === 0) return store.delete(all + id);
  const writer = new Writer().u8(version).list16([...records], ([kept, { state, tries, text }], w) => {
    w.bytes(hexToBytes(kept), nameBytes).u8(wordStates.indexOf(state)).u8(tries).text32(wireText(text));
  });
  await store.set(all + id, writer.done());
}

/** Hex ids. */
export async function casesWithWords(store: LocalStore): Promise<readonly string[]> {
  return (await store.list(all)).map((name) => name.slice(all.length));
}
