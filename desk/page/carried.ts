/** What somebody has carried to the desk, as files, pictures and text: which messages are in it, and what became of each. */
import type { Answers, CarriedProblem } from '@postern/desk/app/api';
import { groupLines } from '@postern/protocol/messages/carried';

export type CarriedResult = 'new' | 'known' | 'other-desk' | 'no-message' | CarriedProblem;

export interface CarriedItem {
  /** What tells its lines from those of another, or the name of a file that has none. */
  readonly name: string;
  readonly result: CarriedResult | 'nothing';
  /** Numbers of its lines that are not here, from 1. */
  readonly missing: readonly number[];
}

type Call = (text: string) => Promise<Answers['carried']>;

/** A file of text with more is none of ours. */
export const textBytesMax = 1024 * 1024;
/** Beginnings of PNG, JPEG, WebP and GIF files. */
const pictureBeginnings = ['89504e47', 'ffd8ff', '52494646', '47494638'];

export function isPicture(bytes: Uint8Array): boolean {
  const begin = [...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return pictureBeginnings.some((beginning) => begin.startsWith(beginning));
}

/** Gives every message among the lines to the desk, which knows those again that it has. @throws CallFailed */
export async function handOver(lines: string, call: Call): Promise<readonly CarriedItem[]> {
  const items: CarriedItem[] = [];
  for (const message of groupLines(lines)) {
    const taken = await call(message);
    const missing = 'missing' in taken ? taken.missing : [];
    items.push({ name: message.split(':')[1] ?? '', result: resultOf(taken), missing });
  }
  return items;
}

function resultOf(taken: Answers['carried']): CarriedResult {
  if ('problem' in taken) return taken.problem;
  if (taken.malformed > 0) return 'no-message';
  if (taken.notForThisDesk > 0) return 'other-desk';
  return taken.opened > 0 ? 'new' : 'known';
}
