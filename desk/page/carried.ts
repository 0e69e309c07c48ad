/** What somebody has carried to the desk, as files, pictures and text: which messages are in it, and what became of each. */
import type { Answers, CarriedProblem } from '@postern/desk/app/api';
import { groupLines } from '@postern/protocol/messages/carried';
import { CallFailed } from './desk-client.ts';

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
const textBytesMax = 1024 * 1024;
/** A picture with more is no photo of a screen or of paper. */
const pictureBytesMax = 64 * 1024 * 1024;
/** Beginnings of PNG, JPEG, WebP and GIF files. */
const pictureBeginnings = ['89504e47', 'ffd8ff', '52494646', '47494638'];

/**
 * What is written in a file, or in the code of a picture. Empty for one that is too large, or cannot be read, as a
 * folder that was dropped.
 */
export async function textIn(
  file: File,
  readCode: (bytes: Uint8Array<ArrayBuffer>) => Promise<string>,
): Promise<string> {
  if (file.size > pictureBytesMax) return '';
  try {
    const bytes = new Uint8Array(await file.arrayBuffer());
    if (isPicture(bytes)) return await readCode(bytes);
    return bytes.length <= textBytesMax ? new TextDecoder().decode(bytes) : '';
  } catch {
    return '';
  }
}

function isPicture(bytes: Uint8Array): boolean {
  const begin = [...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return pictureBeginnings.some((beginning) => begin.startsWith(beginning));
}

export function hasLine(text: string): boolean {
  return groupLines(text).length > 0;
}

interface HandedOver {
  readonly items: readonly CarriedItem[];
  /** All lines but those of damaged messages, which would spoil right ones that are given later. */
  readonly lines: string;
}

/** Gives every message among the lines to the desk, which knows those again that it has. @throws CallFailed */
export async function handOver(lines: string, call: Call): Promise<HandedOver> {
  const items: CarriedItem[] = [];
  const good: string[] = [];
  for (const message of groupLines(lines)) {
    const taken = await call(message).catch(refusalOf);
    const missing = 'missing' in taken ? taken.missing : [];
    const result = resultOf(taken);
    items.push({ name: message.split(':')[1] ?? '', result, missing });
    if (result !== 'lines') good.push(message);
  }
  return { items, lines: good.join('\n') };
}

/** What is too long for the desk is no message. @throws CallFailed for any other reason */
function refusalOf(error: unknown): Answers['carried'] {
  if (error instanceof CallFailed && error.problem === 'malformed') return { problem: 'lines' };
  throw error;
}

function resultOf(taken: Answers['carried']): CarriedResult {
  if ('problem' in taken) return taken.problem;
  if (taken.malformed > 0) return 'no-message';
  if (taken.notForThisDesk > 0) return 'other-desk';
  return taken.opened > 0 ? 'new' : 'known';
}
