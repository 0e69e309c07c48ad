/** Lines of the inbox, made anew only for cases that something was done to: of ten thousand, most stand as they were. */

import { bytesToHex } from '@postern/protocol/bytes/encode';
import type { CaseDesk } from './case-desk.ts';
import { summaryOf, type WrittenReply } from './conversation-view.ts';
import type { LogStore } from './log-store.ts';
import type { PendingEvents } from './pending-events.ts';
import type { CaseLine } from './view.ts';

export interface CaseLinesParts {
  readonly log: LogStore;
  readonly pending: PendingEvents;
  readonly cases: CaseDesk;
}

export class CaseLines {
  readonly #with: CaseLinesParts;
  readonly #lines = new Map<string, CaseLine>();
  /** Cases with replies that were not in the log when the lines were asked for last. */
  #waitingBefore: readonly string[] = [];
  #term = '';

  constructor(others: CaseLinesParts) {
    this.#with = others;
  }

  /** In no particular order. The line of a case that stands as it did is the same object as before. */
  all(): CaseLine[] {
    const { log, cases } = this.#with;
    const waiting = this.#waiting();
    this.#forgetTouched(waiting);
    const lines: CaseLine[] = [];
    for (const [id, conversation] of log.state.conversations) {
      let line = this.#lines.get(id);
      if (line === undefined) {
        if (cases.isEnded(id)) continue;
        line = { ...summaryOf(conversation, waiting.get(id) ?? []), work: cases.summary(id) };
        this.#lines.set(id, line);
      }
      lines.push(line);
    }
    if (lines.length < this.#lines.size) {
      for (const id of this.#lines.keys()) if (!log.state.conversations.has(id)) this.#lines.delete(id);
    }
    return lines;
  }

  #forgetTouched(waiting: ReadonlyMap<string, unknown>): void {
    const { log, cases } = this.#with;
    for (const ids of [log.takeTouched(), cases.takeTouched(), this.#waitingBefore, waiting.keys()]) {
      for (const id of ids) this.#forget(id);
    }
    this.#waitingBefore = [...waiting.keys()];
    // It says until when each case is kept.
    const { retentionDays, retentionSince } = cases.team();
    const term = `${retentionDays} ${retentionSince}`;
    if (term !== this.#term) this.#lines.clear();
    this.#term = term;
  }

  /** Until when a case is kept depends on what it is part of, and on its parts, those of before too (CAS-9). */
  #forget(id: string): void {
    const { cases } = this.#with;
    const before = this.#lines.get(id)?.work.mergedInto ?? null;
    for (const one of [...cases.kinOf(id), ...(before === null ? [] : cases.kinOf(before))]) this.#lines.delete(one);
  }

  #waiting(): ReadonlyMap<string, WrittenReply[]> {
    const replies = this.#with.pending.events.filter((event) => event.kind === 'reply');
    return Map.groupBy(replies, ({ conversationId }) => bytesToHex(conversationId));
  }
}
