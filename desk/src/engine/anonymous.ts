/** What a device has to do without its name, and when: none of it follows from what it does under its name, nor the other way (spec/protocol.md, section 5, RPL-8). */

import { dayOf } from '@postern/protocol/time';
import type { Nouns } from './engine-nouns.ts';

/** One thing that begins at its time. */
export interface AnonymousWork {
  /** Unix seconds. */
  readonly at: number;
  /** Does what is done here, and begins the requests without waiting for them. To be called in a turn. */
  readonly begin: () => Promise<void>;
}

/** Of all that there is, what is most due; null if there is nothing, or the device has left the roster. */
export function anonymousWork({ collected, posting, visits, campaigns, rosters, parts }: Nouns): AnonymousWork | null {
  if (!rosters.isMember) return null;
  const { documents } = collected;
  const works: { readonly at: number | null; readonly begin: () => Promise<void> | void }[] = [
    { at: collected.nextTime, begin: () => collected.look() },
    { at: campaigns.nextTime, begin: () => campaigns.fetch() },
    { at: visits.nextTime, begin: () => visits.work() },
  ];
  if (documents !== null) {
    works.push({ at: posting.nextRetry, begin: () => posting.retry(documents) });
    works.push({ at: posting.nextTime, begin: () => posting.post(documents, dayOf(parts.ports.now())) });
  }
  let next: AnonymousWork | null = null;
  for (const { at, begin } of works) {
    if (at !== null && (next === null || at < next.at)) next = { at, begin: async () => begin() };
  }
  return next;
}
