/** In which order a conversation is read: that of the log, since days say too little (spec/protocol.md, section 7.2, LOG-14). */
import type { ConversationView, IncompleteMessageView, MessageView, ReplyView } from './view.ts';

/** `under`: the day under which it stands, its own or a later one that something before it has. */
export type OrderedItem = { readonly under: number } & (
  | { readonly kind: 'message'; readonly message: MessageView }
  | { readonly kind: 'incomplete'; readonly message: IncompleteMessageView }
  | { readonly kind: 'reply'; readonly reply: ReplyView }
);

type Parts = Pick<ConversationView, 'messages' | 'incomplete' | 'replies'>;

/** Messages and replies as the log has them. What is not whole has no place there yet, and stands at the end of its day. */
export function orderOf({ messages, incomplete, replies }: Parts): readonly OrderedItem[] {
  let under = 0;
  const item = <Item extends object>(day: number, fields: Item): Item & { readonly under: number } => {
    under = Math.max(under, day);
    return { under, ...fields };
  };
  const ordered: OrderedItem[] = [];
  let written = 0;
  const write = (count: number): void => {
    for (const reply of replies.slice(written, count)) ordered.push(item(reply.day, { kind: 'reply', reply }));
    written = Math.max(written, count);
  };
  for (const message of messages) {
    write(message.repliesBefore);
    ordered.push(item(message.day, { kind: 'message', message }));
  }
  write(replies.length);
  const missing = incomplete.map((message) => ({ kind: 'incomplete', under: message.day, message }) as const);
  return [...ordered, ...missing].sort((a, b) => a.under - b.under);
}
