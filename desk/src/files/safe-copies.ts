/** Copies of documents as pixels, being made: page after page as the frame that draws them hands them over. */

import { bytesToHex } from '@postern/protocol/bytes/encode';
import type { Random } from '@postern/protocol/primitives/random';
import { copyBytesMax, copyTextMax } from './copy-limits.ts';
import { PixelPdf } from './pixel-pdf.ts';

/** Where the original is, and what its copy shall be called. */
export interface CopyOrder {
  readonly id: string;
  readonly message: string;
  readonly at: number;
  readonly name: string;
  /** Of the original, 1 to `copyPagesMax`. */
  readonly pages: number;
}

/** A page as the frame drew it. Nothing of the document itself. */
export interface DrawnPage {
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8Array;
  /** What the document says it shows; untrusted. */
  readonly text: string;
}

export interface MadeCopy {
  readonly order: CopyOrder;
  readonly pdf: Uint8Array;
  /** Of all pages, without characters that nobody sees. */
  readonly text: string;
}

interface Draft {
  readonly key: string;
  readonly order: CopyOrder;
  readonly pdf: PixelPdf;
  readonly texts: string[];
  characters: number;
}

export class SafeCopies {
  readonly #random: Random;
  #draft: Draft | null = null;

  constructor(random: Random) {
    this.#random = random;
  }

  /** One at a time: what was begun before is dropped. @returns what names it, 32 hex digits */
  async begin(order: CopyOrder): Promise<string> {
    const pdf = await PixelPdf.begin();
    this.drop();
    const key = bytesToHex(this.#random(16));
    this.#draft = { key, order, pdf, texts: [], characters: 0 };
    return key;
  }

  /** @returns false for a page too many or one that is too large: the copy is dropped then @throws RangeError for pixels that are none */
  add(key: string, { width, height, rgba, text }: DrawnPage): boolean {
    const draft = this.#draft;
    if (draft?.key !== key) return false;
    const isTooMuch = draft.texts.length >= draft.order.pages || draft.characters + text.length > copyTextMax;
    if (isTooMuch || draft.pdf.bytes > copyBytesMax) {
      this.drop();
      return false;
    }
    draft.pdf.addPage(width, height, rgba);
    draft.texts.push(visibleText(text));
    draft.characters += text.length;
    return true;
  }

  /** @returns null unless every page has come */
  end(key: string): MadeCopy | null {
    const draft = this.#draft;
    if (draft?.key !== key || draft.texts.length !== draft.order.pages) return null;
    this.#draft = null;
    return { order: draft.order, pdf: draft.pdf.end(), text: draft.texts.join('\n\n') };
  }

  /** Nothing happens if it is not the one under way. */
  drop(key: string | null = null): void {
    if (this.#draft === null || (key !== null && key !== this.#draft.key)) return;
    this.#draft.pdf.drop();
    this.#draft = null;
  }
}

/** Without characters that nobody sees, which could mark a copy: controls, formats, selectors of variants, private use. */
function visibleText(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/\r\n?|[\u2028\u2029\f\v]/g, '\n')
    .replaceAll(/[^\S\n]/g, ' ')
    .replaceAll(/[\p{Cf}\p{Co}\p{Cn}\p{Variation_Selector}]|(?!\n)\p{Cc}/gu, '');
}
