/** Messages and replies of a conversation in one order. */
import type { ConversationView, IncompleteMessageView, MessageView, ReplyView } from '@postern/desk/engine/view';

export type TimelineItem =
  | { readonly kind: 'message'; readonly day: number; readonly message: MessageView }
  | { readonly kind: 'incomplete'; readonly day: number; readonly message: IncompleteMessageView }
  | { readonly kind: 'reply'; readonly day: number; readonly reply: ReplyView };

export interface TimelineDay {
  readonly day: number;
  readonly items: readonly TimelineItem[];
}

/** Oldest day first. Within a day what came stands before what was written, since nothing knows the time of either. */
export function timelineOf({ messages, incomplete, replies }: ConversationView): readonly TimelineDay[] {
  const items: TimelineItem[] = [
    ...messages.map((message) => ({ kind: 'message', day: message.day, message }) as const),
    ...incomplete.map((message) => ({ kind: 'incomplete', day: message.day, message }) as const),
    ...replies.map((reply) => ({ kind: 'reply', day: reply.day, reply }) as const),
  ];
  const days = Map.groupBy(items, ({ day }) => day);
  return [...days].sort(([a], [b]) => a - b).map(([day, all]) => ({ day, items: all }));
}

/** 1 written, 2 posted, 3 collected, 4 confirmed by the source. */
export function replyStep({ progress, isConfirmed }: ReplyView): 1 | 2 | 3 | 4 {
  if (isConfirmed) return 4;
  if (progress === 'collected') return 3;
  return progress === 'posted' ? 2 : 1;
}
