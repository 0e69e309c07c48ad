/** The files of replies that are not sent, as the page asks for them. */

import type { Attachments } from '../files/attachments.ts';
import type { Answers, Calls } from './api.ts';

export interface AttachDeskParts {
  readonly attachments: Attachments;
  /** Whether there is such a case. */
  readonly isHere: (id: string) => boolean;
  /** Called when there are more, or fewer. */
  readonly onChange: () => void;
}

export class AttachDesk {
  readonly #parts: AttachDeskParts;

  constructor(parts: AttachDeskParts) {
    this.#parts = parts;
  }

  async want({ id, name }: Calls['attach-wanted']): Promise<Answers['attach-wanted']> {
    const { attachments, isHere } = this.#parts;
    return { wanted: isHere(id) ? await attachments.want(id, name) : null };
  }

  async begin({ id, wanted, ...given }: Calls['attach']): Promise<Answers['attach']> {
    const { attachments, isHere, onChange } = this.#parts;
    if (!isHere(id)) return { problem: 'unknown-conversation' };
    const answer = await attachments.begin(id, given, wanted);
    onChange();
    return answer;
  }

  /** @returns false for one that takes no more @throws FileError changed */
  add(attachment: string, bytes: Uint8Array): Promise<boolean> {
    return this.#parts.attachments.add(attachment, bytes);
  }

  async drop(attachment: string): Promise<void> {
    await this.#parts.attachments.drop(attachment);
    this.#parts.onChange();
  }

  again(attachment: string): Promise<void> {
    return this.#parts.attachments.again(attachment);
  }
}
