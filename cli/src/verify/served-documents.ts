/** Bundle and index as a site serves them, which are asked for one after the other. */

import type { VerifiedRoster } from '@postern/protocol/keys/roster-chain';
import { type ServedDocuments, verifyDocuments } from '@postern/protocol/messages/current-documents';
import { MessageError } from '@postern/protocol/messages/message-error';

/**
 * Verifies them for lane 0, and once more if the bundle has changed between the two answers: that is no false site.
 * @param now unix seconds
 * @throws what `fetching` throws, and as `verifyDocuments`
 */
export async function verifyServed(
  fetching: () => Promise<ServedDocuments>,
  roster: VerifiedRoster,
  now: number,
): Promise<void> {
  try {
    await verifyDocuments(await fetching(), roster, 0, now);
  } catch (error) {
    if (!(error instanceof MessageError && error.code === 'index-bundle')) throw error;
    await verifyDocuments(await fetching(), roster, 0, now);
  }
}
