/** How many cases have ended, by the week in which they came: what is left of them for whoever counts (spec/protocol.md, section 7.3, CAS-11). */

import { bytesToHex, concat, hexToBytes, u32be } from '../bytes/encode.ts';
import type { Reader } from '../bytes/reader.ts';
import { requireSorted, sortByKey } from '../bytes/sorted.ts';
import { WireError } from '../bytes/wire-error.ts';
import type { Writer } from '../bytes/writer.ts';
import { CAMPAIGN_ID_BYTES, ENDED_COUNTS_MAX } from '../constants.ts';

export interface EndedCount {
  /** UTC day of the Monday of the week in which the first message of each came. */
  readonly monday: number;
  /** Hex of the campaign that they answered first, or null for none. */
  readonly campaign: string | null;
  readonly cases: number;
  /** Of those, to how many the desk had written. */
  readonly answered: number;
}

/** What is counted of a conversation. */
interface CountedCase {
  readonly messages: readonly {
    readonly day: number;
    readonly content: { readonly campaign: Uint8Array | null } | null;
  }[];
  readonly replies: readonly unknown[];
}

/** By week and campaign. */
export type EndedCounts = Map<string, EndedCount>;

/** 1970-01-01 was a Thursday. @param day UTC */
export function mondayOf(day: number): number {
  return day - ((day + 3) % 7);
}

/** Adds a case whose messages are still there; one of which none has come whole is not counted, as in the desk's own table. */
export function countEnded(counts: EndedCounts, { messages, replies }: CountedCase): void {
  const [first] = messages;
  // A device can write any day; before the first Monday there is no week.
  if (first === undefined || mondayOf(first.day) < 0) return;
  const campaign = messages.find(({ content }) => content?.campaign != null)?.content?.campaign ?? null;
  const id = campaign === null ? null : bytesToHex(campaign);
  add(counts, { monday: mondayOf(first.day), campaign: id, cases: 1, answered: replies.length > 0 ? 1 : 0 });
  while (counts.size > ENDED_COUNTS_MAX) forgetOne(counts);
}

/** Whoever writes names any call: the week with the most of them (of equals the oldest) forgets its rarest first, so that a flood pushes out no other week. */
function forgetOne(counts: EndedCounts): void {
  const rows = sortByKey([...counts.values()], placeOf);
  const weeks = [...Map.groupBy(rows, ({ monday }) => monday).values()];
  const fullest = weeks.reduce((one, other) => (other.length > one.length ? other : one));
  const calls = fullest.filter(({ campaign }) => campaign !== null);
  const least = Math.min(...calls.map(({ cases }) => cases));
  const last = calls.findLast(({ cases }) => cases === least) ?? (fullest[0] as EndedCount);
  counts.delete(keyOf(last));
  if (last.campaign !== null) add(counts, { ...last, campaign: null });
}

/** `u32 monday, list8 of campaign[8], u32 cases, u32 answered`, ascending. */
export function writeCounts(counts: EndedCounts, writer: Writer): void {
  writer.list16(sortByKey([...counts.values()], placeOf), ({ monday, campaign, cases, answered }) => {
    writer
      .u32(monday)
      .list8(campaign === null ? [] : [campaign], (id) => writer.bytes(hexToBytes(id), CAMPAIGN_ID_BYTES));
    writer.u32(cases).u32(answered);
  });
}

/** @throws WireError */
export function readCounts(reader: Reader): EndedCounts {
  const counts = reader.list16(ENDED_COUNTS_MAX, (): EndedCount => {
    const monday = reader.u32();
    const [campaign] = reader.list8(1, () => reader.bytes(CAMPAIGN_ID_BYTES));
    const [cases, answered] = [reader.u32(), reader.u32()];
    if (mondayOf(monday) !== monday || cases === 0 || answered > cases) {
      throw new WireError(
        'bad-value',
        'read ended cases: a count of no week, of none, or with more answers than cases',
      );
    }
    return { monday, campaign: campaign === undefined ? null : bytesToHex(campaign), cases, answered };
  });
  return new Map(requireSorted(counts, placeOf).map((count) => [keyOf(count), count]));
}

function add(counts: EndedCounts, more: EndedCount): void {
  const known = counts.get(keyOf(more));
  const sum = (one: number, other = 0): number => Math.min(0xffff_ffff, one + other);
  counts.set(keyOf(more), {
    ...more,
    cases: sum(more.cases, known?.cases),
    answered: sum(more.answered, known?.answered),
  });
}

function placeOf({ monday, campaign }: EndedCount): Uint8Array {
  return concat(u32be(monday), hexToBytes(campaign ?? ''));
}

function keyOf({ monday, campaign }: EndedCount): string {
  return `${monday}/${campaign ?? ''}`;
}
