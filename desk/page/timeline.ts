/** Messages and replies of a case, and of the cases that are part of it, in one order. */
import { type OrderedItem, orderOf } from '@postern/desk/engine/conversation-order';
import type { ConversationView, ReplyView } from '@postern/desk/engine/view';

/** `of`: hex of the conversation that it is in. */
export type TimelineItem = OrderedItem & { readonly of: string };

export interface TimelineDay {
  readonly day: number;
  readonly items: readonly TimelineItem[];
}

/** Oldest day first, within a day one conversation after the other, each in the order of the log. */
export function timelineOf(...views: readonly ConversationView[]): readonly TimelineDay[] {
  const items = views.flatMap((view) => orderOf(view).map((item): TimelineItem => ({ ...item, of: view.summary.id })));
  const days = Map.groupBy(items, ({ under }) => under);
  return [...days].sort(([a], [b]) => a - b).map(([day, all]) => ({ day, items: all }));
}

export function idOf(item: TimelineItem): string {
  return item.kind === 'reply' ? item.reply.id : item.message.id;
}

/** 1 written, 2 posted, 3 collected, 4 confirmed by the source. */
export function replyStep({ progress, isConfirmed }: ReplyView): 1 | 2 | 3 | 4 {
  if (isConfirmed) return 4;
  if (progress === 'collected') return 3;
  return progress === 'posted' ? 2 : 1;
}
