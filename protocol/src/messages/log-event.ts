/** What a team does to its cases, as events that a log entry carries (spec/protocol.md, section 7.2). */

import { Reader } from '../bytes/reader.ts';
import { WireError } from '../bytes/wire-error.ts';
import { Writer } from '../bytes/writer.ts';
import {
  CLOCK_DAYS,
  CONVERSATION_ID_BYTES,
  DEVICE_ID_BYTES,
  HASH_BYTES,
  LOG_EVENTS_BYTES,
  MESSAGE_ID_BYTES,
  REPLY_PARTS_MAX,
  REPLY_TEXT_BYTES_MAX,
} from '../constants.ts';
import { type CaseEvent, caseEventTypes, isCaseEvent, readCaseEvent, writeCaseEvent } from './case-event.ts';
import { decodeInside } from './inside.ts';

export type LogEvent =
  | CaseEvent
  /** An envelope was opened; `day` is the day key's, `inside` has neither padding nor signature. */
  | {
      readonly kind: 'received';
      readonly envelopeId: Uint8Array;
      readonly day: number;
      readonly inside: Uint8Array;
    }
  /** A text was written on `day`; its raw deflate in 1 to 8 pieces. */
  | {
      readonly kind: 'reply';
      readonly conversationId: Uint8Array;
      readonly messageId: Uint8Array;
      readonly day: number;
      readonly pieces: readonly Uint8Array[];
    }
  | { readonly kind: 'posted'; readonly conversationId: Uint8Array; readonly number: number }
  | { readonly kind: 'collected'; readonly conversationId: Uint8Array; readonly number: number }
  /** All envelopes of the day have been tried by the signing device. */
  | { readonly kind: 'day-finished'; readonly day: number };

const types = { received: 1, reply: 2, posted: 3, collected: 4, 'day-finished': 5, ...caseEventTypes } as const;

/** Bytes for the events of one entry, with their type and length: 12,911. */
export const eventRoomBytes: number = LOG_EVENTS_BYTES - DEVICE_ID_BYTES - 2;

/** `u8 type, var16 body`. @throws RangeError for a field that does not fit */
export function encodeEvent(event: LogEvent): Uint8Array {
  return new Writer().u8(types[event.kind]).var16(encodeBody(event)).done();
}

/** Reads one event. @throws WireError, also for a type that this version does not know */
export function readEvent(reader: Reader): LogEvent {
  const type = reader.u8();
  const body = new Reader(reader.var16());
  const event = readBody(type, body);
  body.end();
  return event;
}

/**
 * Takes events from the front for one entry, as many as have room, and never changes their order.
 * @throws RangeError for an event that no entry has room for
 */
export function packEvents(events: readonly LogEvent[]): { entry: LogEvent[]; rest: LogEvent[] } {
  let room = eventRoomBytes;
  let count = 0;
  for (const event of events) {
    const { length } = encodeEvent(event);
    if (length > eventRoomBytes) throw new RangeError(`pack an event: ${length} bytes, at most ${eventRoomBytes}`);
    if (length > room) break;
    room -= length;
    count += 1;
  }
  return { entry: events.slice(0, count), rest: events.slice(count) };
}

function encodeBody(event: LogEvent): Uint8Array {
  const writer = new Writer();
  if (isCaseEvent(event)) return writeCaseEvent(event, writer).done();
  switch (event.kind) {
    case 'received':
      return writer.bytes(event.envelopeId, HASH_BYTES).u32(event.day).var16(event.inside).done();
    case 'reply':
      checkPieces(event.pieces);
      return writer
        .bytes(event.conversationId, CONVERSATION_ID_BYTES)
        .bytes(event.messageId, MESSAGE_ID_BYTES)
        .u32(event.day)
        .list8(event.pieces, (piece) => writer.var16(piece))
        .done();
    case 'posted':
    case 'collected':
      if (event.number < 1) throw new RangeError(`encode an event: reply number ${event.number}, wanted 1 or more`);
      return writer.bytes(event.conversationId, CONVERSATION_ID_BYTES).u32(event.number).done();
    case 'day-finished':
      return writer.u32(event.day).done();
  }
}

function readBody(type: number, body: Reader): LogEvent {
  switch (type) {
    case types.received:
      return readReceived(body);
    case types.reply: {
      const conversationId = body.bytes(CONVERSATION_ID_BYTES);
      const messageId = body.bytes(MESSAGE_ID_BYTES);
      const day = body.u32();
      const pieces = body.list8(REPLY_PARTS_MAX, () => body.var16(REPLY_TEXT_BYTES_MAX));
      if (pieces.length === 0) throw new WireError('bad-value', 'read an event: a reply of 0 pieces, wanted 1 to 8');
      return { kind: 'reply', conversationId, messageId, day, pieces };
    }
    case types.posted:
      return { kind: 'posted', ...readNumber(body) };
    case types.collected:
      return { kind: 'collected', ...readNumber(body) };
    case types['day-finished']:
      return { kind: 'day-finished', day: body.u32() };
    default: {
      const event = readCaseEvent(type, body);
      if (event === null) throw new WireError('bad-value', `read an event: type ${type} is unknown`);
      return event;
    }
  }
}

/** Whoever signs the event has verified the envelope; what can still be checked is, so that no state holds less. */
function readReceived(body: Reader): LogEvent {
  const envelopeId = body.bytes(HASH_BYTES);
  const day = body.u32();
  const inside = body.var16();
  const fields = decodeInside(inside);
  if (fields.kind === 'cover') throw new WireError('bad-value', 'read an event: a cover as received');
  if (Math.abs(fields.day - day) > CLOCK_DAYS) {
    throw new WireError('bad-value', "read an event: the source's day and the key's are more than one apart");
  }
  return { kind: 'received', envelopeId, day, inside };
}

function readNumber(body: Reader): { conversationId: Uint8Array; number: number } {
  const conversationId = body.bytes(CONVERSATION_ID_BYTES);
  const number = body.u32();
  if (number === 0) throw new WireError('bad-value', 'read an event: reply number 0, wanted 1 or more');
  return { conversationId, number };
}

function checkPieces(pieces: readonly Uint8Array[]): void {
  const tooLong = pieces.some((piece) => piece.length > REPLY_TEXT_BYTES_MAX);
  if (pieces.length < 1 || pieces.length > REPLY_PARTS_MAX || tooLong) {
    throw new RangeError(`encode an event: ${pieces.length} pieces, wanted 1 to 8 of at most ${REPLY_TEXT_BYTES_MAX}`);
  }
}
