/** The inside of an envelope: submission, cover or receipt (spec/protocol.md, section 4). */

import { Reader } from '../bytes/reader.ts';
import { WireError } from '../bytes/wire-error.ts';
import { Writer } from '../bytes/writer.ts';
import {
  CONVERSATION_ID_BYTES,
  ENVELOPE_SIGNED_BYTES,
  MESSAGE_ID_BYTES,
  PARTS_MAX,
  PIECE_BYTES_MAX,
  ROOT_BYTES,
} from '../constants.ts';
import { decodeReceipt } from './receipt.ts';

/** One part of a submission, a cover or a receipt, without padding and signature. */
export interface Inside {
  readonly kind: 'submission' | 'cover' | 'receipt';
  /** From 0. */
  readonly part: number;
  /** 1 to 4. */
  readonly parts: number;
  /** 16 bytes, the same in all parts. */
  readonly messageId: Uint8Array;
  /** 32 bytes: the Ed25519 key that signs. */
  readonly conversationId: Uint8Array;
  /** The source's day. */
  readonly day: number;
  /** That day's root, 32 bytes, secret. */
  readonly root: Uint8Array;
  /** The two lane bytes as a number. */
  readonly lane: number;
  /** At most 2,800 bytes; the numbers of a receipt. */
  readonly piece: Uint8Array;
}

const version = 1;
const kinds = { submission: 1, cover: 2, receipt: 3 } as const;

/** The fields alone, 92 bytes and the piece. @throws RangeError for a field that does not fit */
export function encodeInside(inside: Inside): Uint8Array {
  const { part, parts, piece } = inside;
  if (!(parts >= 1 && parts <= PARTS_MAX && part < parts)) throw new RangeError(`encode part ${part} of ${parts}`);
  if (piece.length > PIECE_BYTES_MAX)
    throw new RangeError(`encode a piece: ${piece.length} bytes, at most ${PIECE_BYTES_MAX}`);
  return new Writer()
    .u8(version)
    .u8(kinds[inside.kind])
    .u8(part)
    .u8(parts)
    .bytes(inside.messageId, MESSAGE_ID_BYTES)
    .bytes(inside.conversationId, CONVERSATION_ID_BYTES)
    .u32(inside.day)
    .bytes(inside.root, ROOT_BYTES)
    .u16(inside.lane)
    .var16(piece)
    .done();
}

/** Reads the fields alone, as the log keeps them. @throws WireError */
export function decodeInside(bytes: Uint8Array): Inside {
  const reader = new Reader(bytes);
  const inside = readInside(reader);
  reader.end();
  return inside;
}

/** The fields and zeros, 2,896 bytes. */
export function encodePaddedInside(inside: Inside): Uint8Array {
  const fields = encodeInside(inside);
  return new Writer().bytes(fields, fields.length).padTo(ENVELOPE_SIGNED_BYTES).done();
}

/** @param bytes 2,896 of them. @throws WireError */
export function decodePaddedInside(bytes: Uint8Array): Inside {
  if (bytes.length !== ENVELOPE_SIGNED_BYTES) {
    throw new WireError('bad-length', `read an inside: ${bytes.length} bytes, wanted ${ENVELOPE_SIGNED_BYTES}`);
  }
  const reader = new Reader(bytes);
  const inside = readInside(reader);
  reader.zeros();
  return inside;
}

function readInside(reader: Reader): Inside {
  reader.version(version);
  const kind = readKind(reader.u8());
  const part = reader.u8();
  const parts = reader.u8();
  if (parts < 1 || parts > PARTS_MAX || part >= parts) {
    throw new WireError('bad-value', `read an inside: part ${part} of ${parts}, wanted at most ${PARTS_MAX}`);
  }
  return {
    kind,
    part,
    parts,
    messageId: reader.bytes(MESSAGE_ID_BYTES),
    conversationId: reader.bytes(CONVERSATION_ID_BYTES),
    day: reader.u32(),
    root: reader.bytes(ROOT_BYTES),
    lane: reader.u16(),
    piece: readPiece(reader, kind, parts),
  };
}

function readKind(kind: number): Inside['kind'] {
  if (kind === kinds.submission) return 'submission';
  if (kind === kinds.cover) return 'cover';
  if (kind === kinds.receipt) return 'receipt';
  throw new WireError('bad-value', `read an inside: kind ${kind}, wanted 1 to 3`);
}

/** That of a receipt is read here too, so that nobody holds one that cannot be. */
function readPiece(reader: Reader, kind: Inside['kind'], parts: number): Uint8Array {
  const piece = reader.var16(PIECE_BYTES_MAX);
  if (kind === 'receipt') {
    if (parts !== 1) throw new WireError('bad-value', `read an inside: a receipt in ${parts} parts, wanted 1`);
    decodeReceipt(piece);
  }
  return piece;
}
