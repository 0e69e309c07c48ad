/** The film of a call in work, as the page shows it: each part by itself, with what keeps it from being published. */

import type { FindingKind } from '@postern/protocol/metadata/report';

/**
 * - `missing`: it is not there, or empty
 * - `large`: more bytes than a film, its picture or its words may have
 * - `format`: another kind of file
 * - `broken`: damaged, or not in the form that its kind has
 * - `unseen`: signs in it that nobody sees
 * - `traces`: it gives away more than it shows
 * - `unread`: the file or the disk could not be read or written
 */
export type FilmProblem = 'missing' | 'large' | 'format' | 'broken' | 'unseen' | 'traces' | 'unread';

export interface FilmFault {
  readonly problem: FilmProblem;
  /** Of the problem `traces`. */
  readonly found: readonly FindingKind[];
  /** In one English sentence that names the file. */
  readonly said: string;
}

export function plainFault(problem: FilmProblem): FilmFault {
  return { problem, found: [], said: '' };
}

/** Files of a film that are the same in every language. */
export const filmFileKinds = ['video', 'poster'] as const;
export type FilmFileKind = (typeof filmFileKinds)[number];

export interface FilmWords {
  /** WebVTT. */
  readonly captions: string;
  /** Markdown. */
  readonly transcript: string;
}

/** Signs of captions or of a transcript that are kept, bytes of a file of them: more than a film may have, so that a little too much can be shortened. */
export const filmWordsMax = 100_000;

export interface FilmView {
  /** Whether any part of a film is there: then all of it has to be. */
  readonly isThere: boolean;
  /** Bytes, pixels and seconds. */
  readonly video:
    | { readonly bytes: number; readonly width: number; readonly height: number; readonly seconds: number }
    | FilmFault;
  readonly poster: { readonly bytes: number } | FilmFault;
  /** By language of the call. */
  readonly words: Readonly<
    Record<
      string,
      FilmWords & { readonly faults: { readonly captions: FilmFault | null; readonly transcript: FilmFault | null } }
    >
  >;
  /** Of parts that are right, and together are not. */
  readonly fault: FilmFault | null;
}

/** What was taken out of the copy that is kept, or why there is none. */
export type FilmTaken = { readonly removed: readonly FindingKind[] } | FilmFault;

/** What a page shows beside the film itself. */
export interface FilmPreview {
  /** Another value: the video is another one. */
  readonly video: string;
  /** Base64url. */
  readonly poster: string;
  readonly posterType: string;
  readonly captions: string;
}
