/** Plays a sound or film that is larger than what the frame may hold: some seconds around the place that is looked at, and nothing on the disk. */

import type { FilmForm } from './film.ts';
import type { FilmAnswer, FilmOrder } from './film-worker.ts';
import { startWorker } from './frame-worker.ts';

/** Before and behind what is played so much is held; of very large pictures at least the seconds. */
const heldBytes = 24 * 1024 * 1024;
const heldSecondsMin = 3;
const heldSecondsMax = 20;
/** Whoever drags the slider is at many places; the one where it rests is read. */
const restMs = 150;
/** Sound and pictures seldom begin at the same moment: so much before both is passed over. */
const gapSeconds = 1;
/** Sound and pictures of a fragment end at moments that are not quite the same; the next one must stay whole. */
const seamSeconds = 0.1;

export interface FilmStage {
  /** Of the file, from byte `from` up to, without it, `to`. */
  readonly read: (from: number, to: number) => Promise<Uint8Array<ArrayBuffer>>;
  readonly put: (element: HTMLMediaElement) => void;
  readonly onShown: () => void;
  readonly onFail: (problem: 'damaged' | 'no-player') => void;
}

/** @param code of the worker that reads it @returns the worker, to be ended when it takes too long or fails */
export function playFilm(code: string, bytes: number, stage: FilmStage): Worker {
  let player: FilmPlayer | null = null;
  const damaged = (): void => stage.onFail('damaged');
  const take = (answer: FilmAnswer): void => {
    if (answer.kind === 'want') {
      stage.read(answer.from, answer.to).then((slice) => order({ kind: 'slice', bytes: slice }), damaged);
    } else if (answer.kind === 'fragment') player?.take(answer.turn, answer.bytes);
    else if (answer.kind === 'failed') damaged();
    else if (answer.kind === 'no-player') stage.onFail('no-player');
    else {
      const form = answer.forms.find(({ type }) => MediaSource.isTypeSupported(type));
      if (form === undefined) stage.onFail('no-player');
      else player = new FilmPlayer(form, { rate: bytes / answer.duration, duration: answer.duration, order, stage });
    }
  };
  const worker = startWorker(code, take, damaged);
  const order = (given: FilmOrder): void =>
    worker.postMessage(given, given.kind === 'slice' ? [given.bytes.buffer] : []);
  order({ kind: 'open', bytes });
  return worker;
}

interface PlayerParts {
  /** Bytes a second. */
  readonly rate: number;
  readonly duration: number;
  readonly order: (order: FilmOrder) => void;
  readonly stage: FilmStage;
}

class FilmPlayer {
  readonly #media: HTMLMediaElement;
  readonly #source = new MediaSource();
  readonly #form: FilmForm;
  readonly #heldSeconds: number;
  readonly #parts: PlayerParts;
  #buffer: SourceBuffer | null = null;
  /** Fragments of turns before are of a place that nobody is at any more. */
  #turn = 0;
  /** Where it goes on, once what is held is dropped. */
  #goal: number | null = 0;
  #isAsked = false;
  /** The one that came and is not appended yet; null behind the last. */
  #given: Uint8Array<ArrayBuffer> | null | undefined;
  #isAtEnd = false;
  /** Where fragments begin behind the first that is held, in seconds: each stands for itself. */
  #joints: number[] = [];
  #rest = 0;

  constructor(form: FilmForm, parts: PlayerParts) {
    this.#form = form;
    this.#parts = parts;
    this.#heldSeconds = Math.min(heldSecondsMax, Math.max(heldSecondsMin, heldBytes / parts.rate));
    const media = document.createElement(form.type.startsWith('video') ? 'video' : 'audio');
    media.controls = true;
    media.addEventListener('loadedmetadata', () => parts.stage.onShown(), { once: true });
    media.addEventListener('error', () => parts.stage.onFail('no-player'), { once: true });
    media.addEventListener('timeupdate', () => this.#go());
    media.addEventListener('seeking', () => this.#seek());
    this.#media = media;
    this.#source.addEventListener('sourceopen', () => this.#begin(), { once: true });
    media.src = URL.createObjectURL(this.#source);
    parts.stage.put(media);
  }

  /** A fragment, or that there is no more. */
  take(turn: number, bytes: Uint8Array<ArrayBuffer> | null): void {
    if (turn !== this.#turn) return;
    this.#isAsked = false;
    this.#given = bytes;
    this.#go();
  }

  #begin(): void {
    this.#source.duration = this.#parts.duration;
    this.#buffer = this.#source.addSourceBuffer(this.#form.type);
    this.#buffer.addEventListener('updateend', () => this.#go());
    this.#go();
  }

  #seek(): void {
    window.clearTimeout(this.#rest);
    if (this.#heldUntil() !== null) {
      this.#go();
      return;
    }
    this.#rest = window.setTimeout(() => {
      this.#turn += 1;
      this.#goal = this.#media.currentTime;
      this.#go();
    }, restMs);
  }

  /** The next step, each once the one before has ended. */
  #go(): void {
    const buffer = this.#buffer;
    if (buffer === null || buffer.updating) return;
    try {
      if (this.#goal !== null) this.#begins(buffer, this.#goal);
      else if (this.#given !== undefined) this.#append(buffer);
      else if (!this.#drops(buffer)) this.#ask();
    } catch {
      // The browser takes no more, or does not take what was made of it.
      this.#parts.stage.onFail('damaged');
    }
  }

  #begins(buffer: SourceBuffer, seconds: number): void {
    this.#given = undefined;
    if (buffer.buffered.length > 0) {
      if (this.#source.readyState === 'open') buffer.abort();
      buffer.remove(0, Number.POSITIVE_INFINITY);
      return;
    }
    this.#goal = null;
    this.#turn += 1;
    this.#isAtEnd = false;
    this.#joints = [];
    this.#parts.order({ kind: 'from', turn: this.#turn, form: this.#form, seconds });
    this.#isAsked = true;
    this.#parts.order({ kind: 'more' });
  }

  #append(buffer: SourceBuffer): void {
    const given = this.#given ?? null;
    this.#given = undefined;
    if (given !== null) {
      const { buffered } = buffer;
      if (buffered.length > 0) this.#joints.push(buffered.end(buffered.length - 1));
      buffer.appendBuffer(given);
      return;
    }
    this.#isAtEnd = true;
    if (this.#source.readyState === 'open') this.#source.endOfStream();
  }

  /** Whether it has begun to drop what was played: whole fragments, since with a picture goes all that hangs on it. */
  #drops(buffer: SourceBuffer): boolean {
    // Nothing more comes, and to drop something would take back that it is the end.
    if (this.#isAtEnd) return false;
    const from = this.#media.currentTime - this.#heldSeconds;
    const joint = this.#joints.findLast((at) => at <= from) ?? 0;
    if (joint <= seamSeconds) return false;
    this.#joints = this.#joints.filter((at) => at > joint);
    buffer.remove(0, joint - seamSeconds);
    return true;
  }

  #ask(): void {
    const until = this.#heldUntil();
    if (until === null) this.#passGap();
    const isEnough = until !== null && until - this.#media.currentTime >= this.#heldSeconds;
    if (this.#isAsked || this.#isAtEnd || isEnough) return;
    this.#isAsked = true;
    this.#parts.order({ kind: 'more' });
  }

  #passGap(): void {
    const { buffered, currentTime } = this.#media;
    for (let range = 0; range < buffered.length; range++) {
      const gap = buffered.start(range) - currentTime;
      if (gap > 0 && gap < gapSeconds) this.#media.currentTime = buffered.start(range);
    }
  }

  /** How far it can play from where it is, in seconds; null where it cannot. */
  #heldUntil(): number | null {
    const { buffered, currentTime } = this.#media;
    for (let range = 0; range < buffered.length; range++) {
      if (buffered.start(range) <= currentTime && currentTime < buffered.end(range)) return buffered.end(range);
    }
    return null;
  }
}
