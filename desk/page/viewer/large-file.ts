/** What can be shown of a file that is not handed over whole: sounds and films play, texts are turned page by page, archives listed. Only what is looked at is held. */

import { type ListedEntry, listZip } from '@postern/protocol/metadata/zip-file';
import { kindOf } from './file-kind.ts';
import { FileSlices } from './file-slices.ts';
import { playFilm } from './film-player.ts';
import type { ReadText } from './text-encoding.ts';
import { pagesOf, readTextPage } from './text-pages.ts';
import type { ShowLarge, ShownMessage, ViewProblem, WantMessage } from './viewer-messages.ts';
import { WaveParts } from './wave-parts.ts';

const documentMarks = new Set(['[Content_Types].xml', 'mimetype']);

const whole = { kind: 'shown', page: 0, pages: 0, encoding: null, isCut: false, isWordsOnly: false } as const;

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
  #wave: WaveParts | null = null;

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
    const found = kindOf(this.#file.head);
    if (found.kind === 'media' && found.type === 'audio/wav') this.#playParts();
    else if (found.kind === 'media') this.#play();
    // The head of a text may end within a letter.
    else if (found.kind === 'text' || found.kind === 'unknown') this.turn(0);
    else if (found.kind === 'archive') this.#list();
    else this.#stage.fail('too-large');
  }

  /** Of a text, or of a sound in parts. */
  turn(page: number): void {
    if (this.#wave !== null) {
      this.#playPart(this.#wave, page);
      return;
    }
    const { length } = this.#file;
    const show = (read: ReadText | null): void => {
      if (read === null) {
        this.#stage.fail('unknown');
        return;
      }
      this.#stage.putText(read.text);
      this.#stage.tell({ ...whole, page, pages: pagesOf(length), encoding: read.guessed });
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

  #playParts(): void {
    const { fail } = this.#stage;
    const begin = (wave: WaveParts | null): void => {
      this.#wave = wave;
      if (wave === null) fail('damaged');
      else this.turn(0);
    };
    WaveParts.open(this.#file.length, (from, to) => this.#slices.read(from, to)).then(begin, () => fail('damaged'));
  }

  /** One after the other, if nobody stops it. */
  #playPart(wave: WaveParts, part: number): void {
    const { fail, put, tell } = this.#stage;
    const play = (bytes: Uint8Array<ArrayBuffer>): void => {
      const before = document.querySelector('audio');
      const sound = document.createElement('audio');
      sound.controls = true;
      sound.autoplay = before?.ended === true;
      const shown = { ...whole, page: part, pages: wave.parts };
      sound.addEventListener('loadedmetadata', () => tell(shown), { once: true });
      sound.addEventListener('error', () => fail('no-player'), { once: true });
      sound.addEventListener('ended', () => {
        if (part + 1 < wave.parts) this.turn(part + 1);
      });
      if (before !== null) {
        [sound.muted, sound.volume] = [before.muted, before.volume];
        URL.revokeObjectURL(before.src);
      }
      const hadFocus = before !== null && document.activeElement === before;
      sound.src = URL.createObjectURL(new Blob([bytes], { type: 'audio/wav' }));
      put(sound);
      if (hadFocus) sound.focus();
    };
    wave.read(part).then(play, () => fail('damaged'));
  }

  #play(): void {
    const { worker, length } = this.#file;
    const { put, fail, tell, began } = this.#stage;
    const onShown = (): void => tell(whole);
    const read = (from: number, to: number): Promise<Uint8Array<ArrayBuffer>> => this.#slices.read(from, to);
    began(playFilm(worker, length, { read, put, onShown, onFail: fail }));
  }
}
