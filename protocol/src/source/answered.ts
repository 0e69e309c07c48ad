/** Answers to the questions of a campaign, beside what a person writes. */

import type { FileDescriptor } from '../files/descriptor.ts';
import { type Answer, type ContentMeasure, measureContent } from '../messages/content.ts';

/** Answers to the questions of a campaign. */
export interface Answered {
  /** 8 bytes. */
  readonly campaign: Uint8Array;
  readonly answers: readonly Answer[];
}

/** Of a message that answers no campaign. */
export const unasked = { campaign: null, answers: [] } as const;

/** How much room a message takes; never throws for one that is too long. */
export function measureMessage(
  text: string,
  language: string,
  files: readonly FileDescriptor[] = [],
  answered: Answered | undefined = undefined,
): Promise<ContentMeasure> {
  return measureContent({ ...(answered ?? unasked), language, text, files });
}
