/** Binary HTTP messages without fields, in the known-length form (RFC 9292; spec: protocol section 6). */

import { bytesToUtf8, concat, utf8ToBytes } from '../bytes/encode.ts';
import { Reader } from '../bytes/reader.ts';
import { WireError } from '../bytes/wire-error.ts';

export type BinaryRequest = {
  readonly method: string;
  readonly scheme: string;
  readonly authority: string;
  readonly path: string;
  readonly content: Uint8Array;
};

export type BinaryResponse = {
  /** 200 … 599: informational responses are not part of this form. */
  readonly status: number;
  readonly content: Uint8Array;
};

const knownLengthRequest = 0;
const knownLengthResponse = 1;
const controlTextBytesMax = 255;

/** The request padded with zeros. @param total length in bytes @throws RangeError if it does not fit */
export function encodeBinaryRequest(request: BinaryRequest, total: number): Uint8Array {
  const { method, scheme, authority, path } = request;
  const control = [method, scheme, authority, path].flatMap((text) => withLength(utf8ToBytes(text)));
  return padded([encodeVarint(knownLengthRequest), ...control, ...sections(request.content)], total);
}

/** The response padded with zeros. @param total length in bytes @throws RangeError if it does not fit */
export function encodeBinaryResponse(response: BinaryResponse, total: number): Uint8Array {
  checkFinalStatus(response.status);
  const control = [encodeVarint(knownLengthResponse), encodeVarint(response.status)];
  return padded([...control, ...sections(response.content)], total);
}

/**
 * Reads a request. As RFC 9292 has it, integers may be longer than they need be (section 3), sections that are empty
 * at the end may be missing (section 3.8), and zeros may follow.
 * @throws WireError for the indeterminate-length form, a header or trailer field, or anything that is not a request
 */
export function decodeBinaryRequest(bytes: Uint8Array): BinaryRequest {
  const reader = new Reader(bytes);
  readFraming(reader, knownLengthRequest);
  const method = readControlText(reader);
  const scheme = readControlText(reader);
  const authority = readControlText(reader);
  const path = readControlText(reader);
  return { method, scheme, authority, path, content: readSections(reader) };
}

/** Reads a response; see {@link decodeBinaryRequest}. @throws WireError */
export function decodeBinaryResponse(bytes: Uint8Array): BinaryResponse {
  const reader = new Reader(bytes);
  readFraming(reader, knownLengthResponse);
  const status = readVarint(reader);
  if (!isFinalStatus(status)) throw new WireError('bad-value', 'read a binary response: the status is not a final one');
  return { status, content: readSections(reader) };
}

/** No header fields, the content, no trailer fields. */
function sections(content: Uint8Array): Uint8Array[] {
  return [encodeVarint(0), ...withLength(content), encodeVarint(0)];
}

function padded(parts: readonly Uint8Array[], total: number): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  if (length > total) throw new RangeError(`pad a binary message: ${length} bytes, wanted at most ${total}`);
  return concat(...parts, new Uint8Array(total - length));
}

function withLength(bytes: Uint8Array): Uint8Array[] {
  return [encodeVarint(bytes.length), bytes];
}

/** The shortest form of RFC 9000 section 16. */
function encodeVarint(value: number): Uint8Array {
  if (value < 2 ** 6) return Uint8Array.of(value);
  if (value < 2 ** 14) return Uint8Array.of(0x40 | (value >>> 8), value & 0xff);
  if (value < 2 ** 30) {
    return Uint8Array.of(0x80 | (value >>> 24), (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff);
  }
  throw new RangeError('encode a variable-length integer: the value does not fit 30 bits');
}

function readFraming(reader: Reader, wanted: number): void {
  if (readVarint(reader) !== wanted) {
    throw new WireError('bad-value', 'read a binary message: its framing is not the known-length form wanted');
  }
}

function readControlText(reader: Reader): string {
  const length = readVarint(reader);
  if (length > controlTextBytesMax) {
    throw new WireError('bad-length', `read control data: ${length} bytes, wanted at most ${controlTextBytesMax}`);
  }
  return bytesToUtf8(reader.bytes(length));
}

function readSections(reader: Reader): Uint8Array {
  readNoFields(reader);
  const content = reader.remaining === 0 ? new Uint8Array(0) : reader.bytes(readVarint(reader));
  readNoFields(reader);
  reader.zeros();
  return content;
}

function readNoFields(reader: Reader): void {
  if (reader.remaining > 0 && readVarint(reader) !== 0) {
    throw new WireError('bad-value', 'read a binary message: it has fields, wanted none');
  }
}

function readVarint(reader: Reader): number {
  const first = reader.u8();
  let value = first & 0x3f;
  for (let more = (1 << (first >> 6)) - 1; more > 0; more--) value = value * 0x100 + reader.u8();
  return value;
}

function isFinalStatus(status: number): boolean {
  return status >= 200 && status <= 599;
}

function checkFinalStatus(status: number): void {
  if (!isFinalStatus(status)) throw new RangeError('encode a binary response: the status is not a final one');
}
