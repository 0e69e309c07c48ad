/** The puzzle that an envelope without a token solves in a flood (spec: protocol section 6.2). */

import { lengthPrefixed, u32be } from '../bytes/encode.ts';
import { PUZZLE_BITS_MAX, PUZZLE_ITERATIONS, PUZZLE_NONCE_BYTES } from '../constants.ts';
import { sha256 } from '../primitives/hash.ts';
import { pbkdf2 } from '../primitives/pbkdf2.ts';
import type { Random } from '../primitives/random.ts';

/** One puzzle: for one payload, in one epoch. */
export type Puzzle = {
  readonly salt: Uint8Array;
  /** 0 … 16. */
  readonly bits: number;
};

/** How many nonces {@link solvePuzzle} has under way at once: enough for every core, few enough to be over at once. */
const triesAtOnce = 16;
const outputBytes = 4;

/** @param payload 4,096 bytes: the envelope @param bits 0 … 16, RangeError otherwise */
export async function makePuzzle(payload: Uint8Array, epoch: number, bits: number): Promise<Puzzle> {
  if (!Number.isInteger(bits) || bits < 0 || bits > PUZZLE_BITS_MAX) {
    throw new RangeError(`make a puzzle: ${bits} bits, wanted 0 to ${PUZZLE_BITS_MAX}`);
  }
  return { salt: lengthPrefixed('postern/1 puzzle', await sha256(payload), u32be(epoch)), bits };
}

/**
 * Tries so many random nonces at once, on the engine's own threads: a page stays responsive, and the caller may stop
 * between two calls.
 * @returns one that solves the puzzle (8 bytes), or null
 */
export async function tryNonces(puzzle: Puzzle, tries: number, random: Random): Promise<Uint8Array | null> {
  const nonces = Array.from({ length: tries }, () => random(PUZZLE_NONCE_BYTES));
  const solved = await Promise.all(nonces.map((nonce) => solves(puzzle, nonce)));
  return nonces[solved.indexOf(true)] ?? null;
}

/** Client: searches until it has a nonce; 2^bits tries on average. */
export async function solvePuzzle(
  payload: Uint8Array,
  epoch: number,
  bits: number,
  random: Random,
): Promise<Uint8Array> {
  const puzzle = await makePuzzle(payload, epoch, bits);
  for (;;) {
    const nonce = await tryNonces(puzzle, Math.min(triesAtOnce, 2 ** bits), random);
    if (nonce !== null) return nonce;
  }
}

/**
 * Server: whether a nonce solves the puzzle of the current epoch or one of the two before. Asks for one derivation for
 * each epoch that does not fit, none without a puzzle.
 */
export async function checkPuzzle(
  payload: Uint8Array,
  nonce: Uint8Array,
  epoch: number,
  bits: number,
): Promise<boolean> {
  if (bits === 0) return true;
  for (const accepted of [epoch, epoch - 1, epoch - 2]) {
    if (accepted >= 0 && (await solves(await makePuzzle(payload, accepted, bits), nonce))) return true;
  }
  return false;
}

async function solves(puzzle: Puzzle, nonce: Uint8Array): Promise<boolean> {
  const output = await pbkdf2(nonce, puzzle.salt, PUZZLE_ITERATIONS, outputBytes);
  const value = output.reduce((sum, byte) => sum * 0x100 + byte, 0);
  return value < 2 ** (8 * outputBytes - puzzle.bits);
}
