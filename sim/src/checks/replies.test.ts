// The check of replies sees a loss, a second reading, a wrong reader and a gap.
import { expect, it } from 'vitest';
import type { ReadReply, WrittenReply } from '../ledger.ts';
import { checkReplies, type KeptReply, type RepliesOfRun } from './replies.ts';

const written: WrittenReply = { desk: 'd', conversation: 'c', device: 'x', text: 'one', writtenAt: 100 };
const read: ReadReply = {
  source: 'a',
  visit: 'a/1',
  desk: 'd',
  number: 1,
  parts: 1,
  text: 'one',
  at: 200,
  acknowledgedAt: 260,
};
const kept: KeptReply = { conversation: 'c', text: 'one', numbers: [1], progress: 'collected' };
const run = (changes: Partial<RepliesOfRun>): RepliesOfRun => ({
  written: [written],
  read: [read],
  kept: [kept],
  missing: [],
  holes: [],
  conversationOf: () => 'c',
  ...changes,
});
const idsOf = (changes: Partial<RepliesOfRun>) => checkReplies(run(changes)).breaches.map(({ id }) => id);

it('is content when it was read once and acknowledged', () => {
  expect(checkReplies(run({}))).toEqual({ breaches: [], explained: [] });
});

it('sees a reply that was posted and never read', () => {
  expect(idsOf({ read: [] })).toEqual(['RPL-7']);
  expect(idsOf({ read: [], kept: [] })).toEqual(['LOG-2']);
  expect(
    checkReplies(run({ read: [], kept: [{ ...kept, numbers: [0], progress: 'waiting' }] })).explained,
  ).toHaveLength(1);
  expect(checkReplies(run({ read: [], holes: [{ kind: 'restore', from: 0, to: 300 }] })).explained).toHaveLength(1);
});

it('sees a reading after the acknowledgement, unless a backup was put back in between', () => {
  const again = { ...read, visit: 'a/2', at: 400, acknowledgedAt: null };
  expect(idsOf({ read: [read, again] })).toEqual(['RPL-3']);
  expect(idsOf({ read: [{ ...read, acknowledgedAt: null }, again] })).toEqual([]);
  expect(idsOf({ read: [read, again], holes: [{ kind: 'restore', from: 0, to: 300 }] })).toEqual([]);
  expect(idsOf({ read: [read, { ...read, acknowledgedAt: null }] })).toEqual(['RPL-3']);
});

it('sees a reader who is somebody else, and a text that nobody wrote', () => {
  expect(idsOf({ conversationOf: () => 'other' })).toEqual(['RPL-1']);
  expect(idsOf({ read: [read, { ...read, visit: 'a/2', text: 'two' }] })).toEqual(['RPL-1']);
});

it('sees numbers that are missing or given twice', () => {
  const second = { ...kept, text: 'two' };
  expect(idsOf({ kept: [kept, { ...second, numbers: [3] }] })).toEqual(['LOG-7']);
  expect(idsOf({ kept: [kept, { ...second, numbers: [1] }] })).toEqual(['LOG-7']);
  expect(idsOf({ kept: [kept, { ...second, numbers: [2, 3] }] })).toEqual([]);
});

it('sees a number that a source was told to miss, though it had read it or there was no such reply', () => {
  const day = 86_400;
  const told = { source: 'a', desk: 'd', number: 1, sealedOn: 9 };
  const earlier = { ...read, at: 2 * day, acknowledgedAt: null };
  expect(idsOf({ read: [earlier], missing: [told] })).toEqual(['RPL-4']);
  expect(idsOf({ read: [earlier], missing: [{ ...told, sealedOn: 3 }] })).toEqual([]);
  expect(idsOf({ missing: [{ ...told, number: 2 }] })).toEqual(['RPL-7']);
  expect(idsOf({ missing: [{ ...told, source: 'b' }] })).toEqual(['RPL-7']);
  expect(idsOf({ read: [earlier], missing: [told], holes: [{ kind: 'restore', from: 0, to: 300 }] })).toEqual([]);
});
