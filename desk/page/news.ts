/** What of an open case has come since its person last looked, on this device. What they did themselves is no news to them. */
import type { Answers } from '@postern/desk/app/api';
import type { CaseFile } from '@postern/desk/engine/view';

export type Seen = Answers['conversation']['seen'];

export interface CaseNews {
  /** Ids of messages, whole or not, and of replies. */
  readonly items: ReadonlySet<string>;
  /** Ids. */
  readonly notes: ReadonlySet<string>;
  /** Devices whose grades were shown. */
  readonly graders: ReadonlySet<string>;
  /** Steps of the trail, by their places in it. */
  readonly steps: ReadonlySet<number>;
}

/** Of an open case and of its parts, by their ids. */
export type NewsOf = ReadonlyMap<string, CaseNews>;

/** Parts stand in the conversation alone, what the team did to them does not. */
export type NewsPlace = 'timeline' | 'notes' | 'trail';

export const noNews: CaseNews = { items: new Set(), notes: new Set(), graders: new Set(), steps: new Set() };

/** All of it. @param own hex of the device whose person looks */
export function seenIn(view: CaseFile, own: string): Seen {
  const { messages, incomplete, replies, work } = view;
  return {
    messages: messages.length,
    incomplete: incomplete.length,
    replies: replies.filter(({ author }) => author !== own).length,
    deeds: work.trail.filter(({ device }) => isOther(device, own)).length,
    activity: work.activity,
  };
}

/** A case begins with a message, or a part of one. */
export function hasNeverLooked({ messages, incomplete }: Seen): boolean {
  return messages + incomplete === 0;
}

export function isSame(one: Seen, other: Seen): boolean {
  return (Object.keys(one) as (keyof Seen)[]).every((name) => one[name] === other[name]);
}

/** Whoever has never looked at a case finds nothing marked in it: all of it is new. */
function newsIn(view: CaseFile, seen: Seen, own: string): CaseNews {
  if (hasNeverLooked(seen)) return noNews;
  const { messages, incomplete, replies, work } = view;
  const steps = work.trail.map((step, at) => ({ ...step, at })).filter(({ device }) => isOther(device, own));
  const newSteps = steps.slice(seen.deeds);
  const notes = work.notes.filter(({ device }) => isOther(device, own));
  // Each note is a step of the trail too, in the same order.
  const newNotes = newSteps.filter(({ what }) => what === 'note').length;
  const written = replies.filter(({ author }) => author !== own);
  const items = [
    ...messages.slice(seen.messages),
    ...incomplete.slice(seen.incomplete),
    ...written.slice(seen.replies),
  ];
  return {
    items: new Set(items.map(({ id }) => id)),
    notes: new Set(notes.slice(Math.max(0, notes.length - newNotes)).map(({ id }) => id)),
    graders: new Set(newSteps.flatMap(({ what, device }) => (what === 'grade-shown' ? [device] : []))),
    steps: new Set(newSteps.map(({ at }) => at)),
  };
}

export function newsOf(
  open: CaseFile | null,
  parts: readonly CaseFile[],
  seen: ReadonlyMap<string, Seen>,
  own: string,
): NewsOf {
  const known = [open ?? [], parts].flat().flatMap((view) => {
    const before = seen.get(view.summary.id);
    return before === undefined ? [] : [[view.summary.id, newsIn(view, before, own)] as const];
  });
  return new Map(known);
}

/** How many of them there are in the case that is open. */
export function countNews(news: NewsOf, open: string): number {
  const items = [...news.values()].reduce((sum, of) => sum + of.items.size, 0);
  return items + (news.get(open)?.steps.size ?? 0);
}

/** Where the first of them stands; null without any. */
export function firstNews(news: NewsOf, open: string): NewsPlace | null {
  if ([...news.values()].some(({ items }) => items.size > 0)) return 'timeline';
  const { notes, steps } = news.get(open) ?? noNews;
  if (notes.size > 0) return 'notes';
  return steps.size > 0 ? 'trail' : null;
}

/** The source's own steps, such as that it wrote again, stand as messages. */
function isOther(device: string, own: string): boolean {
  return device !== '' && device !== own;
}
