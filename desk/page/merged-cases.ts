/** Cases that are part of others: what is said of them there, and what is shown within an open case. */
import type { Answers, Change, InboxRow } from '@postern/desk/app/api';
import type { CaseFile } from '@postern/desk/engine/view';
import type { DeskClient } from './desk-client.ts';
import { isStirring, upwards } from './inbox.ts';
import type { OpenCase } from './model.ts';

/** Of a case that has more parts the newest are shown within it; each can be opened. */
export const shownPartsMax = 20;

type Rows = ReadonlyMap<string, InboxRow>;

/** Ids of parts that somebody must look at, by each case that they are part of, through others too. */
export function newPartsIn(rows: Rows): ReadonlyMap<string, readonly string[]> {
  const parts = new Map<string, string[]>();
  for (const row of rows.values()) {
    if (row.work.state === 'closed' || !isStirring(row)) continue;
    for (const at of upwards(rows, row.work.mergedInto)) {
      const known = parts.get(at);
      if (known === undefined) parts.set(at, [row.id]);
      else known.push(row.id);
    }
  }
  return parts;
}

/** @throws CallFailed */
export async function loadCase(
  client: DeskClient,
  id: string,
  rows: Rows,
): Promise<Pick<OpenCase, 'view' | 'parts' | 'draft' | 'copies' | 'unread' | 'seen'>> {
  const { view, draft, copies, unread, seen } = await client.call('conversation', { id });
  const loaded = view === null ? [] : await loadParts(client, view, rows);
  const parts = loaded.flatMap((part) => part.view ?? []);
  const seenOf = loaded.flatMap((part) => (part.view === null ? [] : [[part.view.summary.id, part.seen] as const]));
  return {
    ...{ view, parts, draft, copies: [...copies, ...loaded.flatMap((part) => part.copies)] },
    unread: new Map([...unread, ...loaded.flatMap((part) => part.unread)].map(({ kept, state }) => [kept, state])),
    seen: new Map([[id, seen], ...seenOf]),
  };
}

/** Whether the case is not as it is shown any more. */
export function hasChanged({ id, parts }: OpenCase, { rows, gone }: Extract<Change, { kind: 'inbox' }>): boolean {
  const shown = new Set([id, ...parts.map(({ summary }) => summary.id)]);
  return rows.some((row) => shown.has(row.id) || row.work.mergedInto === id) || gone.some((one) => shown.has(one));
}

async function loadParts(client: DeskClient, view: CaseFile, rows: Rows): Promise<readonly Answers['conversation'][]> {
  const newest = ({ work }: CaseFile): readonly string[] =>
    [...work.parts].sort((a, b) => (rows.get(b)?.lastDay ?? -1) - (rows.get(a)?.lastDay ?? -1));
  const ids = new Set(newest(view));
  const loaded: Answers['conversation'][] = [];
  // Parts of parts come behind them.
  for (const id of ids) {
    if (loaded.length === shownPartsMax) break;
    const part = id === view.summary.id ? null : await client.call('conversation', { id });
    if (part?.view == null) continue;
    loaded.push(part);
    for (const inner of newest(part.view)) ids.add(inner);
  }
  return loaded;
}
