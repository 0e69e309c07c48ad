/** Whether the roster names the onion address that the server has: it may have been made later than the organisation. */

import { signedOrigins } from '@postern/protocol/keys/addresses';
import type { Roster } from '@postern/protocol/keys/roster';

/** @param origin `http://<name>.onion` @returns what an operator is told; null if it is listed */
export function unlistedOnion(roster: Pick<Roster, 'servers'>, origin: string): string | null {
  return signedOrigins(roster).includes(origin)
    ? null
    : `The newest roster does not list ${origin}: pages call it false and do not go there when another fails. List it: postern roster mirror add ${origin}.`;
}
