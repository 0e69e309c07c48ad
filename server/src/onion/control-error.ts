/** What can go wrong between this server and a tor. */

/**
 * `unavailable`: nobody answers at the control port. `authentication`: neither side accepts the other. `refused`: tor
 * answered with an error. `malformed`: it does not speak the protocol. `slow`: no answer in time. `closed`: it hung up.
 */
export type ControlErrorCode = 'unavailable' | 'authentication' | 'refused' | 'malformed' | 'slow' | 'closed';

/** The message names what was attempted and never holds an argument: some are keys. */
export class ControlError extends Error {
  override readonly name = 'ControlError';
  readonly code: ControlErrorCode;
  /** Of a refusal, as control-spec section 4 lists them. */
  readonly status: number | undefined;

  constructor(code: ControlErrorCode, attempted: string, status?: number) {
    super(`${attempted}: ${code}${status === undefined ? '' : ` (${status})`}`);
    this.code = code;
    this.status = status;
  }
}
