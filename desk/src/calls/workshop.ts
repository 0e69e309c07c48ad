/** What the desk needs to make calls, done by whoever runs it: the same code as behind `postern campaign`. */

import type { VerifiedRoster } from '@postern/protocol/keys/roster-chain';
import type { Random } from '@postern/protocol/primitives/random';
import type { Day } from '@postern/protocol/time';
import type { CallDraft } from './call-draft.ts';
import type { FilmFileKind, FilmPreview, FilmTaken, FilmView, FilmWords } from './film-view.ts';

/**
 * Why a call should not be signed yet. `unwritten`: words of a new call, or of another language, stand in it still.
 * `no-page`: the release has no page for sources in that language.
 */
export interface CallProblem {
  readonly code: 'unwritten' | 'unreviewed' | 'no-page' | 'past';
  /** Empty for what is about all. */
  readonly language: string;
  /** Which words, as the folder of a call names them. */
  readonly field?: string;
}

/** `fault`: what no call may have, in one English sentence that names file and field. */
export type CheckedCall = ReadyCall | { readonly fault: string; readonly isOfFilm: boolean };

export interface ReadyCall {
  readonly hash: string;
  readonly payload: Uint8Array;
  /** The document of its film and the pieces, in the order in which they are published; empty for a call without. */
  readonly film: readonly Uint8Array[];
  readonly problems: readonly CallProblem[];
}

export const previewKinds = ['page', 'poster', 'title', 'end'] as const;
export type PreviewKind = (typeof previewKinds)[number];

/** `none`: there is no page, or no kit, in that language. */
export type CallPreview =
  | {
      readonly kind: 'page';
      readonly html: string;
      readonly style: string;
      /** Null for a call without, and while its film is not whole. */
      readonly film: FilmPreview | null;
    }
  | { readonly kind: 'picture'; readonly svg: string }
  | { readonly kind: 'none' }
  | { readonly kind: 'fault'; readonly fault: string };

export interface CallPlace {
  /** The newest that is known. */
  readonly roster: VerifiedRoster;
  readonly today: Day;
  /** The call's own on this device, of which `film/` is part of the call if it is there. */
  readonly folder: string;
}

/** In the call's folder. Languages are those of the draft. */
export interface FilmDesk {
  readonly view: (folder: string, languages: readonly string[]) => Promise<FilmView>;
  /** Keeps a cleaned copy, or changes nothing. */
  readonly take: (folder: string, kind: FilmFileKind, file: Uint8Array) => Promise<FilmTaken>;
  /** Right or not: they are in work. */
  readonly write: (folder: string, language: string, words: FilmWords) => Promise<void>;
  readonly remove: (folder: string) => Promise<void>;
  /** The video that is there. @returns null without one */
  readonly video: (folder: string) => Promise<Uint8Array | null>;
}

/** The folder in which a kit is made, until it takes the place of the former one. */
export const kitInWork = (kit: string): string => `${kit}.new`;

export interface KitMade {
  readonly files: number;
  /** Captions that lack the verification words, or are not there, because the title is too long. */
  readonly short: readonly string[];
}

export interface CallWorkshop {
  readonly film: FilmDesk;
  readonly begin: (languages: readonly string[], place: Omit<CallPlace, 'folder'>, random: Random) => CallDraft;
  readonly check: (draft: CallDraft, place: CallPlace) => Promise<CheckedCall>;
  readonly preview: (
    draft: CallDraft,
    view: { readonly language: string; readonly kind: PreviewKind },
    place: CallPlace,
  ) => Promise<CallPreview>;
  /** The eight verification words as posters show them, by language of the draft. */
  readonly words: (draft: CallDraft, place: CallPlace) => Promise<Readonly<Record<string, string>>>;
  /**
   * Writes the draft and a roster that lists it into the call's folder, to be signed where the root key is. Takes the place
   * of what is there, but for the film.
   * @param payload what the check of this draft has given
   */
  readonly writeForSigning: (draft: CallDraft, place: CallPlace, payload: Uint8Array) => Promise<void>;
  /** All files of a kit into a folder, in place of a former one. `fault`: why it cannot be made, in one English sentence. */
  readonly makeKit: (
    draft: CallDraft,
    place: CallPlace,
    folder: string,
    /** Of title and end cards too, which takes ffmpeg. */
    films: boolean,
  ) => Promise<KitMade | { readonly fault: string }>;
}
