/** What comes one below the other in an OpenDocument file, the whole or one cell, as HTML: paragraphs, and what else is put between them. */

import { breakable, directionOf, escaped } from '@postern/desk/export/text-html';

interface Paragraph {
  readonly tag: 'p' | 'h2';
  readonly isRemark: boolean;
  /** Its words so far. */
  said: string;
  /** Those that are not markup yet: they are broken as a whole. */
  words: string;
  markup: string;
}

const paragraphLength = 40;

export class OdfFlow {
  readonly #charge: (length: number) => void;
  readonly #gap: string;
  readonly #blocks: string[] = [];
  readonly #paragraphs: Paragraph[] = [];
  /** From inside a paragraph, as notes and frames are: it follows behind. */
  readonly #later: string[] = [];

  /**
   * @param charge told how long all becomes; throws where that is too much
   * @param gap behind each paragraph: words of cells beside each other would run together in the text that is taken from their page
   */
  constructor(charge: (length: number) => void, gap: '' | '&#160;' = '') {
    this.#charge = charge;
    this.#gap = gap;
  }

  html(): string {
    return this.#blocks.join('\n');
  }

  /** What is charged already, or small. */
  put(block: string): void {
    (this.#paragraphs.length > 0 ? this.#later : this.#blocks).push(block);
  }

  beginParagraph(tag: Paragraph['tag'], isRemark: boolean): void {
    this.#charge(paragraphLength);
    this.#paragraphs.push({ tag, isRemark, said: '', words: '', markup: '' });
  }

  /** One without words is none. */
  endParagraph(): void {
    const paragraph = this.#paragraphs.pop();
    if (paragraph === undefined) return;
    const { tag, isRemark, said } = paragraph;
    if (said.trim() !== '') {
      const kind = isRemark ? ' class="note"' : '';
      this.put(`<${tag}${kind} dir="${directionOf(said)}">${markupOf(paragraph)}${this.#gap}</${tag}>`);
    }
    if (this.#paragraphs.length > 0) return;
    for (const block of this.#later.splice(0)) this.#blocks.push(block);
  }

  say(words: string): void {
    const paragraph = this.#paragraphs.at(-1);
    if (paragraph === undefined) return;
    this.#charge(words.length);
    paragraph.words += words;
    paragraph.said += words;
  }

  mark(markup: string): void {
    const paragraph = this.#paragraphs.at(-1);
    if (paragraph === undefined) return;
    this.#charge(markup.length);
    paragraph.markup = `${markupOf(paragraph)}${markup}`;
    paragraph.words = '';
  }
}

function markupOf({ markup, words }: Paragraph): string {
  return markup + breakable(escaped(words));
}
