/** Copies of documents as pixels, being made: page after page as the frame that draws them hands them over. */

import { bytesToHex } from '@postern/protocol/bytes/encode';
import type { Random } from '@postern/protocol/primitives/random';
import { Thread } from '../thread/thread.ts';
import { copyBytesMax, copyTextMax } from './copy-limits.ts';
import type { Content } from './kept-content.ts';
import type { PixelQuestion } from './pixel-worker.ts';

/** Where the original is, and what its copy shall be called. */
export interface CopyOrder {
  readonly id: string;
  readonly message: string;
  readonly at: number;
  readonly name: string;
  /** Of the original, 1 to `copyPagesMax`. */
  readonly pages: number;
  /** False: the text of its pages is wanted and nothing else. */
  readonly hasPixels: boolean;
}

/** A page as the frame drew it. Nothing of the document itself. */
export interface DrawnPage {
  readonly width: number;
  readonly height: number;
  /** With a buffer of its own. */
  readonly rgba: Uint8Array;
  /** What the document says it shows; untrusted. */
  readonly text: string;
}

export interface MadeCopy {
  readonly order: CopyOrder;
  /** Null without pixels. */
  readonly pdf: Content | null;
  /** Of all pages, without characters that nobody sees. */
  readonly text: string;
  /** Once nobody reads it any more. */
  readonly close: () => void;
}

/** Drawing takes a moment for each page, in which nobody else would be answered. */
type Drawing = Thread<PixelQuestion, Uint8Array | number>;

/**
 * What became of a page. `heavy`: pictures of more than `copyBytesMax`; `wordy`: text of more than `copyTextMax`;
 * `refused`: a page too many, one that is too large, pixels that are none, or some where none are wanted.
 */
export type PageAnswer = 'taken' | 'heavy' | 'wordy' | 'refused';

interface Draft {
  readonly key: string;
  readonly order: CopyOrder;
  readonly pdf: Drawing | null;
  readonly texts: string[];
  characters: number;
}

export class SafeCopies {
  readonly #random: Random;
  #draft: Draft | null = null;
  /** Of copies that are whole, until they are kept. */
  readonly #ending = new Set<Drawing>();

  constructor(random: Random) {
    this.#random = random;
  }

  /** One at a time: what was begun before is dropped. @returns what names it, 32 hex digits */
  begin(order: CopyOrder): string {
    this.drop();
    const key = bytesToHex(this.#random(16));
    const pdf: Drawing | null = order.hasPixels ? new Thread(new URL('./pixel-worker.ts', import.meta.url)) : null;
    this.#draft = { key, order, pdf, texts: [], characters: 0 };
    return key;
  }

  /** The pixels go to the thread, and are not here any more. Unless the page is taken the copy is dropped. */
  async add(key: string, { text, ...page }: DrawnPage): Promise<PageAnswer> {
    const draft = this.#draft;
    if (draft?.key !== key) return 'refused';
    draft.texts.push(visibleText(text));
    draft.characters += text.length;
    const answer = await draw(draft, page);
    if (answer !== 'taken') this.drop(key);
    return answer;
  }

  /** @returns null unless every page has come, and where the PDF could not be made or the desk was closed meanwhile */
  async end(key: string): Promise<MadeCopy | null> {
    const draft = this.#draft;
    if (draft?.key !== key || draft.texts.length !== draft.order.pages) return null;
    this.#draft = null;
    const { order, pdf, texts } = draft;
    const text = texts.join('\n\n');
    if (pdf === null) return { order, pdf, text, close: () => undefined };
    this.#ending.add(pdf);
    const close = (): void => {
      pdf.close();
      this.#ending.delete(pdf);
    };
    const bytes = await pdf.ask({ kind: 'end' }).catch(() => null);
    if (typeof bytes !== 'number') {
      close();
      return null;
    }
    const read = async (from: number, length: number): Promise<Uint8Array> =>
      (await pdf.ask({ kind: 'read', from, bytes: length })) as Uint8Array;
    return { order, pdf: { bytes, read }, text, close };
  }

  /** Nothing happens if it is not the one under way. */
  drop(key: string | null = null): void {
    if (this.#draft === null || (key !== null && key !== this.#draft.key)) return;
    this.#draft.pdf?.close();
    this.#draft = null;
  }

  /** Ends those too that are being kept: no pixels stay behind. */
  close(): void {
    this.drop();
    for (const pdf of this.#ending) pdf.close();
  }
}

async function draw({ order, pdf, texts, characters }: Draft, page: Omit<DrawnPage, 'text'>): Promise<PageAnswer> {
  if (characters > copyTextMax) return 'wordy';
  if (texts.length > order.pages) return 'refused';
  if (pdf === null) return page.rgba.length === 0 ? 'taken' : 'refused';
  const bytes = await pdf.ask({ kind: 'page', ...page }, [page.rgba.buffer as ArrayBuffer]).catch(() => null);
  if (typeof bytes !== 'number') return 'refused';
  return bytes <= copyBytesMax ? 'taken' : 'heavy';
}

/** Without characters that nobody sees, which could mark a copy: controls, formats, selectors of variants, private use. */
export function visibleText(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/\r\n?|[\u2028\u2029\f\v]/g, '\n')
    .replaceAll(/[^\S\n]/g, ' ')
    .replaceAll(/[\p{Cf}\p{Co}\p{Cn}\p{Variation_Selector}]|(?!\n)\p{Cc}/gu, '');
}
