import { bytesToHex } from '@postern/protocol/bytes/encode';
import type { Conversation } from '@postern/protocol/desk/state';
import { describe, expect, it } from 'vitest';
import { summaryOf, type WrittenReply } from './conversation-view.ts';

const call = new Uint8Array(8).fill(7);
const id = new Uint8Array(32);

interface Written {
  readonly day: number;
  readonly campaign?: Uint8Array;
  readonly files?: number;
}

/** A conversation of these messages, of which so many are answered, each by a reply of its day. */
function conversation(messages: readonly Written[], answered = 0): Conversation {
  return {
    id,
    links: null,
    partial: [],
    messages: messages.map(({ day, campaign = null, files = 0 }, at) => ({
      day,
      repliesBefore: Math.min(at, answered),
      content: { campaign, files: new Array(files).fill({}), text: '', language: 'en', answers: [] },
    })),
    replies: messages
      .slice(0, answered)
      .map(({ day }) => ({ day, messageId: new Uint8Array([day]), progress: 'posted', isConfirmed: false })),
  } as unknown as Conversation;
}

describe('a line of the inbox', () => {
  it('says since when its source waits: from the oldest message after the last answer', () => {
    const since = (messages: readonly Written[], answered: number, waiting: readonly WrittenReply[] = []) =>
      summaryOf(conversation(messages, answered), waiting).waitsSince;
    // What came on the day of an answer, after it, waits as well.
    const four = [{ day: 3 }, { day: 3 }, { day: 5 }, { day: 9 }];
    expect([0, 1, 2, 3, 4].map((answered) => since(four, answered))).toEqual([3, 3, 5, 9, null]);
    expect(since([], 0)).toBe(null);
    expect(since(four, 0, [{ conversationId: id, pieces: [] } as unknown as WrittenReply])).toBe(null);
  });

  it('keeps the calls and the files of all of its messages, whatever the newest has', () => {
    const messages = [{ day: 1, campaign: call, files: 2 }, { day: 2, campaign: call }, { day: 3 }];
    expect(summaryOf(conversation(messages), [])).toMatchObject({
      campaign: bytesToHex(call),
      campaigns: [bytesToHex(call)],
      hasFiles: true,
    });
    expect(summaryOf(conversation([{ day: 1 }]), [])).toMatchObject({ campaign: null, campaigns: [], hasFiles: false });
  });

  it('stays with the call by which its source came, whatever comes later', () => {
    const other = new Uint8Array(8).fill(8);
    const messages = [{ day: 1 }, { day: 2, campaign: call }, { day: 3, campaign: other }];
    expect(summaryOf(conversation(messages), []).campaign).toBe(bytesToHex(call));
  });
});
