/** DSSE's pre-authentication encoding (DSSE v1 protocol): what a signature over typed bytes covers. */

import { concat, utf8ToBytes } from '../bytes/encode.ts';

/** "DSSEv1", the type and the payload, with their lengths in decimal, so that no two pairs give the same bytes. */
export function dssePae(payloadType: string, payload: Uint8Array): Uint8Array {
  const type = utf8ToBytes(payloadType);
  return concat(utf8ToBytes(`DSSEv1 ${type.length} `), type, utf8ToBytes(` ${payload.length} `), payload);
}
