/** The one error for messages that have the right form but do not hold (spec/protocol.md, sections 4 to 7). */

/**
 * - `day`: an envelope's inside and its day key are more than a day apart (ENV-4)
 * - `signature`: does not verify with the key that it names
 * - `signer`: names a device that may not sign here
 * - `sealed`: does not open with the key that it must open with
 * - `organisation`: carried envelopes of another organisation
 * - `number`, `previous`, `epoch`, `recipients`: a log entry that does not continue the log (LOG-1)
 * - `index-fingerprint`, `index-bundle`, `index-lane`, `index-capacity`, `index-old`, `index-early`: an index to refuse (IDX-2)
 */
export type MessageErrorCode =
  | 'day'
  | 'signature'
  | 'signer'
  | 'sealed'
  | 'organisation'
  | 'number'
  | 'previous'
  | 'epoch'
  | 'recipients'
  | 'index-fingerprint'
  | 'index-bundle'
  | 'index-lane'
  | 'index-capacity'
  | 'index-old'
  | 'index-early';

/** The peer is wrong. The message names what was attempted, never content. */
export class MessageError extends Error {
  override readonly name = 'MessageError';
  readonly code: MessageErrorCode;

  constructor(code: MessageErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
