/** What a visit tells whoever shows it. */

import type { DeskName } from '../keys/roster.ts';
import type { SourceAnswer } from './answers.ts';

export interface SourceDesk {
  /** Hex. */
  readonly id: string;
  readonly names: readonly DeskName[];
  readonly paused: boolean;
}

export interface OutboxMessage {
  readonly id: string;
  readonly parts: number;
  /** Equal to `parts` once the server has confirmed all. */
  readonly stored: number;
}

export interface SourceState {
  readonly phrase: 'none' | 'new' | 'entered';
  readonly outbox: readonly OutboxMessage[];
  /** The server asked to wait; what is not stored goes again. */
  readonly busy: boolean;
  readonly looked: 'no-phrase' | 'not-yet' | 'none' | 'fetching' | 'found';
  /** Unix seconds at which the index's epoch began; 0 without one. */
  readonly indexTime: number;
  readonly answers: readonly SourceAnswer[];
  /** Replies that were found and could not be verified: to be looked for again (RPL-2). */
  readonly unreadable: number;
  readonly missing: readonly { readonly deskId: string; readonly number: number }[];
  /** Replies that were shown and that the server has not been told to delete yet, kept ones among them. */
  readonly unacknowledged: number;
}
