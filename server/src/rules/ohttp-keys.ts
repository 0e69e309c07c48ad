/** The server's Oblivious HTTP keys: a new one every six hours, the one before for half an hour more (BUN-4, protocol 2.5). */

import { OHTTP_KEY_LIFE_SECONDS, OHTTP_KEY_OVERLAP_SECONDS } from '@postern/protocol/constants';
import { encodeKeyConfig, type OhttpKey } from '@postern/protocol/http/ohttp';
import { type HpkeRecipient, hpkeSeedBytes } from '@postern/protocol/primitives/hpke';
import type { Random } from '@postern/protocol/primitives/random';

interface HeldKey extends OhttpKey {
  readonly madeAt: number;
}

/**
 * In memory only. The seed is overwritten as soon as the key is imported; the imported key is the engine's own and is
 * dropped, which the engine's collector ends.
 */
export class OhttpKeys {
  readonly #recipient: HpkeRecipient;
  readonly #random: Random;
  #newest: HeldKey | null = null;
  #before: HeldKey | null = null;

  constructor(recipient: HpkeRecipient, random: Random) {
    this.#recipient = recipient;
    this.#random = random;
  }

  /** The keys that open requests now, the newest first. */
  get keys(): readonly OhttpKey[] {
    return [this.#newest, this.#before].filter((key) => key !== null);
  }

  /** The newest key's configuration, as the bundle holds it; null before the first {@link renew}. */
  get keyConfig(): Uint8Array | null {
    if (this.#newest === null) return null;
    return encodeKeyConfig({ keyId: this.#newest.keyId, publicKey: this.#newest.privateKey.publicKey });
  }

  /** Does what is due: drops the key before, makes a new one. Also when the clock was set back behind a key's time. */
  async renew(now: number): Promise<void> {
    const age = this.#newest === null ? Number.POSITIVE_INFINITY : now - this.#newest.madeAt;
    if (age >= OHTTP_KEY_LIFE_SECONDS || age < 0) {
      const before = this.#newest;
      this.#newest = await this.#make(now, before);
      this.#before = before;
    }
    if (now - (this.#newest?.madeAt ?? now) >= OHTTP_KEY_OVERLAP_SECONDS) this.#before = null;
  }

  forget(): void {
    this.#newest = null;
    this.#before = null;
  }

  async #make(now: number, before: HeldKey | null): Promise<HeldKey> {
    const [first = 0] = this.#random(1);
    const keyId = before === null ? first : (before.keyId + 1) % 256;
    const seed = this.#random(hpkeSeedBytes);
    const privateKey = await this.#recipient.importKey(seed);
    seed.fill(0);
    return { keyId, privateKey, madeAt: now };
  }
}
