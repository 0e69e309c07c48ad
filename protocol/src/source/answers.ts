/** The replies that have arrived in a visit, joined to texts, with what is missing (spec/protocol.md, section 5). */

import type { DeskId } from '../bytes/brand.ts';
import { bytesToHex } from '../bytes/encode.ts';
import { WireError } from '../bytes/wire-error.ts';
import type { FileDescriptor } from '../files/descriptor.ts';
import { missingNumbers, type Reply } from '../messages/reply.ts';
import { joinReply, type ReplyContent } from '../messages/reply-content.ts';
import type { Candidate } from './candidates.ts';

/** A text of the desk, or the part of it that is here. */
export interface SourceAnswer {
  readonly id: string;
  readonly deskId: string;
  /** Of its first part, from 1 in the conversation. */
  readonly number: number;
  /** Day on which it was written. */
  readonly day: number;
  /** Null until all parts are here, or if they do not make a text. */
  readonly text: string | null;
  /** None until all parts are here. */
  readonly files: readonly FileDescriptor[];
  /** Whether the server keeps it, also once it was shown, until it is settled: it names files (RPL-9). */
  readonly isKept: boolean;
  readonly parts: number;
  readonly partsHere: number;
}

interface Arrived {
  readonly candidate: Candidate;
  readonly reply: Reply;
}

/** Collects replies by desk and number. */
export class Answers {
  readonly #arrived = new Map<string, Arrived>();
  readonly #contents = new Map<string, ReplyContent | null>();
  readonly #shown = new Set<string>();
  readonly #settled = new Set<string>();

  /** Takes a verified reply. A second one of the same number changes nothing. */
  async add(candidate: Candidate, reply: Reply): Promise<void> {
    const deskId = bytesToHex(candidate.desk);
    const key = `${deskId}:${reply.number}`;
    if (this.#arrived.has(key)) return;
    this.#arrived.set(key, { candidate, reply });
    const id = answerId(deskId, reply);
    const pieces = this.#partsOf(id);
    if (pieces.length === reply.parts) this.#contents.set(id, await readContent(pieces.map((piece) => piece.reply)));
  }

  has(candidate: Candidate): boolean {
    return [...this.#arrived.values()].some((other) => other.candidate.tagKey === candidate.tagKey);
  }

  /** In order of desk and number. */
  list(): SourceAnswer[] {
    const ids = new Set(
      [...this.#arrived.values()].map(({ candidate, reply }) => answerId(bytesToHex(candidate.desk), reply)),
    );
    const answers = [...ids].flatMap((id) => this.#answer(id));
    return answers.sort((a, b) => (a.deskId === b.deskId ? a.number - b.number : a.deskId < b.deskId ? -1 : 1));
  }

  /** Marks a whole answer as shown. @returns what may now be acknowledged; empty the second time (RPL-3) */
  show(id: string): Candidate[] {
    if (this.#shown.has(id) || !this.#contents.has(id)) return [];
    this.#shown.add(id);
    return this.#partsOf(id).map(({ candidate }) => candidate);
  }

  /** Marks an answer as one whose files a person has, or does not want. */
  settle(id: string): void {
    this.#settled.add(id);
  }

  /** Acknowledgement keys of what must not be deleted yet (RPL-9). */
  kept(): Uint8Array[] {
    const ids = this.list().filter(({ isKept }) => isKept);
    return ids.flatMap(({ id }) => this.#partsOf(id)).map(({ candidate }) => candidate.ackKey);
  }

  /** Where a reply that is here was found, and its number. @param ackKey as `show` gave it */
  placeOf(ackKey: Uint8Array): { readonly desk: DeskId; readonly number: number } | null {
    const found = [...this.#arrived.values()].find(({ candidate }) => candidate.ackKey === ackKey);
    return found ? { desk: found.candidate.desk, number: found.reply.number } : null;
  }

  /** Numbers that are neither here nor known to the desk as read (RPL-4). */
  missing(): { deskId: string; number: number }[] {
    const desks = Map.groupBy(this.#arrived.values(), ({ candidate }) => bytesToHex(candidate.desk));
    return [...desks].flatMap(([deskId, arrived]) => {
      const replies = arrived.map(({ reply }) => reply);
      return missingNumbers(replies).map((number) => ({ deskId, number }));
    });
  }

  #partsOf(id: string): Arrived[] {
    return [...this.#arrived.values()]
      .filter(({ candidate, reply }) => answerId(bytesToHex(candidate.desk), reply) === id)
      .sort((a, b) => a.reply.part - b.reply.part);
  }

  #answer(id: string): SourceAnswer[] {
    const parts = this.#partsOf(id);
    const first = parts[0];
    if (!first) return [];
    const { number, part, parts: of, day } = first.reply;
    const deskId = bytesToHex(first.candidate.desk);
    const { text = null, files = [] } = this.#contents.get(id) ?? {};
    const isKept = files.length > 0 && !this.#settled.has(id);
    return [{ id, deskId, number: number - part, day, text, files, isKept, parts: of, partsHere: parts.length }];
  }
}

function answerId(deskId: string, reply: Reply): string {
  return `${deskId}:${reply.number - reply.part}:${reply.parts}`;
}

async function readContent(replies: readonly Reply[]): Promise<ReplyContent | null> {
  try {
    return await joinReply(replies.map((reply) => reply.piece));
  } catch (error) {
    if (error instanceof WireError) return null;
    throw error;
  }
}
