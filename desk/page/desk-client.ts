/** Talks to the local process: one session in one variable, calls, and the stream of changes. */
import {
  type Answers,
  attachAddress,
  attachBytesMax,
  attachHeader,
  type BytesCall,
  type CallName,
  type CallProblem,
  type Calls,
  type Change,
  callAddress,
  copyAddress,
  copyHeader,
  type FilePart,
  type FilePlace,
  filmAddress,
  filmHeader,
  sessionHeader,
  wordsAddress,
  wordsHeader,
} from '@postern/desk/app/api';
import type { FilmFileKind, FilmTaken } from '@postern/desk/calls/film-view';
import type { PageAnswer } from '@postern/desk/files/safe-copies';

export class CallFailed extends Error {
  override readonly name = 'CallFailed';
  readonly problem: CallProblem['problem'] | 'gone';

  constructor(problem: CallProblem['problem'] | 'gone') {
    super(`call the desk: ${problem}`);
    this.problem = problem;
  }
}

/** Lines of a stream that has said nothing for so long are not waited for: the process says `still` every 15 seconds. */
const silenceMsMax = 40_000;

/** Hundreds of files of the largest size take their time, and pictures in sixteen languages. */
const slowMsMax = 7_200_000;
const slow: ReadonlySet<CallName> = new Set(['export', 'call-kit']);

export class DeskClient {
  #session = '';

  /** Uses up the token of the link. @throws CallFailed token, gone */
  async start(token: string): Promise<void> {
    this.#session = (await this.call('session', { token })).session;
  }

  /** @throws CallFailed */
  async call<Name extends Exclude<CallName, 'changes' | BytesCall>>(
    name: Name,
    given: Calls[Name],
  ): Promise<Answers[Name]> {
    const response = await this.#post(name, given, AbortSignal.timeout(slow.has(name) ? slowMsMax : 60_000));
    try {
      return (await response.json()) as Answers[Name];
    } catch {
      throw new CallFailed('gone');
    }
  }

  /** The bytes of an attachment, one slice after the other. @throws CallFailed; also the browser's own error for a file that cannot be read */
  async attach(attachment: string, file: File): Promise<void> {
    for (let at = 0; at === 0 || at < file.size; at += attachBytesMax) {
      const slice = await file.slice(at, at + attachBytesMax).arrayBuffer();
      await this.#sendBytes(attachAddress, attachHeader, attachment, slice);
    }
  }

  /** One page of a safe copy. @throws CallFailed */
  async copyPage(copy: string, page: Uint8Array<ArrayBuffer>): Promise<PageAnswer> {
    const response = await this.#sendBytes(copyAddress, copyHeader, copy, page);
    return ((await response.json()) as { readonly page: PageAnswer }).page;
  }

  /** A file that waits to be read for the search. @throws CallFailed */
  async readForWords(kept: string): Promise<ArrayBuffer> {
    return (await this.#post('words-read', { kept }, AbortSignal.timeout(60_000))).arrayBuffer();
  }

  /** What stands in it. @throws CallFailed */
  async giveWords(kept: string, words: Uint8Array<ArrayBuffer>): Promise<void> {
    await this.#sendBytes(wordsAddress, wordsHeader, kept, words);
  }

  /** A file of a call's film: a cleaned copy is kept, or nothing is changed. @throws CallFailed; also the browser's own error for a file that cannot be read */
  async takeFilmFile(call: string, kind: FilmFileKind, file: File): Promise<FilmTaken> {
    const response = await this.#sendBytes(filmAddress, filmHeader, `${call} ${kind}`, await file.arrayBuffer());
    return (await response.json()) as FilmTaken;
  }

  /** The video of a call in work. @throws CallFailed */
  async readFilm(call: string): Promise<Blob> {
    return (await this.#post('film-read', { call }, AbortSignal.timeout(60_000))).blob();
  }

  /** The content of a file that is here. @throws CallFailed */
  async readFile(place: FilePlace): Promise<ArrayBuffer> {
    return (await this.#readFile(place)).arrayBuffer();
  }

  /** A part of one; less at its end, nothing beyond. @throws CallFailed */
  async readPart(part: FilePart): Promise<ArrayBuffer> {
    return (await this.#post('file-part', part, AbortSignal.timeout(60_000))).arrayBuffer();
  }

  /** What the recogniser of text must know of a language. @throws CallFailed */
  async readLanguage(language: string): Promise<ArrayBuffer> {
    const answer = await this.#post('text-language-data', { language }, AbortSignal.timeout(60_000));
    return answer.arrayBuffer();
  }

  /** The same, as it comes. @throws CallFailed */
  async readPieces(place: FilePlace): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
    return (await this.#readFile(place)).body ?? new Blob().stream();
  }

  /** Resolves when the stream ends. @throws CallFailed */
  async changes(take: (change: Change) => void): Promise<void> {
    const silence = new AbortController();
    let timer = 0;
    const heard = (): void => {
      window.clearTimeout(timer);
      timer = window.setTimeout(() => silence.abort(), silenceMsMax);
    };
    heard();
    try {
      const response = await this.#post('changes', {}, silence.signal);
      const lines = response.body?.pipeThrough(new TextDecoderStream()).getReader();
      let rest = '';
      for (let piece = await lines?.read(); piece?.value !== undefined; piece = await lines?.read()) {
        heard();
        const whole = (rest + piece.value).split('\n');
        rest = whole.pop() ?? '';
        for (const line of whole) take(JSON.parse(line) as Change);
      }
    } catch (error) {
      throw error instanceof CallFailed ? error : new CallFailed('gone');
    } finally {
      window.clearTimeout(timer);
    }
  }

  #readFile(place: FilePlace): Promise<Response> {
    return this.#post('file-read', place, AbortSignal.timeout(60_000));
  }

  #post(name: CallName, given: object, signal: AbortSignal): Promise<Response> {
    return this.#send(callAddress + name, { 'content-type': 'application/json' }, JSON.stringify(given), signal);
  }

  #sendBytes(
    address: string,
    header: string,
    name: string,
    bytes: ArrayBuffer | Uint8Array<ArrayBuffer>,
  ): Promise<Response> {
    const headers = { 'content-type': 'application/octet-stream', [header]: name };
    return this.#send(address, headers, bytes, AbortSignal.timeout(60_000));
  }

  async #send(
    address: string,
    headers: Readonly<Record<string, string>>,
    body: string | ArrayBuffer | Uint8Array<ArrayBuffer>,
    signal: AbortSignal,
  ): Promise<Response> {
    let response: Response;
    try {
      response = await fetch(address, {
        method: 'POST',
        headers: { ...headers, [sessionHeader]: this.#session },
        body,
        cache: 'no-store',
        credentials: 'omit',
        redirect: 'error',
        referrerPolicy: 'no-referrer',
        signal,
      });
    } catch {
      throw new CallFailed('gone');
    }
    if (response.ok) return response;
    const { problem } = (await response.json().catch(() => ({ problem: 'failed' }))) as CallProblem;
    throw new CallFailed(problem);
  }
}
