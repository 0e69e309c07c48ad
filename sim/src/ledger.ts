/** What really was written, sent and read in a run: the truth that the desks' and sources' views are compared with. */

/** One text that a source wrote. */
export interface SentMessage {
  /** Name of the source. */
  readonly source: string;
  /** Hex. */
  readonly desk: string;
  /** Hex. */
  readonly conversation: string;
  /** No other message has it. */
  readonly text: string;
  readonly sentAt: number;
  readonly parts: number;
  /** Parts that the server confirmed while the page was open. */
  stored: number;
  /** When the last of them was. */
  storedAt: number;
}

/** One text that a desk wrote. */
export interface WrittenReply {
  /** Hex. */
  readonly desk: string;
  /** Hex. */
  readonly conversation: string;
  readonly device: string;
  readonly text: string;
  readonly writtenAt: number;
}

/** One text that a source saw in one visit. */
export interface ReadReply {
  readonly source: string;
  readonly visit: string;
  /** Hex. */
  readonly desk: string;
  readonly number: number;
  readonly parts: number;
  readonly text: string;
  readonly at: number;
  /** Whether the server confirmed the request with the acknowledgement in this visit. */
  acknowledgedAt: number | null;
}

/** Time that nobody was there, or that the server lost. */
export interface Hole {
  readonly kind: 'restore' | 'sleep';
  readonly from: number;
  readonly to: number;
}

export interface MissingNumber {
  readonly source: string;
  /** Hex. */
  readonly desk: string;
  readonly number: number;
  /** Day on which the newest reply of that desk in the visit was sealed. */
  readonly sealedOn: number;
}

export class Ledger {
  readonly sent: SentMessage[] = [];
  readonly written: WrittenReply[] = [];
  readonly read: ReadReply[] = [];
  readonly holes: Hole[] = [];
  /** Refusals at sources: codes by visit. */
  readonly troubles: { readonly visit: string; readonly code: string; readonly at: number }[] = [];
  /** Numbers that a source was told to be missing, at the end of a visit. */
  readonly missing: MissingNumber[] = [];
}
