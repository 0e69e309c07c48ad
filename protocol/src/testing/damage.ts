/** Damaged copies of good bytes, for tests of readers (spec/protocol.md section 1, ENC-1). */

/** Every proper beginning, longest first; by `step` bytes where each is expensive to read. */
export function* truncations(bytes: Uint8Array, step = 1): Generator<Uint8Array> {
  for (let length = bytes.length - 1; length >= 0; length -= step) yield bytes.slice(0, length);
}

/** One byte more, zero and not. */
export function extensions(bytes: Uint8Array): Uint8Array[] {
  return [0, 1, 255].map((last) => Uint8Array.of(...bytes, last));
}

/** One bit flipped in every `step`-th byte, each time another bit of the eight. */
export function* bitFlips(bytes: Uint8Array, step = 1): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += step) {
    const damaged = bytes.slice();
    damaged[at] = (damaged[at] ?? 0) ^ (1 << (at % 8));
    yield damaged;
  }
}

/** The same bytes inside a larger array, to catch readers that look behind their view. */
export function asView(bytes: Uint8Array): Uint8Array {
  const larger = new Uint8Array(bytes.length + 24).fill(0xa5);
  larger.set(bytes, 16);
  return larger.subarray(16, 16 + bytes.length);
}
