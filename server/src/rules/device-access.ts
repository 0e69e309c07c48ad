/** Nonces of device requests, each of which is good once (http 3, DEV-2). */

import { bytesToHex } from '@postern/protocol/bytes/encode';
import { deviceClockSeconds } from '@postern/protocol/http/device-signature';

/** More device requests than this in ten minutes are not taken; every nonce of a signature that holds is kept so long. */
const noncesMax = 65_536;
/**
 * Of one device: a stolen one keeps no other from the server. Twice the parcels that a desk may send in a day, so that who
 * hands over or takes the largest state is not kept from entries and posts meanwhile (PAR-3).
 */
const noncesOfDeviceMax = 16_384;
const keptSeconds = 2 * deviceClockSeconds + 1;

/** In memory only: requests from before the server's start are refused by their time. */
export class Nonces {
  /** Until when each is kept, in the order in which they came. */
  readonly #until = new Map<string, number>();
  readonly #counts = new Map<string, number>();

  /** Keeps the nonce and says whether it was there; `full`: too many are kept, and the request must not be taken. */
  take(device: Uint8Array, nonce: Uint8Array, now: number): 'new' | 'seen' | 'full' {
    for (const [key, until] of this.#until) {
      if (until > now) break;
      this.#until.delete(key);
      this.#count(key.slice(0, key.indexOf(' ')), -1);
    }
    const owner = bytesToHex(device);
    const key = `${owner} ${bytesToHex(nonce)}`;
    if (this.#until.has(key)) return 'seen';
    if (this.#until.size >= noncesMax || (this.#counts.get(owner) ?? 0) >= noncesOfDeviceMax) return 'full';
    this.#until.set(key, now + keptSeconds);
    this.#count(owner, 1);
    return 'new';
  }

  #count(owner: string, step: number): void {
    const count = (this.#counts.get(owner) ?? 0) + step;
    if (count === 0) this.#counts.delete(owner);
    else this.#counts.set(owner, count);
  }
}
