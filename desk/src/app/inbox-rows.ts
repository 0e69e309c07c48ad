/** Lines of the inbox: what there is to see, and whether two of them say the same. */

import { isDeepStrictEqual } from 'node:util';
import type { InboxRow } from './api.ts';
import type { CaseCallName, CaseCalls } from './case-calls.ts';

/** @param isSameLine whether the engine has given the same for both, so that only what this device adds can differ */
export function isSameRow(row: InboxRow, known: InboxRow, isSameLine: boolean): boolean {
  if (!isSameLine) return isDeepStrictEqual(row, known);
  const { isUnread, hasNews, hasDraft, detected, alike } = known;
  return (
    row.isUnread === isUnread &&
    row.hasNews === hasNews &&
    row.hasDraft === hasDraft &&
    row.detected === detected &&
    row.alike?.group === alike?.group &&
    row.alike?.count === alike?.count
  );
}

export function hasSameTexts(row: InboxRow, known: InboxRow | undefined): boolean {
  return (
    known !== undefined &&
    known.messages === row.messages &&
    known.replies === row.replies &&
    known.work.activity === row.work.activity
  );
}

export function caseIdsIn(given: CaseCalls[CaseCallName]): readonly string[] {
  if ('ids' in given) return given.ids;
  return 'id' in given ? [given.id] : [];
}
