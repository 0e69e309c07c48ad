// Bytes with faults, from a seed: what a reader must refuse with its own error and nothing else (ENC-1).

/** Random-looking bytes that are the same for the same seed. Protects nothing. */
export function seededRandom(seed: number): (length: number) => Uint8Array {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  return (length) => Uint8Array.from({ length }, () => next() & 0xff);
}

/** Every shorter beginning; of a long one a thousand, the first and last among them. */
export function* truncations(bytes: Uint8Array): Generator<Uint8Array> {
  const step = Math.max(1, Math.floor(bytes.length / 1000));
  for (let length = 0; length < bytes.length; length += step) yield bytes.slice(0, length);
  if (bytes.length > 0) yield bytes.slice(0, -1);
}

/** One byte more, a zero and another. */
export function* extensions(bytes: Uint8Array): Generator<Uint8Array> {
  for (const extra of [0, 1, 0xff]) yield Uint8Array.of(...bytes, extra);
}

/** One byte different: each of the first and last hundred, and some between, by its lowest bit, highest bit and all bits. */
export function* flips(bytes: Uint8Array): Generator<Uint8Array> {
  const step = Math.max(1, Math.floor(bytes.length / 300));
  for (let at = 0; at < bytes.length; at += at < 100 || at >= bytes.length - 100 ? 1 : step) {
    for (const mask of [0x01, 0x80, 0xff]) {
      const changed = bytes.slice();
      changed[at] = (changed[at] ?? 0) ^ mask;
      yield changed;
    }
  }
}

/** All of the above. */
export function* mutations(bytes: Uint8Array): Generator<Uint8Array> {
  yield* truncations(bytes);
  yield* extensions(bytes);
  yield* flips(bytes);
}

/** A change drawn at random: bytes overwritten, taken out, put in or repeated, a few times. */
export function scramble(bytes: Uint8Array, random: (length: number) => Uint8Array): Uint8Array {
  let result = bytes;
  const draw = (below: number): number => {
    const [a = 0, b = 0, c = 0] = random(3);
    return (a * 65_536 + b * 256 + c) % Math.max(1, below);
  };
  for (let times = 1 + draw(4); times > 0; times--) {
    const at = draw(result.length + 1);
    const length = draw(2) === 0 ? 1 : draw(40);
    const [before, after] = [result.subarray(0, at), result.subarray(at)];
    const changes = [
      () => [before, random(Math.min(length, after.length)), after.subarray(length)],
      () => [before, after.subarray(length)],
      () => [before, random(length), after],
      () => [before, result.subarray(draw(at + 1), at), after],
      () => [before, new Uint8Array(length).fill(0xff), after.subarray(length)],
    ];
    const pieces = changes[draw(changes.length)]?.() ?? [result];
    result = Uint8Array.from(pieces.flatMap((piece) => [...piece]));
  }
  return result;
}
