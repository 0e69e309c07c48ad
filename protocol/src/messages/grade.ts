/** A grade by the Admiralty code, committed to before it is shown (spec/protocol.md, section 7.3, CAS-3). */

import { lengthPrefixed } from '../bytes/encode.ts';
import { sha256 } from '../primitives/hash.ts';

export interface Grade {
  /** Reliability of the source: 1 to 6 for A to F. */
  readonly source: number;
  /** Credibility of the information, 1 to 6. */
  readonly information: number;
}

/** Whose grade of what: 32, 8, 32 and 8 bytes. */
export interface GradePlace {
  readonly fingerprint: Uint8Array;
  readonly desk: Uint8Array;
  readonly conversationId: Uint8Array;
  readonly device: Uint8Array;
}

/** H over the place, the grade and a nonce of 32 bytes that only the grader's device knows until both have graded. */
export async function gradeCommitment(place: GradePlace, grade: Grade, nonce: Uint8Array): Promise<Uint8Array> {
  const { fingerprint, desk, conversationId, device } = place;
  const value = Uint8Array.of(grade.source, grade.information);
  return sha256(lengthPrefixed('postern/1 grade', fingerprint, desk, conversationId, device, value, nonce));
}
