/** What a device remembers of files that are attached to replies not sent yet, with their keys, in the sealed store. */

import { Reader } from '@postern/protocol/bytes/reader';
import { WireError } from '@postern/protocol/bytes/wire-error';
import { Writer } from '@postern/protocol/bytes/writer';
import { type FileDescriptor, readDescriptor, writeDescriptor } from '@postern/protocol/files/descriptor';
import type { LocalStore, StoreWrite } from '../engine/ports.ts';

const version = 1;
const prefix = 'page/attached/';

/** One that is sealed whole on this device. */
export interface WholeAttachment {
  readonly file: FileDescriptor;
  readonly isCleaned: boolean;
  /** Chunks that the server has answered for. */
  readonly stored: number;
  /** UTC day from which on it may have some; 0 before. */
  readonly since: number;
}

/** Until all of a file is sealed only its name is written down: what there is of it is of no use without its key. */
export type AttachmentRecord = (WholeAttachment | { readonly name: string }) & {
  /** Files stand in the reply by this, ascending. */
  readonly order: number;
};

export interface AttachmentPlace {
  /** Hex of the case. */
  readonly conversation: string;
  /** 32 hex digits: the name under which the file is kept. */
  readonly id: string;
}

const keyOf = ({ conversation, id }: AttachmentPlace): string => `${prefix}${conversation}/${id}`;

/** @param conversation all of them unless told */
export async function listAttachments(store: LocalStore, conversation?: string): Promise<readonly AttachmentPlace[]> {
  const keys = await store.list(conversation === undefined ? prefix : `${prefix}${conversation}/`);
  return keys.map((key) => {
    const [of = '', id = ''] = key.slice(prefix.length).split('/');
    return { conversation: of, id };
  });
}

/** @throws WireError */
export async function readAttachment(store: LocalStore, place: AttachmentPlace): Promise<AttachmentRecord | null> {
  const bytes = await store.get(keyOf(place));
  if (bytes === null) return null;
  const reader = new Reader(bytes);
  reader.version(version);
  const form = reader.u8();
  if (form > 1) throw new WireError('bad-value', 'read an attachment: of an unknown form');
  const order = reader.u32();
  const record = form === 0 ? { name: reader.text8() } : readWhole(reader);
  reader.end();
  return { ...record, order };
}

function readWhole(reader: Reader): WholeAttachment {
  const file = readDescriptor(reader);
  return { file, isCleaned: reader.u8() === 1, stored: reader.u32(), since: reader.u32() };
}

/** @param record null removes it */
export function attachmentWrite(place: AttachmentPlace, record: AttachmentRecord | null): StoreWrite {
  if (record === null) return { key: keyOf(place), bytes: null };
  const writer = new Writer().u8(version);
  if ('name' in record) return { key: keyOf(place), bytes: writer.u8(0).u32(record.order).text8(record.name).done() };
  writeDescriptor(record.file, writer.u8(1).u32(record.order));
  const { isCleaned, stored, since } = record;
  return { key: keyOf(place), bytes: writer.u8(Number(isCleaned)).u32(stored).u32(since).done() };
}
