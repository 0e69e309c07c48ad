/** Bytes that must not reach a log, a message or a serialised object by accident. */

const placeholder = '[secret]';

/** Prints as a placeholder everywhere; the bytes come out only through {@link Secret.reveal}. */
export class Secret {
  readonly #bytes: Uint8Array;
  #erased = false;

  /** Takes the array over: whoever made it must not use or change it any more. */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get length(): number {
    return this.#bytes.length;
  }

  /** The very bytes, not a copy: use them at once, do not keep or change them. @throws Error once erased */
  reveal(): Uint8Array {
    if (this.#erased) throw new Error('reveal a secret: it is erased');
    return this.#bytes;
  }

  /** Overwrites the bytes with zeros. Engines may hold copies; this shortens a secret's life, it cannot prove its end. */
  erase(): void {
    this.#bytes.fill(0);
    this.#erased = true;
  }

  toString(): string {
    return placeholder;
  }

  toJSON(): string {
    return placeholder;
  }

  /** What Node's console shows. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return placeholder;
  }
}
