/** Why a visit cannot go on, in codes that a page has words for. */

import { WireError } from '../bytes/wire-error.ts';
import { DocumentError } from '../keys/document-error.ts';
import { MessageError } from '../messages/message-error.ts';

export type SourceErrorCode =
  /** The roster cannot be read, is not signed by the fingerprint, or contradicts one seen before. */
  | 'roster'
  | 'roster-expired'
  /** The device's clock is off, or the server's: a document is of another day. */
  | 'clock'
  | 'bundle'
  | 'index'
  | 'index-old'
  /** The index names another bundle: the server changed it between two answers, and all three must be loaded again. */
  | 'bundle-changed'
  | 'no-documents'
  | 'no-phrase'
  | 'too-long'
  | 'desk-paused'
  /** An answer does not open. Nothing is lost, everything is asked again. */
  | 'answer';

/** Why a visit cannot go on. The message names what was attempted, never content. */
export class SourceError extends Error {
  override readonly name = 'SourceError';
  readonly code: SourceErrorCode;

  constructor(code: SourceErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** Runs a check of something that the server delivered; the peer's faults become `SourceError`. */
export async function refuse<Value>(
  what: 'roster' | 'bundle' | 'index',
  attempt: () => Promise<Value>,
): Promise<Value> {
  try {
    return await attempt();
  } catch (error) {
    throw toSourceError(what, error);
  }
}

/** The peer's faults become codes that the page has words for; our own stay what they are. */
export function toSourceError(what: 'roster' | 'bundle' | 'index', error: unknown): unknown {
  if (error instanceof DocumentError && error.code === 'expired')
    return new SourceError('roster-expired', error.message);
  if (error instanceof DocumentError && (error.code === 'not-yet-valid' || error.code === 'wrong-day')) {
    return new SourceError('clock', error.message);
  }
  if (error instanceof MessageError && error.code === 'index-old') return new SourceError('index-old', error.message);
  if (error instanceof MessageError && error.code === 'index-bundle') {
    return new SourceError('bundle-changed', error.message);
  }
  if (error instanceof MessageError && error.code === 'index-early') return new SourceError('clock', error.message);
  const isPeerFault = error instanceof DocumentError || error instanceof MessageError || error instanceof WireError;
  return isPeerFault ? new SourceError(what, error.message) : error;
}
