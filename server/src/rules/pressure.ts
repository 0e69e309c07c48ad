/** How many envelopes the server takes, and what an envelope must show when there are too many (protocol 6.2). */

import { PUZZLE_BITS_MAX, PUZZLE_NO_ROOM } from '@postern/protocol/constants';
import { dayOf } from '@postern/protocol/time';

export interface Allowance {
  /** Envelopes a minute beyond which the puzzle gets harder. */
  readonly perMinute: number;
  /** Envelopes that one day has room for. */
  readonly perDay: number;
  /** The part of a day's room that is kept for envelopes with an admission token, 0 to 1 [PUZ-1]. */
  readonly keptForTokens: number;
}

export const defaultAllowance: Allowance = { perMinute: 1_200, perDay: 100_000, keptForTokens: 0.25 };

/** What an envelope showed; real and cover cannot differ in it [PUZ-2]. */
export interface Shown {
  /** Tells whether the nonce solves this many bits; asked only when it matters. */
  readonly solves: (bits: number) => Promise<boolean>;
  /** Tells whether the token is a valid admission token; asked only when it matters. */
  readonly hasToken: () => Promise<boolean>;
}

/** `open`: store it. `token`: store it and spend its token. `busy`: neither room nor token. */
export type Admission = 'open' | 'token' | 'busy';

/** Fewer bits cost a sender nothing that it would notice. */
const puzzleBitsMin = 6;

/**
 * Counts what was accepted, never what was tried: whoever sends unsolved envelopes must not make the puzzle harder for
 * those who solve it. Holds two counts a day and one a minute, nothing of the envelopes.
 */
export class Pressure {
  readonly #allowance: Allowance;
  #day = 0;
  #open = 0;
  #withToken = 0;
  #minute = 0;
  #inMinute = 0;
  #bits = 0;

  constructor(allowance: Allowance) {
    this.#allowance = allowance;
  }

  /** Takes over a day's count after a start; all of it counts as open. */
  restore(day: number, envelopes: number): void {
    this.#day = day;
    this.#open = envelopes;
    this.#withToken = 0;
  }

  /** The puzzle bits that an envelope without a token needs now, 0 to 16; 17 where solving gains nothing [PUZ-3]. */
  bits(now: number): number {
    this.#moveTo(now);
    if (this.#open >= this.#openRoom()) return PUZZLE_NO_ROOM;
    return Math.max(this.#bits, this.#floor());
  }

  async admit(now: number, shown: Shown): Promise<Admission> {
    const bits = this.bits(now);
    if (this.#open < this.#openRoom() && (bits === 0 || (await shown.solves(bits)))) return 'open';
    if (this.#open + this.#withToken >= this.#allowance.perDay) return 'busy';
    return (await shown.hasToken()) ? 'token' : 'busy';
  }

  /** Counts an envelope that was stored and had not been before. */
  stored(now: number, admission: 'open' | 'token'): void {
    this.#moveTo(now);
    if (admission === 'token') {
      this.#withToken += 1;
      return;
    }
    this.#open += 1;
    this.#inMinute += 1;
    if (this.#inMinute % this.#allowance.perMinute === 0) {
      this.#bits = this.#bits === 0 ? puzzleBitsMin : Math.min(PUZZLE_BITS_MAX, this.#bits + 2);
    }
  }

  #openRoom(): number {
    return Math.floor(this.#allowance.perDay * (1 - this.#allowance.keptForTokens));
  }

  /** A slow flood fills the day without ever passing the minute's allowance: from half of the room on it gets harder. */
  #floor(): number {
    const used = this.#open / Math.max(1, this.#openRoom());
    if (used < 0.5) return 0;
    return Math.min(PUZZLE_BITS_MAX, puzzleBitsMin + Math.floor((used - 0.5) * 2 * (PUZZLE_BITS_MAX - puzzleBitsMin)));
  }

  #moveTo(now: number): void {
    const day = dayOf(now);
    if (day !== this.#day) this.restore(day, 0);
    const minute = Math.floor(now / 60);
    // A clock that is set back must not ease anything.
    const passed = Math.min(minute - this.#minute, PUZZLE_BITS_MAX);
    if (passed <= 0) return;
    for (let i = 0; i < passed; i++) {
      if (this.#inMinute < this.#allowance.perMinute / 2) this.#ease();
      this.#inMinute = 0;
    }
    this.#minute = minute;
  }

  #ease(): void {
    this.#bits = this.#bits <= puzzleBitsMin ? 0 : this.#bits - 1;
  }
}
