/** How much of each case a person has looked at on this device, and how that is kept there. */

import { bytesToHex, hexToBytes } from '@postern/protocol/bytes/encode';
import { Reader } from '@postern/protocol/bytes/reader';
import { Writer } from '@postern/protocol/bytes/writer';
import { CONVERSATION_ID_BYTES } from '@postern/protocol/constants';

/** How much of a case has been looked at here: numbers of what comes in one order. */
export interface Seen {
  /** Whole ones. */
  readonly messages: number;
  /** Messages of which parts were missing. */
  readonly incomplete: number;
  /** That others had written. */
  readonly replies: number;
  /** Of the trail, those of others. */
  readonly deeds: number;
  /** Of the case's activity. */
  readonly activity: number;
}

export const nothingSeen: Seen = { messages: 0, incomplete: 0, replies: 0, deeds: 0, activity: 0 };
const seenVersion = 3;
/** Kept messages, whole or not, and activity alone. */
const seenVersionBefore = 2;

/** @param all by hex of the case's id */
export function encodeSeen(all: readonly (readonly [string, Seen])[]): Uint8Array {
  return new Writer()
    .u8(seenVersion)
    .list16(all, ([id, { messages, incomplete, replies, deeds, activity }], w) =>
      w
        .bytes(hexToBytes(id), CONVERSATION_ID_BYTES)
        .u16(messages)
        .u16(incomplete)
        .u16(replies)
        .u16(deeds)
        .u32(activity),
    )
    .done();
}

/** @throws WireError */
export function decodeSeen(bytes: Uint8Array): (readonly [string, Seen])[] {
  const reader = new Reader(bytes);
  const kept = reader.version(seenVersion, seenVersionBefore);
  const all = reader.list16(0xffff, (r): [string, Seen] => {
    const id = bytesToHex(r.bytes(CONVERSATION_ID_BYTES));
    const messages = r.u16();
    const isOld = kept === seenVersionBefore;
    // Messages in parts were counted with the whole ones: they count as new once more, so that no whole one is missed.
    const incomplete = isOld ? 0 : r.u16();
    // What was not kept counts as seen until somebody looks again: nothing old is called new.
    const rest = (): number => (isOld ? 0xffff : r.u16());
    return [id, { messages, incomplete, replies: rest(), deeds: rest(), activity: r.u32() }];
  });
  reader.end();
  return all;
}
