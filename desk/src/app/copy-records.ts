/** Which safe copies and texts this device keeps of a case's files, with their keys, in the sealed store. They go with the case. */

import { bytesToHex, hexToBytes } from '@postern/protocol/bytes/encode';
import { Reader } from '@postern/protocol/bytes/reader';
import { WireError } from '@postern/protocol/bytes/wire-error';
import { Writer } from '@postern/protocol/bytes/writer';
import { type FileDescriptor, readDescriptor, writeDescriptor } from '@postern/protocol/files/descriptor';
import type { LocalStore } from '../engine/ports.ts';
import type { FileView } from '../engine/view.ts';

/** Those of the first version were all of safe copies. */
const versions = [1, 2] as const;
const messageIdBytes = 16;
export const copiesMax = 255;

/** `copy`: pages as pixels, or the text beside them. `text`: the text alone, for whoever reads and searches here. */
const copyForms = ['copy', 'text'] as const;
type CopyForm = (typeof copyForms)[number];

/** A copy, and the place of its original. */
export interface CopyRecord {
  readonly form: CopyForm;
  /** Hex of the message or reply. */
  readonly message: string;
  readonly at: number;
  readonly file: FileDescriptor;
}

/** A safe copy or a text as the page shows it, below its original. */
export interface CopyView {
  readonly form: CopyForm;
  readonly message: string;
  readonly at: number;
  readonly file: FileView;
}

/** `none`: the case has no such file. `full`: so many copies are kept. */
export type CopyProblem = 'none' | 'full' | 'incomplete' | 'disk';

const all = 'page/copies/';
const nameOf = (id: string): string => all + id;

/** @param id hex of the case */
export async function readCopies(store: LocalStore, id: string): Promise<readonly CopyRecord[]> {
  const bytes = await store.get(nameOf(id));
  if (bytes === null) return [];
  const reader = new Reader(bytes);
  const version = reader.u8();
  if (version !== versions[0] && version !== versions[1]) {
    throw new WireError('unknown-version', `read copies: ${version}, wanted ${versions.join(' or ')}`);
  }
  const copies = reader.list8(copiesMax, (r) => ({
    form: version === versions[0] ? 'copy' : readForm(r),
    message: bytesToHex(r.bytes(messageIdBytes)),
    at: r.u8(),
    file: readDescriptor(r),
  }));
  reader.end();
  return copies;
}

function readForm(reader: Reader): CopyForm {
  const form = copyForms[reader.u8()];
  if (form === undefined) throw new WireError('bad-value', 'read copies: one of an unknown form');
  return form;
}

/** Hex ids. */
export async function casesWithCopies(store: LocalStore): Promise<readonly string[]> {
  return (await store.list(all)).map((name) => name.slice(all.length));
}

/** None removes the record. */
export async function writeCopies(store: LocalStore, id: string, copies: readonly CopyRecord[]): Promise<void> {
  if (copies.length === 0) return store.delete(nameOf(id));
  const writer = new Writer().u8(versions[1]).list8(copies, ({ form, message, at, file }, w) => {
    writeDescriptor(file, w.u8(copyForms.indexOf(form)).bytes(hexToBytes(message), messageIdBytes).u8(at));
  });
  await store.set(nameOf(id), writer.done());
}
