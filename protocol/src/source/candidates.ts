/** Every reply that a passphrase could have waiting: 64 days of eight links for each desk (spec/protocol.md, sections 3.1 and 5.1, CHN-3). */

import type { DeskId, Fingerprint } from '../bytes/brand.ts';
import { CLOCK_DAYS } from '../constants.ts';
import { type AckKey, type ReplyKey, replyKeysOf, type TagKey } from '../keys/reply-links.ts';
import { type PhraseKey, rootOf, rootsOf } from '../keys/source-keys.ts';
import { importHmacKey, type Mac } from '../primitives/hmac.ts';
import type { Day } from '../time.ts';

/** One place where a reply could be. */
export interface Candidate {
  readonly desk: DeskId;
  readonly rootDay: Day;
  readonly link: number;
  readonly tagKey: TagKey;
  readonly ackKey: AckKey;
  readonly replyKey: ReplyKey;
  /** Under T, imported once for all epochs. */
  readonly mac: Mac;
}

/** Candidates of all desks. Tomorrow is tried too, since the clock of the device that wrote may have been ahead. */
export async function candidatesOf(
  phrase: PhraseKey,
  fingerprint: Fingerprint,
  desks: readonly DeskId[],
  today: Day,
): Promise<Candidate[]> {
  const ahead = desks.map(async (desk) => {
    const day = today + CLOCK_DAYS;
    return { desk, day, root: await rootOf(phrase, fingerprint, desk, day) };
  });
  const roots = [...(await Promise.all(ahead)), ...(await rootsOf(phrase, fingerprint, desks, today))];
  const chains = roots.map(async ({ desk, day, root }) => {
    const keys = await replyKeysOf(root, fingerprint, desk, day);
    return Promise.all(
      keys.map(async ({ index, ...rest }) => ({
        desk,
        rootDay: day,
        link: index,
        ...rest,
        mac: await importHmacKey(rest.tagKey),
      })),
    );
  });
  return (await Promise.all(chains)).flat();
}
