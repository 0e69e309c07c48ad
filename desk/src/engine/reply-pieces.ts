/** What a person wrote as the pieces that go into replies. */

import { type ReplyContent, splitReply } from '@postern/protocol/messages/reply-content';

/** Null for a text that is too long. */
export async function piecesOf(content: ReplyContent): Promise<Uint8Array[] | null> {
  try {
    return await splitReply(content);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}
