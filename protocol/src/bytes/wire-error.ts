/** The one error for bytes that do not have the form the protocol gives them. */

/** What was wrong with the bytes; stable, so that callers and logs may depend on it. */
export type WireErrorCode =
  | 'truncated'
  | 'trailing'
  | 'bad-length'
  | 'bad-value'
  | 'bad-utf8'
  | 'bad-padding'
  | 'too-many'
  | 'bad-order'
  | 'unknown-version';

/** The peer, or whatever stored the bytes, is wrong. The message names what was attempted and sizes, never content. */
export class WireError extends Error {
  override readonly name = 'WireError';
  readonly code: WireErrorCode;

  constructor(code: WireErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
