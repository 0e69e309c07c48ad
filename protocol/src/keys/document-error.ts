/** The one error for documents that are well-formed but must not be used (spec/protocol.md sections 2 and 2.x). */

/** Why a document is refused; stable, so that callers and texts may depend on it. */
export type DocumentErrorCode =
  /** A signature does not verify. */
  | 'signature'
  /** The signer is not one whom the roster allows to sign this. */
  | 'unknown-signer'
  /** It names, or is signed for, another organisation than the pinned one. */
  | 'wrong-organisation'
  /** It names another roster than the one in use. */
  | 'wrong-roster'
  /** It is about a desk that the roster does not have. */
  | 'unknown-desk'
  /** It is for another day than the one that was asked for. */
  | 'wrong-day'
  /** Its last day is past. */
  | 'expired'
  /** Its first day is still to come. */
  | 'not-yet-valid'
  /** Its number is lower than one already known. */
  | 'rolled-back'
  /** Another roster of the same number is known: somebody was shown something else. */
  | 'same-number'
  /** It does not follow from the known one. */
  | 'not-linked'
  /** A desk that is not paused has no day key. */
  | 'incomplete'
  /** The same key or id stands in two places. */
  | 'duplicate'
  /** A key in it is none that anything could be sealed to. */
  | 'bad-key';

/** Whoever signed or delivered the document is wrong. The message names what was attempted, never content. */
export class DocumentError extends Error {
  override readonly name = 'DocumentError';
  readonly code: DocumentErrorCode;

  constructor(code: DocumentErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
