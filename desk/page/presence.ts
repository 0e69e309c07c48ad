/** Whether somebody is at the page: the desk locks when nobody is. */

/** Somebody who reads or types is reported this often at the most. */
const reportMs = 20_000;
/** What a frame says of its reader counts for so long after the page itself has seen somebody: the file in it is a stranger's. */
const frameTrustMs = 2 * 3_600_000;

export class Presence {
  readonly #report: () => void;
  #reportedAt = 0;
  #seenAt = 0;

  /** @param report tells whoever locks */
  constructor(report: () => void) {
    this.#report = report;
  }

  /** Somebody is at the keyboard, or moves the pointer. @param now milliseconds */
  seen(now: number): void {
    this.#seenAt = now;
    this.#tell(now);
  }

  /** A film plays in a frame, or somebody reads there. @param now milliseconds */
  inFrame(now: number): void {
    if (now - this.#seenAt < frameTrustMs) this.#tell(now);
  }

  #tell(now: number): void {
    if (now - this.#reportedAt < reportMs) return;
    this.#reportedAt = now;
    this.#report();
  }
}
