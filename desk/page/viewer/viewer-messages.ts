/** What the page and the frame that shows files say to each other. The page trusts no word of the frame: see `readFrameMessage`. */

import { partBytesMax } from '@postern/desk/app/api';
import type { CopyProblem } from '@postern/desk/app/copy-records';
import { filesTextMax, pagePixelsMax, pageTextMax } from '@postern/desk/files/copy-limits';
import type { LetterScript } from '@postern/desk/fonts/letter-scripts';
import { FILE_BYTES_MAX } from '@postern/protocol/constants';
import { type Examined, examinedStates, type Trace, valuesShownMax } from '@postern/protocol/metadata/examine';
import { findingKinds, valueCharactersMax } from '@postern/protocol/metadata/report';
import { type GuessedEncoding, guessedEncodings } from './text-encoding.ts';

/**
 * From the page: to show a file, or to hand back its pages as pixels, one for each `page` that is asked for.
 * `worker`, `wasm` and `fonts` draw documents; the frame has no way to load them itself.
 */
export interface ShowFile {
  readonly kind: 'show' | 'copy';
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly name: string;
  readonly worker: string;
  readonly wasm: ArrayBuffer;
  readonly fonts: readonly LetterFont[];
  /** Decodes pictures that most browsers do not. */
  readonly heic: { readonly worker: string; readonly wasm: ArrayBuffer };
  /** Lists archives other than ZIP. */
  readonly archive: { readonly worker: string; readonly wasm: ArrayBuffer };
  readonly scheme: 'light' | 'dark';
  /** To recognise the text of pages that are pictures, of a file whose pages are handed back. */
  readonly recognition: Recognition | null;
}
/** From the page: to show what it can of a file too large to be handed over; the frame asks for slices of it. */
export interface ShowLarge {
  readonly kind: 'show-large';
  /** Its first bytes, which tell what it is. */
  readonly head: Uint8Array<ArrayBuffer>;
  readonly length: number;
  /** Reads sounds and films. */
  readonly worker: string;
  readonly scheme: 'light' | 'dark';
}
/** What was wanted last. */
interface Slice {
  readonly kind: 'slice';
  readonly bytes: Uint8Array<ArrayBuffer>;
}
/** `data` is of the language that the text is in. */
export interface Recognition {
  readonly worker: string;
  readonly wasm: ArrayBuffer;
  readonly data: ArrayBuffer;
}
/** For letters of a script that the library has no font for. */
export interface LetterFont {
  readonly script: LetterScript;
  readonly bytes: ArrayBuffer;
}
/** Of a file that shall be looked into, in order. */
interface FilePiece {
  readonly kind: 'piece';
  readonly bytes: Uint8Array<ArrayBuffer>;
}
/** To look, by `worker`, for what `file` gives away, or where there is none the pieces so far, and to clean a copy if that is wanted. */
export interface ExamineFile {
  readonly kind: 'examine';
  readonly worker: string;
  /** By reference: what of it is not wanted is not read. Where it has a size alone, slices are asked for. */
  readonly file: Blob | { readonly size: number } | null;
  readonly isCleaned: boolean;
}
/** To say what stands in a file, and show nothing of it. */
export interface ReadWords extends Pick<ShowFile, 'bytes' | 'worker' | 'wasm'> {
  readonly kind: 'words';
}
export interface TurnPage {
  readonly kind: 'page';
  readonly page: number;
}

/** A picture in which a QR code is looked for; it is shown to nobody. */
export interface ReadCode {
  readonly kind: 'code';
  readonly bytes: Uint8Array;
}

export type PageMessage = ShowFile | ShowLarge | Slice | FilePiece | ExamineFile | ReadWords | TurnPage;

/** Says nothing where there is no frame. */
export function sayTo(frame: HTMLIFrameElement | null, message: PageMessage): void {
  frame?.contentWindow?.postMessage(message, '*', buffersOf(message));
}

/** What the page gives to the frame for good: to copy as much would hold the page up. */
function buffersOf(message: PageMessage): Transferable[] {
  if (message.kind === 'piece' || message.kind === 'slice') return [message.bytes.buffer];
  if (message.kind === 'page' || message.kind === 'examine') return [];
  if (message.kind === 'show-large') return [message.head.buffer];
  if (message.kind === 'words') return [message.bytes.buffer, message.wasm];
  const { bytes, wasm, fonts, heic, archive, recognition } = message;
  const reading = recognition === null ? [] : [recognition.wasm, recognition.data];
  return [bytes.buffer, wasm, heic.wasm, archive.wasm, ...fonts.map((font) => font.bytes), ...reading];
}

/** Why a file is not shown. `browser`: it keeps the pixels of pictures to itself, and gives others. `no-player`: it plays no such sound or film, or this one is damaged. */
const viewProblems = ['unknown', 'damaged', 'too-large', 'locked', 'too-slow', 'browser', 'no-player'] as const;
export type ViewProblem = (typeof viewProblems)[number];
/** Why there is no safe copy, or no text of a file. `pages`: the document has too many; `heavy` or `wordy`: too much in pictures or text. `no-text`: none was found in it. `unreadable`: it is pictures, and none could be read. `failed`: the local process did not take it. */
export type CopyFailure =
  | ViewProblem
  | CopyProblem
  | 'pages'
  | 'heavy'
  | 'wordy'
  | 'no-text'
  | 'unreadable'
  | 'stopped'
  | 'failed';

/** What became of a page's picture: nobody was to read it or it is none, a text was recognised in it, or that failed. */
const recognitionStates = ['none', 'done', 'failed'] as const;

/** A page of a document as pixels, four bytes each. */
export interface DrawnMessage {
  readonly kind: 'drawn';
  readonly page: number;
  readonly pages: number;
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8ClampedArray<ArrayBuffer>;
  /** What the document says it shows. */
  readonly text: string;
  readonly recognition: (typeof recognitionStates)[number];
  /** From the pixels, by machine: it may be wrong. */
  readonly recognised: string;
}

/** What was found in a file, and its cleaned copy. */
export interface ExaminedFile extends Omit<Examined, 'cleaned'> {
  readonly cleaned: Blob | null;
}

export interface ExaminedMessage extends ExaminedFile {
  readonly kind: 'examined';
}

export interface ShownMessage {
  readonly kind: 'shown';
  readonly page: number;
  /** 0 where there is nothing to turn. */
  readonly pages: number;
  /** Of a text that does not say it by itself: told by what it holds, so that it may be wrong. */
  readonly encoding: GuessedEncoding | null;
  /** Whether there is more in it than is shown. */
  readonly isCut: boolean;
  /** Whether it has looks and pictures that are not. */
  readonly isWordsOnly: boolean;
}

/** Of a large file, so many bytes from there on; then it waits for a `slice`. */
export interface WantMessage {
  readonly kind: 'want';
  readonly from: number;
  readonly bytes: number;
}

/** What stands in a file, as it says itself. */
export interface WordsMessage {
  readonly kind: 'words';
  readonly text: string;
  /** Whether there is more in it. */
  readonly isCut: boolean;
}

export type FrameMessage =
  | { readonly kind: 'ready' }
  | WantMessage
  /** Somebody reads, or a film plays. */
  | { readonly kind: 'present' }
  | ShownMessage
  | DrawnMessage
  /** The page before its `drawn`: how much of its picture is read. */
  | { readonly kind: 'reading'; readonly percent: number }
  /** What the code says; empty where none was found. */
  | { readonly kind: 'code'; readonly text: string }
  | ExaminedMessage
  | WordsMessage
  | { readonly kind: 'failed'; readonly problem: ViewProblem };

const pagesMax = 100_000;
/** What the largest QR code holds, and nothing but signs that stand in a line. */
const codeForm = /^[\x20-\x7e]{0,4296}$/;

/** Null for anything that is none: a frame that was taken over can say nothing else. */
export function readFrameMessage(data: unknown): FrameMessage | null {
  if (typeof data !== 'object' || data === null) return null;
  const { kind, page, pages, problem, text, percent, encoding, isCut, isWordsOnly } = data as Readonly<
    Record<string, unknown>
  >;
  if (kind === 'ready' || kind === 'present') return { kind };
  if (kind === 'shown' && isCount(page) && isCount(pages)) {
    const guessed = guessedEncodings.find((name) => name === encoding) ?? null;
    return { kind, page, pages, encoding: guessed, isCut: isCut === true, isWordsOnly: isWordsOnly === true };
  }
  if (kind === 'want') return readWant(data as Readonly<Record<string, unknown>>);
  if (kind === 'reading' && isCount(percent) && percent <= 100) return { kind, percent };
  if (kind === 'drawn') return readDrawn(data as Readonly<Record<string, unknown>>);
  if (kind === 'code' && typeof text === 'string' && codeForm.test(text)) return { kind, text };
  if (kind === 'words' && typeof text === 'string' && text.length <= filesTextMax && typeof isCut === 'boolean')
    return { kind, text, isCut };
  if (kind === 'examined') return readExamined(data as Readonly<Record<string, unknown>>);
  const known = viewProblems.find((name) => name === problem);
  return kind === 'failed' && known !== undefined ? { kind, problem: known } : null;
}

function readWant({ from, bytes }: Readonly<Record<string, unknown>>): WantMessage | null {
  const isPart = isWhole(from) && from <= FILE_BYTES_MAX && isWhole(bytes) && bytes <= partBytesMax;
  return isPart ? { kind: 'want', from, bytes } : null;
}

function readDrawn(data: Readonly<Record<string, unknown>>): DrawnMessage | null {
  const { page, pages, width, height, pixels, text, recognised } = data;
  const recognition = recognitionStates.find((state) => state === data.recognition);
  if (!isCount(page) || !isCount(pages) || !isCount(width) || !isCount(height)) return null;
  if (page >= pages || width * height < 1 || width * height > pagePixelsMax) return null;
  if (!(pixels instanceof Uint8ClampedArray) || pixels.length !== 4 * width * height) return null;
  if (!isPageText(text) || !isPageText(recognised) || recognition === undefined) return null;
  // A buffer of this page's own: nothing that the frame could still write to.
  const copied = new Uint8ClampedArray(pixels);
  return { kind: 'drawn', page, pages, width, height, pixels: copied, text, recognition, recognised };
}

function readExamined(data: Readonly<Record<string, unknown>>): ExaminedMessage | null {
  const [found, left] = [readTraces(data.found), readTraces(data.left)];
  const state = examinedStates.find((name) => name === data.state);
  const { cleaned } = data;
  if (state === undefined || found === null || left === null) return null;
  if (cleaned !== null && !(cleaned instanceof Blob && cleaned.size <= FILE_BYTES_MAX)) return null;
  return { kind: 'examined', state, found, left, cleaned };
}

function readTraces(data: unknown): Trace[] | null {
  if (!Array.isArray(data) || data.length > findingKinds.length) return null;
  const traces = data.map((one: unknown) => {
    const { kind, values } = (one ?? {}) as Readonly<Record<string, unknown>>;
    const known = findingKinds.find((name) => name === kind);
    const isList = Array.isArray(values) && values.length <= valuesShownMax;
    const isText = isList && values.every((value) => typeof value === 'string' && value.length <= valueCharactersMax);
    return known !== undefined && isText ? { kind: known, values: values as string[] } : null;
  });
  return traces.every((trace) => trace !== null) ? traces : null;
}

function isPageText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= pageTextMax;
}

function isCount(value: unknown): value is number {
  return isWhole(value) && value <= pagesMax;
}

function isWhole(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0;
}
