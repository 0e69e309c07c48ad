/** The desk's state as a pure function of the log's events in order (spec/protocol.md, section 7.2, LOG-2, LOG-7, CHN-1, CHN-2). */
import { bytesToHex } from '../bytes/encode.ts';
import { equal } from '../bytes/equal.ts';
import { CONVERSATION_BYTES_MAX, CONVERSATION_MESSAGES_MAX, CONVERSATION_PARTS_MAX, LINK_BYTES } from '../constants.ts';
import { isUsable, receiveRoot, useLink } from '../keys/reply-links.ts';
import { joinContent } from '../messages/assemble.ts';
import { type CaseEvent, isCaseEvent } from '../messages/case-event.ts';
import { encodeContent } from '../messages/content.ts';
import { decodeInside, type Inside } from '../messages/inside.ts';
import type { LogEvent } from '../messages/log-event.ts';
import { decodeReceipt } from '../messages/receipt.ts';
import { applyCaseEvent, noteArrival } from './apply-case.ts';
import { isPermitted, noteSigner, refuse } from './roles.ts';
import {
  type Conversation,
  type DeskContext,
  type DeskMessage,
  type DeskReply,
  type DeskState,
  emptyConversation,
  type PartialMessage,
} from './state.ts';

/** The verified content of one log entry. */
export interface AppliedEntry {
  /** Id of the device that signed it, 8 bytes. */
  readonly device: Uint8Array;
  readonly events: readonly LogEvent[];
}

/**
 * Applies one entry's events to the state, in place.
 *
 * @returns the hex ids of the conversations that changed.
 */
export async function applyEntry(state: DeskState, entry: AppliedEntry, context: DeskContext): Promise<Set<string>> {
  const changed = new Set<string>();
  for (const event of entry.events) {
    const { team } = state.work;
    const device = bytesToHex(entry.device);
    noteSigner(team, device);
    if (!isPermitted(team, device, event)) refuse(team, device, event);
    else if (isCaseEvent(event)) {
      for (const id of await applyCaseEvent(state, event, entry.device, context)) changed.add(id);
    } else {
      const id = await applyEvent(state, event, entry.device, context);
      if (id) changed.add(id);
    }
  }
  return changed;
}

async function applyEvent(
  state: DeskState,
  event: Exclude<LogEvent, CaseEvent>,
  device: Uint8Array,
  context: DeskContext,
): Promise<string | null> {
  switch (event.kind) {
    case 'received': {
      const envelope = bytesToHex(event.envelopeId);
      if (state.envelopes.has(envelope)) return null;
      state.envelopes.set(envelope, event.day);
      return receive(state, decodeInside(event.inside), event.day, context);
    }
    case 'reply':
      return changeConversation(state, event.conversationId, (conversation) => {
        if (conversation.replies.some((reply) => equal(reply.messageId, event.messageId))) return;
        event.pieces.forEach((piece, part) => {
          conversation.replies.push(waitingReply(event, device, piece, part));
        });
        return allocateLinks(conversation);
      });
    case 'posted':
      return changeConversation(state, event.conversationId, (conversation) => {
        const reply = replyByNumber(conversation, event.number);
        if (reply?.progress !== 'queued') return;
        reply.progress = 'posted';
        for (const key of [reply.ackKey, reply.replyKey]) key?.fill(0);
        reply.ackKey = null;
        reply.replyKey = null;
        if (reply.isConfirmed) collect(reply);
      });
    case 'collected':
      return changeConversation(state, event.conversationId, (conversation) => {
        const reply = replyByNumber(conversation, event.number);
        if (reply?.progress !== 'posted') return;
        collect(reply);
      });
    case 'day-finished': {
      const key = bytesToHex(device);
      const days = state.finished.get(key) ?? new Set<number>();
      state.finished.set(key, days.add(event.day));
      return null;
    }
  }
}

/** Forgets what can no longer matter: ids of envelopes and finished days of days before `day`. Parts without the rest stay. */
export function forgetBefore(state: DeskState, day: number): void {
  for (const [id, of] of state.envelopes) if (of < day) state.envelopes.delete(id);
  for (const days of state.finished.values()) for (const of of days) if (of < day) days.delete(of);
}

async function receive(state: DeskState, inside: Inside, day: number, context: DeskContext): Promise<string | null> {
  const id = bytesToHex(inside.conversationId);
  const known = state.conversations.get(id);
  // Who has never written has nothing to confirm.
  if (inside.kind === 'receipt' && !known) return null;
  const conversation = known ?? emptyConversation(inside.conversationId);
  const partial = conversation.partial.find((other) => equal(other.messageId, inside.messageId));
  if (partial && contradicts(partial, inside)) return null;
  if (await isOtherRoot(conversation, inside, context)) return null;
  conversation.lane = inside.lane;
  await importRoot(conversation, inside, context);
  if (inside.kind === 'receipt') {
    confirm(conversation, decodeReceipt(inside.piece));
    return id;
  }
  const whole = conversation.messages.length;
  await addPart(conversation, inside, day);
  // Only now: whoever looks meanwhile would see a conversation without its message.
  state.conversations.set(id, conversation);
  if (conversation.messages.length > whole) noteArrival(state, id, day);
  return id;
}

/** Nothing may be taken from a part that contradicts one that is here (ENV-4). */
function contradicts(partial: PartialMessage, inside: Inside): boolean {
  const piece = partial.pieces.get(inside.part);
  const other = partial.parts !== inside.parts || partial.lane !== inside.lane;
  return other || (piece !== undefined && !equal(piece, inside.piece));
}

/** Whether it brings another root for the day of the one in use, as far as links of that are left to tell. */
async function isOtherRoot(conversation: Conversation, inside: Inside, context: DeskContext): Promise<boolean> {
  const { links } = conversation;
  if (links === null || links.day !== inside.day) return false;
  const received = await receiveRoot(null, inside.root, context.fingerprint, context.desk, inside.day);
  const isOther = !equal(received.keys.subarray(links.next * LINK_BYTES), links.keys);
  received.keys.fill(0);
  return isOther;
}

/** A root is taken once, and only if it is newer than the one in use: keys of an older day are then gone for good. */
async function importRoot(conversation: Conversation, inside: Inside, context: DeskContext): Promise<void> {
  const { links } = conversation;
  const received = await receiveRoot(links, inside.root, context.fingerprint, context.desk, inside.day);
  if (received === links) return;
  links?.keys.fill(0);
  conversation.links = received;
  allocateLinks(conversation);
}

/** What the source has been shown. A reply that is not known to be posted is, all the same; its event follows. */
function confirm(conversation: Conversation, numbers: readonly number[]): void {
  for (const number of numbers) {
    const reply = replyByNumber(conversation, number);
    if (reply === undefined) continue;
    reply.isConfirmed = true;
    if (reply.progress === 'posted') collect(reply);
  }
}

function collect(reply: DeskReply): void {
  reply.progress = 'collected';
  reply.tagKey?.fill(0);
  reply.tagKey = null;
}

async function addPart(conversation: Conversation, inside: Inside, day: number): Promise<void> {
  if (conversation.messages.some((message) => equal(message.messageId, inside.messageId))) return;
  const at = conversation.partial.findIndex((partial) => equal(partial.messageId, inside.messageId));
  const partial = conversation.partial[at] ?? {
    messageId: inside.messageId,
    day,
    parts: inside.parts,
    lane: inside.lane,
    pieces: new Map<number, Uint8Array>(),
  };
  if (partial.pieces.has(inside.part)) return;
  const isWhole = partial.pieces.size + 1 >= partial.parts;
  if (!isWhole && partsOf(conversation) >= CONVERSATION_PARTS_MAX) {
    conversation.refused += 1;
    return;
  }
  partial.pieces.set(inside.part, inside.piece);
  if (!isWhole) {
    if (at < 0) conversation.partial.push(partial);
    return;
  }
  if (at >= 0) conversation.partial.splice(at, 1);
  const pieces = [...partial.pieces].sort(([a], [b]) => a - b).map(([, piece]) => piece);
  const { messageId } = partial;
  const repliesBefore = conversation.replies.length;
  const message = { messageId, day: partial.day, repliesBefore, content: await joinContent(pieces) };
  if (hasRoomFor(conversation, message)) conversation.messages.push(message);
  else conversation.refused += 1;
}

function partsOf({ partial }: Conversation): number {
  return partial.reduce((sum, { pieces }) => sum + pieces.size, 0);
}

/** Anybody may write, for nothing and for ever: what one conversation costs each device has an end (LOG-12). */
function hasRoomFor({ messages }: Conversation, message: DeskMessage): boolean {
  if (messages.length >= CONVERSATION_MESSAGES_MAX) return false;
  return messages.reduce((sum, other) => sum + bytesOf(other), bytesOf(message)) <= CONVERSATION_BYTES_MAX;
}

/** Messages do not change, and each is asked about with every later one. */
const knownBytes = new WeakMap<DeskMessage, number>();

function bytesOf(message: DeskMessage): number {
  const known = knownBytes.get(message);
  if (known !== undefined) return known;
  const bytes = message.content === null ? 0 : encodeContent(message.content).length;
  knownBytes.set(message, bytes);
  return bytes;
}

/** Gives waiting replies their numbers and links, in their order, as far as the newest root reaches. */
function allocateLinks(conversation: Conversation): void {
  for (const reply of conversation.replies) {
    const { links } = conversation;
    if (reply.progress !== 'waiting') continue;
    const used = links !== null && isUsable(links, reply.day) ? useLink(links) : null;
    if (links === null || used === null) return;
    reply.progress = 'queued';
    reply.number = conversation.nextNumber++;
    reply.rootDay = links.day;
    reply.link = used.keys.index;
    reply.tagKey = used.keys.tagKey;
    reply.ackKey = used.keys.ackKey;
    reply.replyKey = used.keys.replyKey;
    links.keys.fill(0);
    conversation.links = used.links;
  }
}

function waitingReply(
  event: Extract<LogEvent, { kind: 'reply' }>,
  author: Uint8Array,
  piece: Uint8Array,
  part: number,
): DeskReply {
  const { messageId, day, pieces } = event;
  const unallocated = {
    progress: 'waiting',
    isConfirmed: false,
    number: 0,
    rootDay: 0,
    link: 0,
    tagKey: null,
    ackKey: null,
    replyKey: null,
  } as const;
  return { messageId, author, day, part, parts: pieces.length, piece, ...unallocated };
}

async function changeConversation(
  state: DeskState,
  conversationId: Uint8Array,
  change: (conversation: Conversation) => Promise<void> | void,
): Promise<string | null> {
  const id = bytesToHex(conversationId);
  const conversation = state.conversations.get(id);
  if (!conversation) return null;
  await change(conversation);
  return id;
}

function replyByNumber(conversation: Conversation, number: number): DeskReply | undefined {
  return conversation.replies.find((reply) => reply.number === number && number > 0);
}
