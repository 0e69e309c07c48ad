/** What the local process uses of the engine. */

import type { Campaign } from '@postern/protocol/campaign/campaign';
import type { EndedCount } from '@postern/protocol/desk/ended-counts';
import type { FileDescriptor } from '@postern/protocol/files/descriptor';
import type { VerifiedRoster } from '@postern/protocol/keys/roster-chain';
import type { AlertSubject } from '../engine/alerts.ts';
import type { CaseDesk } from '../engine/case-desk.ts';
import type { TeamView } from '../engine/case-view.ts';
import type { TakenEnvelopes } from '../engine/envelopes.ts';
import type { DeskIdentity } from '../engine/identity.ts';
import type { DeskPorts } from '../engine/ports.ts';
import type { Work } from '../engine/tasks.ts';
import type { AlertCode, CaseFile, CaseLine, EngineStatus, ReplyRoom } from '../engine/view.ts';

export interface Engine {
  /** Each has a timer of its own, so that neither waits for the other (RPL-8). */
  readonly named: Work;
  readonly anonymous: Work;
  /** Resolves when no anonymous request is under way. */
  settled(): Promise<void>;
  status(): EngineStatus;
  conversations(): readonly CaseLine[];
  conversation(id: string): Promise<CaseFile | null> | CaseFile | null;
  campaigns(): readonly Campaign[];
  newestRoster(): VerifiedRoster;
  publishCampaign(signed: Uint8Array, payload: Uint8Array, film: readonly Uint8Array[]): Promise<VerifiedRoster>;
  team(): TeamView;
  endedCounts(): readonly EndedCount[];
  work(action: (cases: CaseDesk, day: number) => Promise<void>): Promise<void>;
  file(id: string, message: string, at: number): Promise<FileDescriptor | null>;
  reply(id: string, text: string, files: readonly FileDescriptor[]): Promise<{ readonly messageId: string }>;
  replyRoom(id: string, text: string): Promise<ReplyRoom> | ReplyRoom;
  take(envelopes: readonly Uint8Array[]): Promise<TakenEnvelopes>;
  dismiss(code: AlertCode, subject: AlertSubject): Promise<void>;
  onChange(listener: () => void): () => void;
}

export type OpenEngine = (ports: DeskPorts, identity: DeskIdentity) => Promise<Engine>;
