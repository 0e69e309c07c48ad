/** A desk's reply in the payload of an anonymous request of kind 2 (spec: protocol section 6). */

import { Reader } from '../bytes/reader.ts';
import { WireError } from '../bytes/wire-error.ts';
import { Writer } from '../bytes/writer.ts';
import { HASH_BYTES, LANE_DEPTH_MAX, REPLY_BODY_BYTES, REQUEST_PAYLOAD_BYTES } from '../constants.ts';

export type ReplyPayload = {
  /** T, 32 bytes. */
  readonly tagKey: Uint8Array;
  /** H(A), 32 bytes. */
  readonly ackId: Uint8Array;
  /** Bits of the prefix: 0 … 8. */
  readonly laneDepth: number;
  /** The first `laneDepth` bits of the source's lane, as a number below 2^laneDepth. */
  readonly lanePrefix: number;
  /** 2,048 bytes. */
  readonly body: Uint8Array;
};

const tagKeyBytes = 32;

/** `T[32], ack id[32], u8 lane depth, u16 lane prefix, body[2048], padding to 4,096` */
export function encodeReplyPayload(payload: ReplyPayload): Uint8Array {
  if (!isLane(payload)) throw new RangeError('encode a reply payload: its lane is out of range');
  return new Writer()
    .bytes(payload.tagKey, tagKeyBytes)
    .bytes(payload.ackId, HASH_BYTES)
    .u8(payload.laneDepth)
    .u16(payload.lanePrefix)
    .bytes(payload.body, REPLY_BODY_BYTES)
    .padTo(REQUEST_PAYLOAD_BYTES)
    .done();
}

/** @param bytes 4,096 @throws WireError */
export function decodeReplyPayload(bytes: Uint8Array): ReplyPayload {
  if (bytes.length !== REQUEST_PAYLOAD_BYTES) {
    throw new WireError('bad-length', `read a reply payload: ${bytes.length} bytes, wanted ${REQUEST_PAYLOAD_BYTES}`);
  }
  const reader = new Reader(bytes);
  const payload = {
    tagKey: reader.bytes(tagKeyBytes),
    ackId: reader.bytes(HASH_BYTES),
    laneDepth: reader.u8(),
    lanePrefix: reader.u16(),
    body: reader.bytes(REPLY_BODY_BYTES),
  };
  if (!isLane(payload)) throw new WireError('bad-value', 'read a reply payload: its lane is out of range');
  reader.zeros();
  return payload;
}

function isLane({ laneDepth, lanePrefix }: Pick<ReplyPayload, 'laneDepth' | 'lanePrefix'>): boolean {
  return laneDepth <= LANE_DEPTH_MAX && lanePrefix < 2 ** laneDepth;
}
