/** What happened in a run, line by line, and its hash: equal for equal seeds. */

import { bytesToHex } from '@postern/protocol/bytes/encode';
import { sha256Native } from '@postern/protocol/primitives/hmac-native';

export class Trace {
  readonly #lines: string[] = [];

  note(at: number, who: string, what: string): void {
    const day = Math.floor(at / 86_400);
    const seconds = Math.floor(at % 86_400);
    const [h, m, s] = [seconds / 3_600, (seconds % 3_600) / 60, seconds % 60].map((n) =>
      String(Math.floor(n)).padStart(2, '0'),
    );
    this.#lines.push(`${day} ${h}:${m}:${s} ${who.padEnd(12)} ${what}`);
  }

  get length(): number {
    return this.#lines.length;
  }

  /** Hex. */
  get hash(): string {
    return bytesToHex(sha256Native(new TextEncoder().encode(this.#lines.join('\n'))));
  }

  last(count: number): readonly string[] {
    return this.#lines.slice(-count);
  }

  get lines(): readonly string[] {
    return this.#lines;
  }
}
