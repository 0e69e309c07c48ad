/** A call as it is written at the desk: what it asks, and its words in each language, the fields of `postern campaign new`. */

import type { CampaignText } from '@postern/protocol/campaign/campaign-text';
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

/** The words of a campaign in one language, those of its questions by their ids. */
export interface DraftText extends Omit<CampaignText, 'language' | 'prompts'> {
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
