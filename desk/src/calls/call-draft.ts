/** A call as it is written at the desk: what it asks, and its words in each language, the fields of `postern campaign new`. */

import type { QuestionKind } from '@postern/protocol/campaign/question';

export interface DraftQuestion {
  readonly id: string;
  readonly kind: QuestionKind;
  /** Ids; empty for kinds without. */
  readonly options?: readonly string[];
  readonly onlyIf?: { readonly question: string; readonly option: string } | null;
}

export interface DraftPrompt {
  readonly label: string;
  readonly hint: string;
  readonly options?: Readonly<Record<string, string>>;
}

/** Fields in Markdown have their lines in one text. */
export interface DraftText {
  readonly state: 'draft' | 'reviewed';
  readonly reviewer: string;
  readonly title: string;
  readonly summary: string;
  readonly body: string;
  readonly who: string;
  readonly wanted: string;
  /** For little, some and great danger. */
  readonly safe: readonly [string, string, string];
  readonly never: string;
  readonly after: string;
  readonly questions: Readonly<Record<string, DraftPrompt>>;
}

export interface CallDraft {
  readonly structure: {
    /** Hex. */
    readonly id: string;
    readonly name: string;
    /** `YYYY-MM-DD`, both inclusive. */
    readonly from: string;
    readonly until: string;
    /** `#rrggbb`, or empty or left out for the usual one. */
    readonly color?: string;
    /** Hex. */
    readonly desks: readonly string[];
    readonly questions: readonly DraftQuestion[];
  };
  /** By language, BCP 47. */
  readonly texts: Readonly<Record<string, DraftText>>;
  /** The language that the others are translated from. */
  readonly source: string;
  /** What a person has made sure of before signing. */
  readonly checks: { readonly contact: boolean; readonly words: boolean };
}
