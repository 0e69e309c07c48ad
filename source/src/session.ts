/** What the page uses of the protocol's SourceSession, and nothing more, so that views can be tried against another. */
import type { SourceSession, SourceState } from '@postern/protocol/source';

export type Session = Pick<
  SourceSession,
  | 'load'
  | 'loadIndex'
  | 'organisation'
  | 'hasCampaigns'
  | 'loadCampaigns'
  | 'campaigns'
  | 'desks'
  | 'schedule'
  | 'laneToFetch'
  | 'laneDepth'
  | 'newPhrase'
  | 'enterPhrase'
  | 'forget'
  | 'measure'
  | 'send'
  | 'carry'
  | 'request'
  | 'answered'
  | 'failed'
  | 'shown'
  | 'settled'
  | 'state'
>;

/** What the rules of the page use, on the page of a server and without a network. */
export type PageSession = Pick<Session, 'desks' | 'newPhrase' | 'enterPhrase' | 'forget' | 'measure' | 'state'> & {
  /** Where calls are fetched. */
  readonly campaigns?: Session['campaigns'];
  /** Where there are answers. */
  shown?(answerId: string): void;
  settled?(answerId: string): void;
  readonly organisation: Pick<Session['organisation'], 'names' | 'verificationNumbers'>;
  send(message: Parameters<Session['send']>[0]): Promise<unknown>;
};

export type SessionState = SourceState;

export type { PhraseProblem } from '@postern/protocol/source';

/** The code of a SourceError or of any other protocol error, or undefined. */
export function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}
