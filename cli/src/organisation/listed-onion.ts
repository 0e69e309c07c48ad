/** Whether the roster names the onion address that the server has: it may have been made later than the organisation. */

import type { Roster } from '@postern/protocol/keys/roster';

/** @param origin `http://<name>.onion` @returns what an operator is told; null if it is listed */
export function unlistedOnion({ servers }: Pick<Roster, 'servers'>, origin: string): string | null {
  const isListed = servers.some(({ addresses }) => addresses.some((address) => address.replace(/\/$/, '') === origin));
  return isListed
    ? null
    : `The newest roster does not list ${origin}: pages call it false and do not go there when another fails. List it: postern roster mirror add ${origin}.`;
}
