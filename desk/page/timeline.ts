/** Messages and replies of a case, and of the cases that are part of it, in one order. */
import type { ConversationView, IncompleteMessageView, MessageView, ReplyView } from '@postern/desk/engine/view';

/** `of`: hex of the conversation that it is in. */
export type TimelineItem = { readonly of: string; readonly day: number } & (
  | { readonly kind: 'message'; readonly message: MessageView }
  | { readonly kind: 'incomplete'; readonly message: IncompleteMessageView }
  | { readonly kind: 'reply'; readonly reply: ReplyView }
);

export interface TimelineDay {
  readonly day: number;
  readonly items: readonly TimelineItem[];
}

/** Oldest day first. Within a day what came stands before what was written, since nothing knows the time of either. */
export function timelineOf(...views: readonly ConversationView[]): readonly TimelineDay[] {
  const came = views.flatMap(({ summary: { id: of }, messages, incomplete }): TimelineItem[] => [
    ...messages.map((message) => ({ kind: 'message', of, day: message.day, message }) as const),
    ...incomplete.map((message) => ({ kind: 'incomplete', of, day: message.day, message }) as const),
  ]);
  const written = views.flatMap(({ summary: { id: of }, replies }): TimelineItem[] =>
    replies.map((reply) => ({ kind: 'reply', of, day: reply.day, reply })),
  );
  const items = [...came, ...written];
  const days = Map.groupBy(items, ({ day }) => day);
  return [...days].sort(([a], [b]) => a - b).map(([day, all]) => ({ day, items: all }));
}

/** 1 written, 2 posted, 3 collected, 4 confirmed by the source. */
export function replyStep({ progress, isConfirmed }: ReplyView): 1 | 2 | 3 | 4 {
  if (isConfirmed) return 4;
  if (progress === 'collected') return 3;
  return progress === 'posted' ? 2 : 1;
}
