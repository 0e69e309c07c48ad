/** The source of randomness, which everything that draws takes as an argument. */

/** Gives a fresh array of this many uniformly random bytes. */
export type Random = (length: number) => Uint8Array;
