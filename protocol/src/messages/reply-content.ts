/** What a desk says in one reply, and its way through raw deflate into pieces (spec/protocol.md, section 5). */

import { concat, wireText } from '../bytes/encode.ts';
import { Reader } from '../bytes/reader.ts';
import { Writer } from '../bytes/writer.ts';
import { REPLY_CONTENT_BYTES_MAX, REPLY_PARTS_MAX, REPLY_TEXT_BYTES_MAX } from '../constants.ts';
import { type FileDescriptor, readFiles, writeFiles } from '../files/descriptor.ts';
import { deflate, inflate } from '../primitives/deflate.ts';
import { cut } from './content.ts';

export interface ReplyContent {
  readonly text: string;
  /** At most 16. */
  readonly files: readonly FileDescriptor[];
}

const version = 1;

/** `u8 version, text: var32, files: list8 of file`. @throws RangeError for more than 16,384 bytes, or a field that does not fit */
export function encodeReplyContent({ text, files }: ReplyContent): Uint8Array {
  const writer = new Writer().u8(version).text32(wireText(text));
  writeFiles(files, writer);
  const bytes = writer.done();
  if (bytes.length > REPLY_CONTENT_BYTES_MAX) {
    throw new RangeError(`encode a reply: ${bytes.length} bytes, wanted at most ${REPLY_CONTENT_BYTES_MAX}`);
  }
  return bytes;
}

/** @throws WireError */
export function decodeReplyContent(bytes: Uint8Array): ReplyContent {
  const reader = new Reader(bytes);
  reader.version(version);
  const text = reader.text32(REPLY_CONTENT_BYTES_MAX);
  const files = readFiles(reader);
  reader.end();
  return { text, files };
}

/**
 * Cuts a content into the pieces of 1 to 8 replies. Engines deflate differently, so the pieces are kept, never made twice.
 * @throws RangeError for a content of more than 16,384 bytes, or one that needs more than 8 replies
 */
export async function splitReply(content: ReplyContent): Promise<Uint8Array[]> {
  return cut(await deflate(encodeReplyContent(content)), REPLY_TEXT_BYTES_MAX, REPLY_PARTS_MAX);
}

/** The content of all pieces in their order. @throws WireError for anything that is not one deflated content of 16,384 bytes at most */
export async function joinReply(pieces: readonly Uint8Array[]): Promise<ReplyContent> {
  return decodeReplyContent(await inflate(concat(...pieces), REPLY_CONTENT_BYTES_MAX));
}
