/** What can be shown of a file that is not handed over whole: sounds and films play, texts are turned page by page, archives listed. Only what is looked at is held. */

import { type ListedEntry, listZip } from '@postern/protocol/metadata/zip-file';
import { kindOf } from './file-kind.ts';
import { FileSlices } from './file-slices.ts';
import { playFilm } from './film-player.ts';
import type { ReadText } from './text-encoding.ts';
import { pagesOf, readTextPage } from './text-pages.ts';
import type { ShowLarge, ShownMessage, ViewProblem, WantMessage } from './viewer-messages.ts';

const documentMarks = new Set(['[Content_Types].xml', 'mimetype']);

export interface LargeStage {
  readonly tell: (message: WantMessage | ShownMessage) => void;
  readonly fail: (problem: ViewProblem) => void;
  readonly put: (element: Element) => void;
  readonly putText: (text: string) => void;
  readonly showEntries: (entries: readonly ListedEntry[]) => void;
  readonly failAsArchive: (error: unknown) => void;
  /** It is ended when the file fails or takes too long. */
  readonly began: (worker: Worker) => void;
}

export class LargeFile {
  readonly #file: ShowLarge;
  readonly #stage: LargeStage;
  readonly #slices: FileSlices;

  constructor(file: ShowLarge, stage: LargeStage) {
    this.#file = file;
    this.#stage = stage;
    this.#slices = new FileSlices((from, bytes) => stage.tell({ kind: 'want', from, bytes }));
  }

  /** What the page answered. */
  take(bytes: Uint8Array<ArrayBuffer>): void {
    this.#slices.take(bytes);
  }

  show(): void {
    const { kind } = kindOf(this.#file.head);
    if (kind === 'media') this.#play();
    // The head of a text may end within a letter.
    else if (kind === 'text' || kind === 'unknown') this.turn(0);
    else if (kind === 'archive') this.#list();
    else this.#stage.fail('too-large');
  }

  /** Of a text. */
  turn(page: number): void {
    const { length } = this.#file;
    const show = (read: ReadText | null): void => {
      if (read === null) {
        this.#stage.fail('unknown');
        return;
      }
      this.#stage.putText(read.text);
      this.#stage.tell({
        kind: 'shown',
        page,
        pages: pagesOf(length),
        encoding: read.guessed,
        isCut: false,
        isWordsOnly: false,
      });
    };
    readTextPage(page, length, (from, to) => this.#slices.read(from, to)).then(show, () => this.#stage.fail('damaged'));
  }

  /** Documents are archives too: their names would tell nobody anything. */
  #list(): void {
    const { showEntries, fail, failAsArchive } = this.#stage;
    const show = (entries: readonly ListedEntry[]): void => {
      if (entries.some(({ name }) => documentMarks.has(name))) fail('too-large');
      else showEntries(entries);
    };
    listZip({ size: this.#file.length, read: (from, to) => this.#slices.read(from, to) }).then(show, failAsArchive);
  }

  #play(): void {
    const { worker, length } = this.#file;
    const { put, fail, tell, began } = this.#stage;
    const onShown = (): void =>
      tell({ kind: 'shown', page: 0, pages: 0, encoding: null, isCut: false, isWordsOnly: false });
    const read = (from: number, to: number): Promise<Uint8Array<ArrayBuffer>> => this.#slices.read(from, to);
    began(playFilm(worker, length, { read, put, onShown, onFail: fail }));
  }
}
