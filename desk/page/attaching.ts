/** Files for replies: each is looked into before anything of it is sealed or sent, and goes as its person has chosen. */

import { CallFailed, type DeskClient } from './desk-client.ts';
import type { FileReview, SendProblem } from './model.ts';
import type { ExaminedFile } from './viewer/viewer-messages.ts';

export type AttachChoice = 'clean' | 'original' | 'none';

export interface AttachingParts {
  readonly client: DeskClient;
  /** Looks into a file, and cleans a copy. @throws for a file that cannot be read */
  readonly examine: (file: File, signal: AbortSignal) => Promise<ExaminedFile>;
  readonly tell: (reviews: readonly FileReview[]) => void;
  /** @param id of the case */
  readonly complain: (id: string, problem: SendProblem) => void;
}

interface Pending {
  review: FileReview;
  readonly file: File;
  cleaned: File | null;
  /** What the local process calls it until somebody has chosen, so that it is told if the desk is locked first. */
  readonly wanted: Promise<string | null>;
}

export class Attaching {
  readonly #parts: AttachingParts;
  #pending: Pending[] = [];
  #ended = new AbortController();
  /** One at a time: each may fill the memory. */
  #turn: Promise<void> = Promise.resolve();

  constructor(parts: AttachingParts) {
    this.#parts = parts;
  }

  /** @param id of the case */
  add(id: string, files: readonly File[]): void {
    for (const file of files) {
      const review = { id: crypto.randomUUID(), conversation: id, name: file.name, bytes: file.size, ...unseen };
      const pending: Pending = { review, file, cleaned: null, wanted: this.#want(id, file.name) };
      this.#pending.push(pending);
      this.#turn = this.#turn.then(() => this.#look(pending));
    }
    this.#tell();
  }

  async choose(id: string, choice: AttachChoice): Promise<void> {
    const pending = this.#pending.find(({ review }) => review.id === id);
    if (pending === undefined || pending.review.isChosen) return;
    const { file, cleaned } = pending;
    const chosen = choice === 'none' ? null : choice === 'clean' ? cleaned : file;
    if (chosen === null) this.#leave(pending);
    else await this.#send(pending, chosen, choice === 'clean');
  }

  /** Forgets every file that waits. */
  stop(): void {
    this.#ended.abort();
    this.#ended = new AbortController();
    this.#pending = [];
    this.#tell();
  }

  async #look(pending: Pending): Promise<void> {
    if (!this.#pending.includes(pending)) return;
    const { file } = pending;
    const seen = await this.#examine(pending).catch(() => null);
    if (!this.#pending.includes(pending)) return;
    if (seen === null) {
      this.#leave(pending);
      this.#parts.complain(pending.review.conversation, 'file-unread');
    } else if (seen.state === 'nothing') {
      if (!pending.review.isChosen) await this.#send(pending, file, false);
    } else {
      pending.review = { ...pending.review, ...seen };
      this.#tell();
    }
  }

  async #examine(pending: Pending): Promise<Pick<FileReview, 'state' | 'found' | 'left'>> {
    const { file } = pending;
    const { state, found, left, cleaned } = await this.#parts.examine(file, this.#ended.signal);
    // Today in place of the file's own time.
    if (cleaned !== null) pending.cleaned = new File([cleaned], file.name, { type: file.type });
    return { state, found, left };
  }

  /** To the local process, which seals and posts it. The file counts as one that waits until the process knows of it. */
  async #send(pending: Pending, file: File, isCleaned: boolean): Promise<void> {
    const { client, complain } = this.#parts;
    pending.review = { ...pending.review, isChosen: true };
    this.#tell();
    const id = pending.review.conversation;
    const day = Math.floor(file.lastModified / 86_400_000);
    try {
      const given = { id, name: file.name, type: file.type, bytes: file.size, day, isCleaned };
      const wanted = await pending.wanted;
      const answer = await client.call('attach', { ...given, wanted }).finally(() => this.#end(pending));
      if ('attachment' in answer) return await client.attach(answer.attachment, file);
      this.#leave(pending);
      complain(id, answer.problem);
    } catch (error) {
      this.#leave(pending);
      const isLarge = error instanceof CallFailed && error.problem === 'malformed';
      complain(id, isLarge ? 'file-too-large' : 'file-unread');
    }
  }

  #want(id: string, name: string): Promise<string | null> {
    const asking = this.#parts.client.call('attach-wanted', { id, name });
    return asking.then(
      ({ wanted }) => wanted,
      () => null,
    );
  }

  /** Somebody knows that it does not go along. */
  #leave(pending: Pending): void {
    this.#end(pending);
    const forget = async (): Promise<void> => {
      const attachment = await pending.wanted;
      if (attachment !== null) await this.#parts.client.call('detach', { attachment });
    };
    void forget().catch(() => undefined);
  }

  #end(pending: Pending): void {
    this.#pending = this.#pending.filter((other) => other !== pending);
    this.#tell();
  }

  #tell(): void {
    this.#parts.tell(this.#pending.map(({ review }) => review));
  }
}

const unseen: Pick<FileReview, 'state' | 'found' | 'left' | 'isChosen'> = {
  state: 'looking',
  found: [],
  left: [],
  isChosen: false,
};
