/** No key and nonce of AES-GCM is used twice by anybody in the run (ENC-4). */

import type { NonceWatch } from '../nonce-watch.ts';
import type { Breach } from './breach.ts';

export function checkNonces(watch: NonceWatch): Breach[] {
  const breaches: Breach[] = [];
  if (watch.count() === 0) breaches.push({ id: 'ENC-4', what: 'no encryption was seen: the watch is blind' });
  if (watch.unknown() > 0) breaches.push({ id: 'ENC-4', what: `${watch.unknown()} encryptions with unknown keys` });
  if (watch.repeated() > 0)
    breaches.push({ id: 'ENC-4', what: `${watch.repeated()} pairs of key and nonce were used again` });
  return breaches;
}
