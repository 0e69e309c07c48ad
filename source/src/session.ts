/** What the page uses of the protocol's SourceSession, and nothing more, so that views can be tried against another. */
import type { SourceSession, SourceState } from '@postern/protocol/source';

export type Session = Pick<
  SourceSession,
  | 'load'
  | 'loadIndex'
  | 'organisation'
  | 'desks'
  | 'schedule'
  | 'laneToFetch'
  | 'laneDepth'
  | 'newPhrase'
  | 'enterPhrase'
  | 'forget'
  | 'measure'
  | 'send'
  | 'request'
  | 'answered'
  | 'failed'
  | 'shown'
  | 'state'
>;

export type SessionState = SourceState;

export type { PhraseProblem } from '@postern/protocol/source';

/** The code of a SourceError or of any other protocol error, or undefined. */
export function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}
