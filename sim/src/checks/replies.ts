/** Each reply is read by its source, once, and by nobody else; numbers have no gap (RPL-1, RPL-2, RPL-7, LOG-7). */

import { dayOf } from '@postern/protocol/time';
import type { Hole, MissingNumber, ReadReply, WrittenReply } from '../ledger.ts';
import type { Breach, Findings } from './breach.ts';

/** What a desk says in the end of one of its texts. */
export interface KeptReply {
  /** Hex. */
  readonly conversation: string;
  readonly text: string;
  readonly numbers: readonly number[];
  /** Of the part that is furthest behind. */
  readonly progress: string;
}

/** Within so many days a receipt has reached every device, in a world whose ticks are of hours. */
const daysToLearn = 1;

export interface RepliesOfRun {
  readonly written: readonly WrittenReply[];
  readonly read: readonly ReadReply[];
  /** As one device of each desk keeps them. */
  readonly kept: readonly KeptReply[];
  /** What sources were told to be missing. */
  readonly missing: readonly MissingNumber[];
  readonly holes: readonly Hole[];
  /** Hex of the conversation that a source has at a desk. */
  readonly conversationOf: (source: string, desk: string) => string;
}

export function checkReplies({ written, read, kept, missing, holes, conversationOf }: RepliesOfRun): Findings {
  const breaches: Breach[] = [];
  const explained: string[] = [];
  const restores = holes.filter(({ kind }) => kind === 'restore');
  for (const one of read) {
    const reply = written.find(({ text }) => text === one.text);
    const where = `${one.visit} read`;
    if (reply === undefined) breaches.push({ id: 'RPL-1', what: `${where} a reply that nobody wrote` });
    else if (conversationOf(one.source, one.desk) !== reply.conversation)
      breaches.push({ id: 'RPL-1', what: `${where} a reply for somebody else` });
  }
  for (const reply of written) {
    const name = `the reply of ${reply.device.slice(0, 4)} at ${reply.writtenAt}`;
    const reads = read.filter(({ text }) => text === reply.text);
    const again = reads.filter(({ visit }, at) => reads.findIndex((other) => other.visit === visit) !== at);
    if (again.length > 0) breaches.push({ id: 'RPL-3', what: `${name}: shown twice in one visit` });
    for (const late of reads) {
      const before = reads.find(({ acknowledgedAt }) => acknowledgedAt !== null && acknowledgedAt < late.at);
      if (before === undefined) continue;
      const isBack = restores.some(({ to }) => to >= (before.acknowledgedAt ?? 0) && to <= late.at);
      if (isBack) explained.push(`${name}: read again after a restore`);
      else breaches.push({ id: 'RPL-3', what: `${name}: read again after it was acknowledged` });
    }
    if (reads.length > 0) continue;
    const end = kept.find(({ text }) => text === reply.text);
    if (end === undefined) breaches.push({ id: 'LOG-2', what: `${name}: the desk does not have it` });
    else if (end.progress === 'waiting' || end.progress === 'pending') explained.push(`${name}: has no link yet`);
    else if (restores.length > 0) explained.push(`${name}: ${end.progress} and not read, after a restore`);
    else breaches.push({ id: 'RPL-7', what: `${name}: ${end.progress} and not read` });
  }
  breaches.push(...checkNumbers(kept));
  for (const one of missing) {
    const name = `${one.source} was told that number ${one.number} is missing`;
    const reads = read.filter(({ source, desk }) => source === one.source && desk === one.desk);
    const earlier = reads.find(({ number, parts }) => number <= one.number && one.number < number + parts);
    if (restores.length > 0) explained.push(`${name}, after a restore`);
    else if (earlier === undefined) breaches.push({ id: 'RPL-7', what: `${name} and has never read it` });
    else if (one.sealedOn > dayOf(earlier.at) + daysToLearn)
      breaches.push({ id: 'RPL-4', what: `${name} days after it was read` });
    else explained.push(`${name}: the desk had not learnt yet that it was read`);
  }
  return { breaches, explained };
}

/** Numbers of a conversation are given once each, from 1 without a gap. */
export function checkNumbers(kept: readonly KeptReply[]): Breach[] {
  const conversations = Map.groupBy(kept, ({ conversation }) => conversation);
  return [...conversations].flatMap(([conversation, replies]) => {
    const numbers = replies.flatMap((reply) => reply.numbers).filter((number) => number > 0);
    const isWhole = numbers.sort((a, b) => a - b).every((number, at) => number === at + 1);
    const what = `conversation ${conversation.slice(0, 8)}: numbers ${numbers.join(', ')}`;
    return isWhole ? [] : [{ id: 'LOG-7', what }];
  });
}
