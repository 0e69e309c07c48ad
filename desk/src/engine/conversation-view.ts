/** The desk's conversations as people read them (spec/protocol.md, section 7.2). */

import { bytesToHex } from '@postern/protocol/bytes/encode';
import { equal } from '@postern/protocol/bytes/equal';
import { WireError } from '@postern/protocol/bytes/wire-error';
import { ROOT_USE_DAYS } from '@postern/protocol/constants';
import { type Conversation, type DeskMessage, type DeskReply, linksLeft } from '@postern/protocol/desk/state';
import type { FileDescriptor } from '@postern/protocol/files/descriptor';
import type { Content } from '@postern/protocol/messages/content';
import type { LogEvent } from '@postern/protocol/messages/log-event';
import { joinReply, type ReplyContent } from '@postern/protocol/messages/reply-content';
import type { Day } from '@postern/protocol/time';
import { keptName } from '../files/file-folder.ts';
import type { ReplyFate } from './collected.ts';
import type { ConversationSummary, ConversationView, FileView, MessageView, ReplyView } from './view.ts';

export type WrittenReply = Extract<LogEvent, { kind: 'reply' }>;

const previewCharacters = 160;
/** The progress of a text is that of the part that is furthest behind, or will never arrive. */
const order = ['too-old', 'unreadable', 'expired', 'waiting', 'queued', 'posted', 'collected'] as const;

/** @param waiting replies of this device that are not in the log yet */
export function summaryOf(conversation: Conversation, waiting: readonly WrittenReply[]): ConversationSummary {
  const { messages, replies } = conversation;
  const newest = messages.at(-1);
  const texts = groupByMessage(replies);
  const pending = ownOf(conversation, waiting);
  const unposted = texts.filter((parts) => parts.some((part) => isUnposted(part)));
  const waits = ({ repliesBefore }: DeskMessage): boolean => pending.length === 0 && repliesBefore >= replies.length;
  const pendingPieces = pending.reduce((sum, { pieces }) => sum + pieces.length, 0);
  const campaigns = [...new Set(messages.flatMap((message) => campaignOf(message) ?? []))];
  return {
    id: bytesToHex(conversation.id),
    firstDay: messages[0]?.day ?? null,
    lastDay: newest?.day ?? null,
    language: newest?.content?.language ?? '',
    campaign: campaigns[0] ?? null,
    campaigns,
    hasFiles: messages.some(({ content }) => content !== null && content.files.length > 0),
    ...(newest === undefined ? nothing : previewOf(newest)),
    messages: messages.length,
    incomplete: conversation.partial.length,
    replies: texts.length + pending.length,
    unposted: unposted.length + pending.length,
    steps: replies.reduce((sum, reply) => sum + order.indexOf(reply.progress) + Number(reply.isConfirmed), 0),
    isUnanswered: newest !== undefined && waits(newest),
    waitsSince: messages.find(waits)?.day ?? null,
    linksLeft: Math.max(0, linksLeft(conversation) - pendingPieces),
  };
}

/** @param fateOf of a reply that was posted */
export async function viewOf(
  conversation: Conversation,
  waiting: readonly WrittenReply[],
  device: Uint8Array,
  today: Day,
  fateOf: (reply: DeskReply) => ReplyFate | null,
): Promise<ConversationView> {
  const pending = ownOf(conversation, waiting).map((reply) => pendingView(reply, device));
  const replies = groupByMessage(conversation.replies).map((parts) => replyView(parts, today, fateOf));
  const texts = new Set<string>();
  const textsBefore = [0, ...conversation.replies.map(({ messageId }) => texts.add(bytesToHex(messageId)).size)];
  const messages = conversation.messages.map((message) =>
    messageView(message, textsBefore[message.repliesBefore] ?? texts.size),
  );
  return {
    summary: summaryOf(conversation, waiting),
    messages: await Promise.all(messages),
    incomplete: conversation.partial.map(({ messageId, day, parts, pieces }) => ({
      id: bytesToHex(messageId),
      day,
      parts,
      partsHere: pieces.size,
    })),
    replies: await Promise.all([...replies, ...pending]),
  };
}

/**
 * The file at a place of a message or reply; null if there is none.
 * @param message hex of its id
 */
export async function fileAt(
  conversation: Conversation,
  waiting: readonly WrittenReply[],
  message: string,
  at: number,
): Promise<FileDescriptor | null> {
  const own = conversation.messages.find(({ messageId }) => bytesToHex(messageId) === message);
  if (own !== undefined) return own.content?.files[at] ?? null;
  const parts = groupByMessage(conversation.replies).find(
    ([first]) => first && bytesToHex(first.messageId) === message,
  );
  const pending = ownOf(conversation, waiting).find(({ messageId }) => bytesToHex(messageId) === message);
  const pieces = parts?.map(({ piece }) => piece) ?? pending?.pieces ?? [];
  return (await contentOf(pieces)).files[at] ?? null;
}

/** What may be shown of a file. */
export async function fileView({ name, type, bytes, day, hash, key }: FileDescriptor): Promise<FileView> {
  return { name, type, bytes, day, hash: bytesToHex(hash), kept: await keptName(key) };
}

/** @param repliesBefore of texts, where the message itself counts their bodies */
async function messageView(message: DeskMessage, repliesBefore: number): Promise<MessageView> {
  const { content } = message;
  return {
    id: bytesToHex(message.messageId),
    day: message.day,
    repliesBefore,
    language: content?.language ?? '',
    campaign: campaignOf(message),
    answers: content?.answers ?? [],
    text: content?.text ?? '',
    files: await Promise.all((content?.files ?? []).map(fileView)),
    isUnreadable: content === null,
  };
}

async function replyView(
  parts: readonly DeskReply[],
  today: Day,
  fateOf: (reply: DeskReply) => ReplyFate | null,
): Promise<ReplyView> {
  const [first] = parts as readonly [DeskReply];
  const states = parts.map((part) => (isTooOld(part, today) ? 'too-old' : (fateOf(part) ?? part.progress)));
  return {
    id: bytesToHex(first.messageId),
    day: first.day,
    author: bytesToHex(first.author),
    ...(await shownContent(parts.map(({ piece }) => piece))),
    parts: first.parts,
    progress: order.find((progress) => states.includes(progress)) ?? 'waiting',
    partsPosted: parts.filter((part) => !isUnposted(part) && !isTooOld(part, today)).length,
    isConfirmed: parts.every((part) => part.isConfirmed),
  };
}

async function pendingView({ messageId, day, pieces }: WrittenReply, device: Uint8Array): Promise<ReplyView> {
  return {
    id: bytesToHex(messageId),
    day,
    author: bytesToHex(device),
    ...(await shownContent(pieces)),
    parts: pieces.length,
    progress: 'pending',
    partsPosted: 0,
    isConfirmed: false,
  };
}

/** A device of the desk has signed it, but may have deflated nonsense: then there is nothing to show. */
async function contentOf(pieces: readonly Uint8Array[]): Promise<ReplyContent> {
  try {
    return await joinReply(pieces);
  } catch (error) {
    if (error instanceof WireError) return { text: '', files: [] };
    throw error;
  }
}

async function shownContent(pieces: readonly Uint8Array[]): Promise<Pick<ReplyView, 'text' | 'files'>> {
  const { text, files } = await contentOf(pieces);
  return { text, files: await Promise.all(files.map(fileView)) };
}

function groupByMessage(replies: readonly DeskReply[]): DeskReply[][] {
  const groups = new Map<string, DeskReply[]>();
  for (const reply of replies) {
    const key = bytesToHex(reply.messageId);
    const group = groups.get(key) ?? [];
    group.push(reply);
    groups.set(key, group);
  }
  return [...groups.values()].map((group) => group.sort((a, b) => a.part - b.part));
}

function isUnposted({ progress }: DeskReply): boolean {
  return progress === 'waiting' || progress === 'queued';
}

function isTooOld({ progress, rootDay }: DeskReply, today: Day): boolean {
  return progress === 'queued' && today > rootDay + ROOT_USE_DAYS;
}

function ownOf(conversation: Conversation, waiting: readonly WrittenReply[]): WrittenReply[] {
  return waiting.filter(({ conversationId }) => equal(conversationId, conversation.id));
}

function campaignOf(message: DeskMessage): string | null {
  const campaign = message.content?.campaign ?? null;
  return campaign === null ? null : bytesToHex(campaign);
}

type Preview = Pick<ConversationSummary, 'preview' | 'instead' | 'isUnreadable'>;

const nothing: Preview = { preview: '', instead: { answers: [], files: '' }, isUnreadable: false };
/** More would not be seen in a line. */
const answersShown = 4;

/** Most lines of a long inbox are asked for again unchanged. A message does not change once it is there. */
const previews = new WeakMap<DeskMessage, Preview>();

function previewOf(message: DeskMessage): Preview {
  const known = previews.get(message);
  if (known !== undefined) return known;
  const { content } = message;
  const preview = beginOf(content?.text ?? '');
  const isUnreadable = content === null;
  const made = { ...nothing, preview, isUnreadable, ...(preview === '' && content !== null ? insteadOf(content) : {}) };
  previews.set(message, made);
  return made;
}

function insteadOf({ answers, files }: Content): Pick<Preview, 'instead'> {
  const shown = answers.slice(0, answersShown).map(({ question, values }) => ({
    question,
    values: values.slice(0, answersShown).map(beginOf),
  }));
  return { instead: { answers: shown, files: beginOf(files.map(({ name }) => name).join(' · ')) } };
}

function beginOf(text: string): string {
  // A text may be a hundred times as long as what is shown of it.
  const begin = text.slice(0, 4 * previewCharacters);
  const characters = [...begin.replace(/\s+/gu, ' ').trim()];
  return characters.slice(0, previewCharacters).join('');
}
