/** Makes a safe copy: the frame draws each page of a document, and the local process gets its pixels and nothing else. */

import type { FilePlace } from '@postern/desk/app/api';
import { copyPagesMax } from '@postern/desk/files/copy-limits';
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
  readonly hasText: boolean;
  readonly signal: AbortSignal;
  /** So many pages are done. */
  readonly tell: (done: number, pages: number) => void;
}

/** For all pages together. */
const copyMsMax = 30 * 60_000;

/** @returns why there is no copy; null: it is kept beside its original */
export async function makeSafeCopy(work: CopyWork): Promise<CopyFailure | null> {
  const { client, signal } = work;
  const until = AbortSignal.any([signal, AbortSignal.timeout(copyMsMax)]);
  const made: { copy: string | null } = { copy: null };
  const glass = await Glass.open(until);
  try {
    const file = await work.load();
    const problem = file === null ? 'too-large' : await copyPages(work, file, glass, made);
    return signal.aborted ? 'stopped' : problem;
  } catch {
    return signal.aborted ? 'stopped' : 'failed';
  } finally {
    glass.close();
    // What is whole is known no more under this name.
    if (made.copy !== null) await client.call('copy-drop', { copy: made.copy }).catch(() => undefined);
  }
}

async function copyPages(
  work: CopyWork,
  file: ShowFile,
  glass: Glass,
  made: { copy: string | null },
): Promise<CopyFailure | null> {
  const { client, name, place, hasText, tell } = work;
  let pages = 1;
  for (let page = 0; page < pages; page++) {
    const drawn = await glass.ask(page === 0 ? { ...file, kind: 'copy' } : { kind: 'page', page });
    if (drawn.kind === 'failed') return drawn.problem;
    if (drawn.kind !== 'drawn' || drawn.page !== page || (page > 0 && drawn.pages !== pages)) return 'damaged';
    pages = drawn.pages;
    if (pages > copyPagesMax) return 'pages';
    if (made.copy === null) {
      const begun = await client.call('copy-begin', { ...place, name, pages });
      if ('problem' in begun) return begun.problem;
      made.copy = begun.copy;
    }
    if (!(await client.copyPage(made.copy, pageBytes(drawn)))) return 'heavy';
    tell(page + 1, pages);
  }
  if (made.copy === null) return 'damaged';
  return (await client.call('copy-end', { copy: made.copy, hasText })).problem;
}

export function pageBytes({ width, height, pixels, text }: DrawnMessage): Uint8Array<ArrayBuffer> {
  const words = utf8ToBytes(wireText(text));
  const head = new Writer().u32(width).u32(height).var32(words).done();
  const bytes = new Uint8Array(head.length + pixels.length);
  bytes.set(head);
  bytes.set(pixels, head.length);
  return bytes;
}
