/** What became of the words of a file that the search was to read; page and process keep to the same (decisions/0134). */

/**
 * What the page tells of a file that it has read. `read`: all of its words; `cut`: the first of them; `none`: it has no
 * letters, as pictures and sounds; the others: why there are none.
 */
export const toldStates = ['read', 'cut', 'none', 'unknown', 'damaged', 'too-large', 'locked', 'too-slow'] as const;
export type ToldState = (typeof toldStates)[number];

/** `begun`: somebody reads it. `interrupted`: its reading ended twice and nothing came of it. `full`: as many letters of the case's files are known as shall be. */
export const wordStates = [...toldStates, 'begun', 'interrupted', 'full'] as const;
export type WordState = (typeof wordStates)[number];

/** A file that shall be read, by the name under which it is kept, and its case. */
export interface WaitingFile {
  readonly id: string;
  readonly kept: string;
}

/** A file of a case of which the search does not know all. */
export interface UnreadFile {
  /** The name under which it is kept. */
  readonly kept: string;
  readonly state: Exclude<WordState, 'read' | 'begun'>;
}

/** Larger files are not read for the search. */
export const wordsFileBytesMax: number = 64 * 1024 * 1024;
