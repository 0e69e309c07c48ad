/** Shows one file inside a sandboxed frame without origin and network; whatever runs here reaches nothing. */

import { pageTextMax } from '@postern/desk/files/copy-limits';
import { MetadataError } from '@postern/protocol/metadata/report';
import { zipEntries } from '@postern/protocol/metadata/zip-file';
import { type ArchiveList, entriesShownMax, type NamedEntry, shownName } from './archive-kind.ts';
import type { ArchiveWork } from './archive-worker.ts';
import type { DocumentWork, DrawnPage, WorkerAnswer } from './document-worker.ts';
import type { ExamineWork } from './examine-worker.ts';
import { type DocumentForm, type FileKind, kindOf } from './file-kind.ts';
import { startWorker } from './frame-worker.ts';
import type { HeicWork } from './heic-worker.ts';
import { LargeFile } from './large-file.ts';
import { readCode } from './picture-code.ts';
import { pictureOf, pictureProblem } from './picture-size.ts';
import { Recogniser, readPixelsMax } from './recogniser.ts';
import type { ReadText } from './text-encoding.ts';
import type {
  DrawnMessage,
  ExaminedFile,
  ExamineFile,
  FrameMessage,
  PageMessage,
  ReadCode,
  ReadWords,
  ShowFile,
  ShowLarge,
  ViewProblem,
  WantMessage,
} from './viewer-messages.ts';

/** Of a picture that is copied; documents are drawn at as much. */
const copiedPixelsMax = 4_000_000;
const textLengthMax = 1024 * 1024;
/** Of what has no pages and is shown to its end. */
const whole = { kind: 'shown', page: 0, pages: 0, encoding: null, isCut: false, isWordsOnly: false } as const;
const documentMs = 20_000;
/** Longer than the worker gives itself; only what hangs it comes to this. */
const wordsMs = 15_000;
const presenceMs = 10_000;
/** A picture of a screen has letters of ten pixels, too small to be told apart: it is read at up to this scale. */
const readScaleMax = 2;

let worker: Worker | null = null;
let purpose: ShowFile['kind'] = 'show';
let recogniser: Recogniser | null = null;
let large: LargeFile | null = null;
/** A page that waits for its larger picture to be read. */
let unread: DrawnPage | null = null;
/** Of a file that is looked into. */
const pieces: Uint8Array<ArrayBuffer>[] = [];
let presenceTold = Number.NEGATIVE_INFINITY;
let timer: ReturnType<typeof setTimeout> | undefined;

addEventListener('message', ({ data, source }: MessageEvent<PageMessage | ReadCode>) => {
  if (source !== parent) return;
  if (data.kind === 'code') void readCode(data.bytes).then((text) => tell({ kind: 'code', text }));
  else if (data.kind === 'show-large') showLarge(data);
  else if (data.kind === 'slice') takeSlice(data.bytes);
  else if (data.kind === 'page' && large !== null) large.turn(data.page);
  else if (data.kind === 'page') ask({ kind: 'draw', page: data.page });
  else if (data.kind === 'piece') pieces.push(data.bytes);
  else if (data.kind === 'examine') lookInto(data);
  else if (data.kind === 'words') readWords(data);
  else show(data).catch(() => fail('damaged'));
});
tell({ kind: 'ready' });
// Media events do not bubble, so all are taken on their way down.
for (const name of ['keydown', 'pointermove', 'wheel', 'timeupdate'])
  document.addEventListener(name, tellPresence, { capture: true, passive: true });

function lookInto({ isCleaned, file, worker: code }: ExamineFile): void {
  const take = (answer: ExaminedFile | WantMessage): void =>
    tell('kind' in answer ? answer : { kind: 'examined', ...answer });
  worker = startWorker(code, take, failDamaged);
  const given = pieces.splice(0);
  worker.postMessage(
    { content: file ?? given, isCleaned } satisfies ExamineWork,
    given.map(({ buffer }) => buffer),
  );
}

function takeSlice(bytes: Uint8Array<ArrayBuffer>): void {
  if (large === null) worker?.postMessage(bytes, [bytes.buffer]);
  else large.take(bytes);
}

/** All of it in the worker: what hangs there can be ended. */
function readWords({ bytes, worker: code, wasm }: ReadWords): void {
  const take = (answer: WorkerAnswer): void => {
    clearTimeout(timer);
    if (answer.kind === 'words') tell(answer);
    else fail(answer.kind === 'failed' ? answer.problem : 'damaged');
  };
  worker = startWorker(code, take, failDamaged);
  timer = setTimeout(() => fail('too-slow'), wordsMs);
  worker.postMessage({ kind: 'words', bytes, wasm } satisfies DocumentWork, [bytes.buffer, wasm]);
}

async function show(file: ShowFile): Promise<void> {
  purpose = file.kind;
  if (purpose === 'copy' && file.recognition !== null) {
    recogniser = new Recogniser(file.recognition, (percent) => tell({ kind: 'reading', percent: Math.trunc(percent) }));
  }
  document.documentElement.dataset.scheme = file.scheme;
  const { bytes } = file;
  const found = kindOf(bytes);
  if (purpose === 'copy' && /^(media|archive|packed)$/.test(found.kind)) return fail('unknown');
  switch (found.kind) {
    case 'picture':
      return showPicture(bytes);
    case 'heic':
      return decodeHeic(file);
    case 'media':
      return showMedia(found, bytes);
    case 'document':
      return openDocument(file, found.form);
    case 'archive':
      return showArchive(bytes);
    case 'packed':
      return listPacked(file);
    case 'text':
      return purpose === 'copy' ? copyText(file, found) : showText(found);
    default:
      return fail('unknown');
  }
}

function showLarge(file: ShowLarge): void {
  document.documentElement.dataset.scheme = file.scheme;
  large = new LargeFile(file, {
    tell: (message) => {
      if (message.kind === 'shown') clearTimeout(timer);
      tell(message);
    },
    fail,
    put,
    putText,
    showEntries,
    failAsArchive,
    began: (player) => {
      worker = player;
      timer = setTimeout(() => fail('too-slow'), documentMs);
    },
  });
  large.show();
}

async function showPicture(bytes: Uint8Array): Promise<void> {
  const picture = pictureOf(bytes);
  if (typeof picture === 'string') return fail(picture);
  if (purpose === 'copy') return copyPicture(picture);
  const image = document.createElement('img');
  image.src = URL.createObjectURL(picture);
  image.alt = '';
  await image.decode();
  put(image);
  tell(whole);
}

/** Turned as its file says, and no larger than a page of a document. */
async function copyPicture(picture: Blob | ImageData): Promise<void> {
  if (!givesPixels()) return fail('browser');
  const whole = await createImageBitmap(picture);
  const { width, height, data: pixels } = pixelsOf(whole, 1, copiedPixelsMax);
  const drawn = { kind: 'drawn', page: 0, pages: 1, width, height, pixels, text: '' } as const;
  if (recogniser === null) tellDrawn({ ...drawn, ...notRead });
  else await tellRead(drawn, recogniser, pixelsOf(whole, readScaleMax, readPixelsMax, '#fff'));
}

/** Browsers that hide what machine they are on give chance pixels for those that were drawn: a copy of them would be none. */
function givesPixels(): boolean {
  const drawn = new OffscreenCanvas(16, 16).getContext('2d');
  if (drawn === null) return false;
  drawn.fillStyle = '#123456';
  drawn.fillRect(0, 0, 16, 16);
  const { data } = drawn.getImageData(0, 0, 16, 16);
  return data.every((value, at) => value === [0x12, 0x34, 0x56, 0xff][at % 4]);
}

/** @param paper what lies behind what is transparent; nothing without one */
function pixelsOf(whole: ImageBitmap, scaleMost: number, pixelsMost: number, paper = 'transparent'): ImageData {
  const scale = Math.min(scaleMost, Math.sqrt(pixelsMost / (whole.width * whole.height)));
  const [width, height] = [whole.width, whole.height].map((side) => Math.max(1, Math.floor(scale * side))) as [
    number,
    number,
  ];
  const drawn = new OffscreenCanvas(width, height).getContext('2d');
  if (drawn === null) throw new Error('draw a picture: the browser has no canvas left');
  drawn.fillStyle = paper;
  drawn.fillRect(0, 0, width, height);
  drawn.drawImage(whole, 0, 0, width, height);
  return drawn.getImageData(0, 0, width, height);
}

/** Few browsers decode these by themselves: a worker does, and hands their pixels over. */
function decodeHeic({ bytes, heic }: ShowFile): void {
  const problem = pictureProblem(bytes);
  if (problem !== null) {
    fail(problem);
    return;
  }
  const take = (picture: ImageData | null): void => {
    clearTimeout(timer);
    if (picture === null) fail('damaged');
    else if (purpose === 'copy') copyPicture(picture).catch(failDamaged);
    else showPixels(picture, '', whole);
  };
  worker = startWorker(heic.worker, take, failDamaged);
  timer = setTimeout(() => fail('too-slow'), documentMs);
  worker.postMessage({ bytes, wasm: heic.wasm } satisfies HeicWork, [bytes.buffer, heic.wasm]);
}

function showMedia({ element, type }: Extract<FileKind, { kind: 'media' }>, bytes: Uint8Array): void {
  const media = document.createElement(element);
  media.controls = true;
  media.preload = 'metadata';
  media.addEventListener('loadedmetadata', () => tell(whole), {
    once: true,
  });
  // Browsers do not say whether it is damaged, or one of the kinds that they have no player for.
  media.addEventListener('error', () => fail('no-player'), { once: true });
  media.src = URL.createObjectURL(new Blob([bytes.slice()], { type }));
  put(media);
}

function putText(text: string): void {
  const shown = document.createElement('pre');
  shown.dir = 'auto';
  shown.tabIndex = 0;
  shown.textContent = text;
  put(shown);
}

function showText({ text, guessed }: ReadText): void {
  putText(text.slice(0, textLengthMax));
  tell({ ...whole, encoding: guessed, isCut: text.length > textLengthMax });
}

/** What was guessed stands above it, in every copy. */
function copyText(file: ShowFile, { text, guessed }: ReadText): void {
  const marked = guessed === null ? text : `[${guessed}]\n\n${text}`;
  openDocument({ ...file, bytes: new TextEncoder().encode(marked) }, 'text');
}

function showArchive(bytes: Uint8Array): void {
  try {
    showEntries(zipEntries(bytes).entries);
  } catch (error) {
    failAsArchive(error);
  }
}

/** Other archives than ZIP are read by a worker, which may have to unpack what it passes over, and is ended when that takes too long. */
function listPacked({ bytes, archive }: ShowFile): void {
  const take = (list: ArchiveList): void => {
    clearTimeout(timer);
    if (list.kind === 'failed') fail(list.problem);
    else showEntries(list.entries, list.isCut);
  };
  worker = startWorker(archive.worker, take, failDamaged);
  timer = setTimeout(() => fail('too-slow'), documentMs);
  worker.postMessage({ bytes, wasm: archive.wasm } satisfies ArchiveWork, [bytes.buffer, archive.wasm]);
}

/** Names and sizes only: nothing is unpacked. */
function showEntries(entries: readonly NamedEntry[], isCut = entries.length > entriesShownMax): void {
  const list = document.createElement('ul');
  for (const { name, bytes: length } of entries.slice(0, entriesShownMax)) {
    const line = document.createElement('li');
    const shown = document.createElement('bdi');
    shown.textContent = shownName(name);
    line.append(shown, ` ${length.toLocaleString()} B`);
    list.append(line);
  }
  list.tabIndex = 0;
  put(list);
  tell({ ...whole, isCut });
}

function failAsArchive(error: unknown): void {
  fail(error instanceof MetadataError && error.code === 'too-large' ? 'too-large' : 'damaged');
}

function openDocument(file: ShowFile, form: DocumentForm): void {
  const { bytes, worker: code, wasm, fonts } = file;
  worker = startWorker(code, takeAnswer, failDamaged);
  const isRead = recogniser !== null;
  ask({ kind: 'open', bytes, form, wasm, fonts, isRead }, [bytes.buffer, wasm, ...fonts.map((font) => font.bytes)]);
}

function ask(asked: DocumentWork, given: readonly Transferable[] = []): void {
  clearTimeout(timer);
  timer = setTimeout(asked.kind === 'enlarge' ? giveUnread : () => fail('too-slow'), documentMs);
  worker?.postMessage(asked, [...given]);
}

function takeAnswer(answer: WorkerAnswer): void {
  if (answer.kind === 'words') return;
  if (answer.kind === 'enlarged') {
    takeEnlarged(answer.picture);
    return;
  }
  clearTimeout(timer);
  if (answer.kind === 'failed') {
    fail(answer.problem);
    return;
  }
  if (purpose === 'copy') {
    if (answer.isPicture && recogniser !== null) {
      unread = answer;
      tell({ kind: 'reading', percent: 0 });
      ask({ kind: 'enlarge', page: answer.page });
    } else tellDrawn({ ...answer, ...notRead });
    return;
  }
  const { width, height, pixels, text } = answer;
  showPixels(new ImageData(pixels, width, height), text, answer);
}

function showPixels(
  picture: ImageData,
  text: string,
  { page, pages, isWordsOnly }: Pick<DrawnPage, 'page' | 'pages' | 'isWordsOnly'>,
): void {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [picture.width, picture.height];
  canvas.setAttribute('role', 'img');
  canvas.setAttribute('aria-label', text.slice(0, 20_000));
  canvas.getContext('2d')?.putImageData(picture, 0, 0);
  put(canvas);
  tell({ ...whole, page, pages, isWordsOnly });
}

function takeEnlarged(picture: ImageData | null): void {
  // One that came too late is of a page that was handed over.
  if (unread === null || recogniser === null) return;
  if (picture === null) {
    giveUnread();
    return;
  }
  clearTimeout(timer);
  const drawn = unread;
  unread = null;
  void tellRead(drawn, recogniser, picture);
}

/** The page's own pixels are there: that its larger picture is not costs its text alone. */
function giveUnread(): void {
  clearTimeout(timer);
  if (unread === null) return;
  tellDrawn({ ...unread, recognition: 'failed', recognised: '' });
  unread = null;
}

const notRead = { recognition: 'none', recognised: '' } as const;

async function tellRead(
  drawn: Omit<DrawnMessage, 'recognition' | 'recognised'>,
  reader: Recogniser,
  picture: ImageData,
): Promise<void> {
  tell({ kind: 'reading', percent: 0 });
  const text = await reader.read(picture);
  const recognition = text === null ? 'failed' : 'done';
  tellDrawn({ ...drawn, recognition, recognised: text?.slice(0, pageTextMax) ?? '' });
}

function failDamaged(): void {
  if (unread === null) fail('damaged');
  else giveUnread();
}

function fail(problem: ViewProblem): void {
  clearTimeout(timer);
  recogniser?.end();
  worker?.terminate();
  worker = null;
  document.body.replaceChildren();
  tell({ kind: 'failed', problem });
}

function put(element: Element): void {
  document.body.replaceChildren(element);
}

function tellDrawn(drawn: DrawnMessage): void {
  parent.postMessage(drawn satisfies FrameMessage, '*', [drawn.pixels.buffer]);
}

function tellPresence(): void {
  if (performance.now() - presenceTold < presenceMs) return;
  presenceTold = performance.now();
  tell({ kind: 'present' });
}

function tell(message: FrameMessage): void {
  // A frame without origin has no other address for its page; the page checks who speaks.
  parent.postMessage(message, '*');
}
