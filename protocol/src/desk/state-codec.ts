/** Bytes of the desk's state, for a device's own sealed store and for a snapshot to a new device (spec/protocol.md, section 7.1). */
import { bytesToHex, hexToBytes, u32be } from '../bytes/encode.ts';
import { Reader } from '../bytes/reader.ts';
import { requireSorted } from '../bytes/sorted.ts';
import { WireError } from '../bytes/wire-error.ts';
import { Writer } from '../bytes/writer.ts';
import { LINK_BYTES, LINKS } from '../constants.ts';
import type { ReplyLinks } from '../keys/reply-links.ts';
import { decodeContent, encodeContent } from '../messages/content.ts';
import { decodeCaseWork, encodeCaseWork } from './case-work-codec.ts';
import {
  type Conversation,
  type DeskMessage,
  type DeskReply,
  type DeskState,
  emptyDeskState,
  type PartialMessage,
  type ReplyProgress,
} from './state.ts';

const version = 1;
/** 1 does not say which replies stood before a message. */
const conversationVersion = 2;
const progressByCode = ['waiting', 'queued', 'posted', 'collected'] as const satisfies readonly ReplyProgress[];

export function encodeConversation(conversation: Conversation): Uint8Array {
  const writer = new Writer();
  writer.u8(conversationVersion).bytes(conversation.id, 32).u16(conversation.lane).u32(conversation.nextNumber);
  writer.list8(conversation.links === null ? [] : [conversation.links], writeLinks);
  writer.list16(conversation.messages, writeMessage);
  writer.list16(conversation.partial, writePartial);
  writer.list16(conversation.replies, writeReply);
  if (conversation.refused > 0) writer.u32(conversation.refused);
  return writer.done();
}

/** Throws WireError and nothing else. */
export function decodeConversation(bytes: Uint8Array): Conversation {
  const reader = new Reader(bytes);
  const read = reader.version(1, conversationVersion);
  const head = { id: reader.bytes(32), lane: reader.u16(), nextNumber: reader.u32() };
  const links = reader.list8(1, readLinks)[0] ?? null;
  const kept = reader.list16(0xffff, (from) => readMessage(from, read));
  const partial = reader.list16(0xffff, readPartial);
  const replies = reader.list16(0xffff, readReply);
  const refused = reader.remaining > 0 ? readRefused(reader) : 0;
  reader.end();
  const messages = read === conversationVersion ? kept : kept.map((message) => placedByDay(message, replies));
  return { ...head, links, messages, partial, replies, refused };
}

/** What the state holds besides conversations: envelopes seen and days finished. */
export function encodeProgress(state: DeskState): Uint8Array {
  const envelopes = [...state.envelopes].sort(([a], [b]) => (a < b ? -1 : 1));
  const writer = new Writer().u8(version).u32(envelopes.length);
  for (const [id, day] of envelopes) writer.bytes(hexToBytes(id), 32).u32(day);
  const finished = [...state.finished].sort(([a], [b]) => (a < b ? -1 : 1));
  writer.list16(finished, ([device, days]) => {
    writer.bytes(hexToBytes(device), 8).list16(
      [...days].sort((a, b) => a - b),
      (day) => writer.u32(day),
    );
  });
  return writer.done();
}

/** Throws WireError and nothing else. */
export function decodeProgress(bytes: Uint8Array, state: DeskState): void {
  const reader = new Reader(bytes);
  reader.version(version);
  const count = reader.u32();
  const envelopes: { id: Uint8Array; day: number }[] = [];
  for (let i = 0; i < count; i++) envelopes.push({ id: reader.bytes(32), day: reader.u32() });
  for (const { id, day } of requireSorted(envelopes, idOf)) state.envelopes.set(bytesToHex(id), day);
  const finished = reader.list16(0xffff, () => ({
    id: reader.bytes(8),
    days: reader.list16(0xffff, () => reader.u32()),
  }));
  for (const { id, days } of requireSorted(finished, idOf)) {
    state.finished.set(bytesToHex(id), new Set(requireSorted(days, u32be)));
  }
  reader.end();
}

/** The whole state, the same bytes on every device that has the same state. */
export function encodeDeskState(state: DeskState): Uint8Array {
  const ids = [...state.conversations.keys()].sort();
  const writer = new Writer().var32(encodeProgress(state)).u32(ids.length);
  for (const id of ids) {
    const conversation = state.conversations.get(id);
    if (conversation) writer.var32(encodeConversation(conversation));
  }
  return writer.var32(encodeCaseWork(state.work)).done();
}

/** Throws WireError and nothing else. */
export function decodeDeskState(bytes: Uint8Array): DeskState {
  const reader = new Reader(bytes);
  const state = emptyDeskState();
  decodeProgress(reader.var32(), state);
  const count = reader.u32();
  const conversations: Conversation[] = [];
  for (let i = 0; i < count; i++) conversations.push(decodeConversation(reader.var32()));
  for (const conversation of requireSorted(conversations, idOf)) {
    state.conversations.set(bytesToHex(conversation.id), conversation);
  }
  const work = decodeCaseWork(reader.var32());
  reader.end();
  return { ...state, work };
}

function idOf({ id }: { readonly id: Uint8Array }): Uint8Array {
  return id;
}

/** Stands only where there are some, so that a state has one form. */
function readRefused(reader: Reader): number {
  const refused = reader.u32();
  if (refused === 0) throw new WireError('bad-value', 'read a conversation: 0 refused, wanted none or more');
  return refused;
}

function writeLinks(links: ReplyLinks, writer: Writer): void {
  writer
    .u32(links.day)
    .u8(links.next)
    .bytes(links.keys, (LINKS - links.next) * LINK_BYTES);
}

function readLinks(reader: Reader): ReplyLinks {
  const day = reader.u32();
  const next = reader.u8();
  if (next > LINKS) throw new WireError('bad-value', `read reply links: ${next} are used, wanted at most ${LINKS}`);
  return { day, next, keys: reader.bytes((LINKS - next) * LINK_BYTES) };
}

function writeMessage(message: DeskMessage, writer: Writer): void {
  writer.bytes(message.messageId, 16).u32(message.day).u32(message.repliesBefore);
  writer.var32(message.content === null ? new Uint8Array(0) : encodeContent(message.content));
}

function readMessage(reader: Reader, read: number): DeskMessage {
  const head = { messageId: reader.bytes(16), day: reader.u32() };
  const repliesBefore = read === conversationVersion ? reader.u32() : 0;
  const content = reader.var32();
  return { ...head, repliesBefore, content: content.length === 0 ? null : decodeContent(content) };
}

/** Where nothing else is known, replies of days before a message stood before it. */
function placedByDay(message: DeskMessage, replies: readonly DeskReply[]): DeskMessage {
  const at = replies.findIndex(({ day }) => day >= message.day);
  return { ...message, repliesBefore: at < 0 ? replies.length : at };
}

function writePartial(partial: PartialMessage, writer: Writer): void {
  writer.bytes(partial.messageId, 16).u32(partial.day).u8(partial.parts).u16(partial.lane);
  const pieces = [...partial.pieces].sort(([a], [b]) => a - b);
  writer.list8(pieces, ([part, piece]) => writer.u8(part).var16(piece));
}

function readPartial(reader: Reader): PartialMessage {
  const head = {
    messageId: reader.bytes(16),
    day: reader.u32(),
    parts: reader.u8(),
    lane: reader.u16(),
  };
  const pieces = reader.list8(0xff, () => [reader.u8(), reader.var16()] as const);
  return { ...head, pieces: new Map(requireSorted(pieces, ([part]) => Uint8Array.of(part))) };
}

function writeReply(reply: DeskReply, writer: Writer): void {
  writer
    .bytes(reply.messageId, 16)
    .bytes(reply.author, 8)
    .u32(reply.day)
    .u8(reply.part)
    .u8(reply.parts)
    .var16(reply.piece);
  writer
    .u8(progressByCode.indexOf(reply.progress))
    .u8(reply.isConfirmed ? 1 : 0)
    .u32(reply.number)
    .u32(reply.rootDay)
    .u8(reply.link);
  for (const key of [reply.tagKey, reply.ackKey, reply.replyKey]) writer.var8(key ?? new Uint8Array(0));
}

function readReply(reader: Reader): DeskReply {
  const head = {
    messageId: reader.bytes(16),
    author: reader.bytes(8),
    day: reader.u32(),
    part: reader.u8(),
    parts: reader.u8(),
  };
  const piece = reader.var16();
  const progress = progressByCode[reader.u8()];
  if (progress === undefined) throw new WireError('bad-value', 'reading a reply of the desk: unknown progress');
  const isConfirmed = readFlag(reader);
  const place = { number: reader.u32(), rootDay: reader.u32(), link: reader.u8() };
  const keys = { tagKey: readKey(reader), ackKey: readKey(reader), replyKey: readKey(reader) };
  return { ...head, piece, progress, isConfirmed, ...place, ...keys };
}

function readFlag(reader: Reader): boolean {
  const flag = reader.u8();
  if (flag > 1) throw new WireError('bad-value', `reading a reply of the desk: a flag of ${flag}, wanted 0 or 1`);
  return flag === 1;
}

function readKey(reader: Reader): Uint8Array | null {
  const key = reader.var8();
  if (key.length !== 0 && key.length !== 32) {
    throw new WireError('bad-length', `reading a reply's key: ${key.length} bytes, wanted 0 or 32`);
  }
  return key.length === 0 ? null : key;
}
