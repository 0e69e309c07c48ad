/** Makes a safe copy, or a text alone: the frame draws each page of a document, and the local process gets its pixels and text and nothing else. */

import type { FilePlace } from '@postern/desk/app/api';
import { copyPagesMax, pageTextMax } from '@postern/desk/files/copy-limits';
import { utf8ToBytes, wireText } from '@postern/protocol/bytes/encode';
import { Writer } from '@postern/protocol/bytes/writer';
import type { DeskClient } from '../desk-client.ts';
import { Glass } from './glass.ts';
import type { CopyFailure, DrawnMessage, ShowFile } from './viewer-messages.ts';

export interface CopyWork {
  readonly client: DeskClient;
  /** What the copy is called, without an ending. */
  readonly name: string;
  readonly place: FilePlace;
  /** Null: it is too large to be drawn. */
  readonly load: () => Promise<ShowFile | null>;
  readonly hasPixels: boolean;
  readonly hasText: boolean;
  /** Stands above the text of a picture, or in its place; pages from 1. */
  readonly marks: { readonly recognised: (page: number) => string; readonly unread: (page: number) => string };
  readonly signal: AbortSignal;
  /** So many pages are done; of the next, a part. */
  readonly tell: (done: number, pages: number) => void;
}

/** For all pages together; and for each that may have to be read, which takes longer and is bounded by itself. */
const copyMsMax = 30 * 60_000;
const readPageMsMax = 2 * 60_000;

/** @returns why there is no copy; null: it is kept beside its original */
export async function makeSafeCopy(work: CopyWork): Promise<CopyFailure | null> {
  const { client, signal } = work;
  const patience = new Patience();
  const until = AbortSignal.any([signal, patience.signal]);
  const made: { copy: string | null } = { copy: null };
  const glass = await Glass.open(until);
  try {
    const file = await work.load();
    const problem = file === null ? 'too-large' : await copyPages(work, file, glass, { made, patience });
    return signal.aborted ? 'stopped' : problem;
  } catch {
    return signal.aborted ? 'stopped' : 'failed';
  } finally {
    glass.close();
    patience.end();
    // What is whole is known no more under this name.
    if (made.copy !== null) await client.call('copy-drop', { copy: made.copy }).catch(() => undefined);
  }
}

async function copyPages(
  work: CopyWork,
  file: ShowFile,
  glass: Glass,
  { made, patience }: { readonly made: { copy: string | null }; readonly patience: Patience },
): Promise<CopyFailure | null> {
  const { client, name, place, hasPixels, hasText, tell } = work;
  let [pages, isEmpty, isUnread] = [1, true, false];
  for (let page = 0; page < pages; page++) {
    const asked = page === 0 ? ({ ...file, kind: 'copy' } as const) : ({ kind: 'page', page } as const);
    const drawn = await glass.ask(asked, (percent) => tell(page + percent / 100, pages));
    if (drawn.kind === 'failed') return drawn.problem;
    if (drawn.kind !== 'drawn' || drawn.page !== page || (page > 0 && drawn.pages !== pages)) return 'damaged';
    pages = drawn.pages;
    if (pages > copyPagesMax) return 'pages';
    if (made.copy === null) {
      if (file.recognition !== null) patience.grow(pages * readPageMsMax);
      const begun = await client.call('copy-begin', { ...place, name, pages, hasPixels });
      if ('problem' in begun) return begun.problem;
      made.copy = begun.copy;
    }
    const text = hasText ? markedText(drawn, work.marks) : '';
    isEmpty &&= (drawn.text + drawn.recognised).trim() === '';
    isUnread ||= drawn.recognition === 'failed';
    const answer = await client.copyPage(made.copy, pageBytes(hasPixels ? { ...drawn, text } : { ...noPixels, text }));
    if (answer !== 'taken') return answer === 'refused' ? 'failed' : answer;
    tell(page + 1, pages);
  }
  if (made.copy === null) return 'damaged';
  if (isEmpty && !hasPixels) return isUnread ? 'unreadable' : 'no-text';
  return (await client.call('copy-end', { copy: made.copy })).problem;
}

const noPixels = { width: 0, height: 0, pixels: new Uint8ClampedArray(0) } as const;

/** What the document says first, then what was recognised in its picture. */
export function markedText({ page, text, recognition, recognised }: DrawnMessage, marks: CopyWork['marks']): string {
  const isFailed = recognition === 'failed';
  if (!isFailed && recognised.trim() === '') return text;
  const mark = isFailed ? marks.unread(page + 1) : `${marks.recognised(page + 1)}\n${recognised}`;
  // What is too long loses of the document's own words, so that none of the machine's pass for them.
  const own = text.trim() === '' ? '' : `${text.slice(0, Math.max(0, pageTextMax - mark.length - 1))}\n`;
  return `${own}${mark}`.slice(0, pageTextMax);
}

/** How long all of it may take. */
class Patience {
  readonly #out = new AbortController();
  #timer = 0;
  #until = performance.now();

  constructor() {
    this.grow(copyMsMax);
  }

  get signal(): AbortSignal {
    return this.#out.signal;
  }

  grow(ms: number): void {
    this.end();
    this.#until += ms;
    this.#timer = window.setTimeout(() => this.#out.abort(), this.#until - performance.now());
  }

  end(): void {
    window.clearTimeout(this.#timer);
  }
}

export function pageBytes({
  width,
  height,
  pixels,
  text,
}: Pick<DrawnMessage, 'width' | 'height' | 'pixels' | 'text'>): Uint8Array<ArrayBuffer> {
  const words = utf8ToBytes(wireText(text));
  const head = new Writer().u32(width).u32(height).var32(words).done();
  const bytes = new Uint8Array(head.length + pixels.length);
  bytes.set(head);
  bytes.set(pixels, head.length);
  return bytes;
}
