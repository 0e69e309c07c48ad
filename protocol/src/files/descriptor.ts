/** What a message says of one file: the struct that travels in an envelope or a reply (spec/protocol.md, section 6.3). */

import { utf8ToBytes, wireText } from '../bytes/encode.ts';
import type { Reader } from '../bytes/reader.ts';
import { WireError } from '../bytes/wire-error.ts';
import type { Writer } from '../bytes/writer.ts';
import { FILE_BYTES_MAX, FILE_KEY_BYTES, FILE_NAME_BYTES_MAX, FILES_MAX, HASH_BYTES } from '../constants.ts';

/** A file, named only inside what is sealed. */
export interface FileDescriptor {
  /** 1 to 200 bytes of UTF-8, without what could be taken for a path or turns the direction of writing. */
  readonly name: string;
  /** A media type such as `image/jpeg`, lower case; empty if it is not known. */
  readonly type: string;
  /** Of the content, at most 500 MiB. */
  readonly bytes: number;
  /** On which it was changed last, 0 if that is not told. */
  readonly day: number;
  /** H(H(data of chunk 0) ‖ H(data of chunk 1) ‖ …), see `contentHash`. */
  readonly hash: Uint8Array;
  /** 32 bytes, fresh for this file and message. */
  readonly key: Uint8Array;
}

const typeForm = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,60}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,60}$/;
// Control characters, separators of paths, and marks that turn the direction of writing: `gpj.exe` must not read as `exe.jpg`.
const refusedInNames = /[\p{Cc}\p{Zl}\p{Zp}/\\\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

/** `text8 name, text8 type, u32 bytes, u32 day, hash[32], key[32]`. @throws RangeError for a field that is not of its form */
export function writeDescriptor(file: FileDescriptor, writer: Writer): void {
  const wrong = descriptorProblem(file);
  if (wrong !== null) throw new RangeError(`encode a file: ${wrong}`);
  writer.text8(file.name).text8(file.type).u32(file.bytes).u32(file.day);
  writer.bytes(file.hash, HASH_BYTES).bytes(file.key, FILE_KEY_BYTES);
}

/** @throws WireError */
export function readDescriptor(reader: Reader): FileDescriptor {
  const file = {
    name: reader.text8(),
    type: reader.text8(),
    bytes: reader.u32(),
    day: reader.u32(),
    hash: reader.bytes(HASH_BYTES),
    key: reader.bytes(FILE_KEY_BYTES),
  };
  const wrong = descriptorProblem(file);
  if (wrong !== null) throw new WireError('bad-value', `read a file: ${wrong}`);
  return file;
}

/** The files of one message, 16 at the most. @throws RangeError */
export function writeFiles(files: readonly FileDescriptor[], writer: Writer): void {
  if (files.length > FILES_MAX) throw new RangeError(`encode files: ${files.length}, wanted at most ${FILES_MAX}`);
  writer.list8(files, writeDescriptor);
}

/** @throws WireError */
export function readFiles(reader: Reader): FileDescriptor[] {
  return reader.list8(FILES_MAX, readDescriptor);
}

/** A name as an operating system gives it, in the form that a descriptor takes: its last part, cut where it is too long. */
export function wireFileName(name: string): string {
  const last = wireText(name).split(/[/\\]/).at(-1) ?? '';
  const kept = [...last].filter((character) => !refusedInNames.test(character)).join('');
  const dot = kept.lastIndexOf('.');
  const [stem, ending] = dot > 0 && kept.length - dot <= 12 ? [kept.slice(0, dot), kept.slice(dot)] : [kept, ''];
  let characters = [...stem];
  while (utf8ToBytes(characters.join('') + ending).length > FILE_NAME_BYTES_MAX) characters = characters.slice(0, -1);
  const fitting = characters.join('') + ending;
  return isName(fitting) ? fitting : 'file';
}

/** A media type as a browser gives it, or the empty one. */
export function wireFileType(type: string): string {
  const bare = (type.split(';')[0] ?? '').trim().toLowerCase();
  return typeForm.test(bare) ? bare : '';
}

function descriptorProblem({ name, type, bytes }: FileDescriptor): string | null {
  if (!isName(name)) return 'the name is not of its form';
  if (type !== '' && !typeForm.test(type)) return 'the type is not of its form';
  if (bytes > FILE_BYTES_MAX) return `${bytes} bytes, wanted at most ${FILE_BYTES_MAX}`;
  return null;
}

function isName(name: string): boolean {
  if (refusedInNames.test(name) || name === '.' || name === '..' || name.trim() === '') return false;
  return utf8ToBytes(name).length <= FILE_NAME_BYTES_MAX;
}
