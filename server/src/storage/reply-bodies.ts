/** Bodies in the order of the tag keys that were asked for, whichever of them an engine found. */

import { equal } from '@postern/protocol/bytes/equal';

export interface StoredBody {
  readonly tagKey: Uint8Array;
  readonly body: Uint8Array;
}

/** A tag key that was asked for twice has its body twice. */
export function inOrderOf(tagKeys: readonly Uint8Array[], found: readonly StoredBody[]): (Uint8Array | null)[] {
  return tagKeys.map((asked) => found.find(({ tagKey }) => equal(tagKey, asked))?.body ?? null);
}
