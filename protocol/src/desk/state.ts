/** What a desk knows of its conversations: plain data that every device computes alike (spec/protocol.md, section 7.2). */
import { LINKS } from '../constants.ts';
import type { ReplyLinks } from '../keys/reply-links.ts';
import type { Content } from '../messages/content.ts';
import { type CaseWork, emptyCaseWork } from './case-work.ts';

/** Whose desk it is: 32 and 8 bytes. */
export interface DeskContext {
  readonly fingerprint: Uint8Array;
  readonly desk: Uint8Array;
}

/** A whole submission, its parts joined. */
export interface DeskMessage {
  readonly messageId: Uint8Array;
  /** Day of the day key that its first part was sealed to. */
  readonly day: number;
  /** How many reply bodies of its conversation stood in the log before it was whole: none of them answers it (LOG-14). */
  readonly repliesBefore: number;
  /** Null when the pieces do not inflate to a content: shown as unreadable, kept, never retried. */
  readonly content: Content | null;
}

/** Parts of a submission of which some are still missing. */
export interface PartialMessage {
  readonly messageId: Uint8Array;
  readonly day: number;
  readonly parts: number;
  readonly lane: number;
  /** By part number. */
  readonly pieces: Map<number, Uint8Array>;
}

/**
 * `waiting`: no root has a link for it yet. `queued`: has its number and link, not posted. `posted`: the server has stored it.
 * `collected`: the source has confirmed it, or its tag left the index before its time.
 */
export type ReplyProgress = 'waiting' | 'queued' | 'posted' | 'collected';

/** One reply body: a part of a text. */
export interface DeskReply {
  readonly messageId: Uint8Array;
  /** Id of the device that signed it and posts it, 8 bytes. */
  readonly author: Uint8Array;
  readonly day: number;
  readonly part: number;
  readonly parts: number;
  /** This part of the raw deflate of the text. */
  readonly piece: Uint8Array;
  progress: ReplyProgress;
  /** The source has confirmed it in a receipt. */
  isConfirmed: boolean;
  /** From 1; 0 while waiting. */
  number: number;
  rootDay: number;
  link: number;
  /** Shows the reply in the index; erased when collected. */
  tagKey: Uint8Array | null;
  /** Its hash goes to the server with the body; erased when posted. */
  ackKey: Uint8Array | null;
  /** Erased when posted (CHN-1). */
  replyKey: Uint8Array | null;
}

export interface Conversation {
  readonly id: Uint8Array;
  lane: number;
  /** Number of the next reply. */
  nextNumber: number;
  /** What is left of the newest root's links. */
  links: ReplyLinks | null;
  readonly messages: DeskMessage[];
  readonly partial: PartialMessage[];
  readonly replies: DeskReply[];
  /** Messages and parts for which it had no room any more (LOG-12). */
  refused: number;
}

export interface DeskState {
  /** By hex of the conversation id. */
  readonly conversations: Map<string, Conversation>;
  /** Envelopes received, hex of id to day of the day key; kept until no device could still hold them. */
  readonly envelopes: Map<string, number>;
  /** Days finished, by hex of the device that says so. */
  readonly finished: Map<string, Set<number>>;
  /** What the team has made of them. */
  readonly work: CaseWork;
}

export function emptyDeskState(): DeskState {
  return { conversations: new Map(), envelopes: new Map(), finished: new Map(), work: emptyCaseWork() };
}

export function emptyConversation(id: Uint8Array): Conversation {
  return { id, lane: 0, nextNumber: 1, links: null, messages: [], partial: [], replies: [], refused: 0 };
}

/** How many more reply bodies the newest root has room for. */
export function linksLeft(conversation: Conversation): number {
  const waiting = conversation.replies.filter((reply) => reply.progress === 'waiting').length;
  return conversation.links === null ? 0 : Math.max(0, LINKS - conversation.links.next - waiting);
}
