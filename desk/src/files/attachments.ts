/**
 * Files that somebody attaches to a reply: sealed as they are read, kept as drafts until the reply is sent, also while the
 * desk is locked, and posted before the reply is written (decision 0135).
 */

import { bytesToHex } from '@postern/protocol/bytes/encode';
import { WireError } from '@postern/protocol/bytes/wire-error';
import { FILE_BYTES_MAX, FILES_MAX } from '@postern/protocol/constants';
import { chunkCount } from '@postern/protocol/files/chunks';
import { type FileDescriptor, wireFileName, wireFileType } from '@postern/protocol/files/descriptor';
import { FileError } from '@postern/protocol/files/file-error';
import type { Random } from '@postern/protocol/primitives/random';
import type { LocalStore } from '../engine/ports.ts';
import { Turns } from '../engine/turns.ts';
import {
  type AttachmentPlace,
  attachmentWrite,
  listAttachments,
  readAttachment,
  type WholeAttachment,
} from './attachment-records.ts';
import { type FileFolder, keptName } from './file-folder.ts';
import { sealDraftAnew } from './sealed-anew.ts';
import { SealingDraft } from './sealing-draft.ts';
import type { Transfers } from './transfers.ts';

/** What a browser says of a file. */
export interface GivenFile {
  readonly name: string;
  readonly type: string;
  readonly bytes: number;
  /** UTC day of its last change. */
  readonly day: number;
  /** Whether it is a copy without what its original gave away. */
  readonly isCleaned: boolean;
}

export interface Attachment {
  /** Hex: of the conversation that it is for. */
  readonly conversation: string;
  /** Hex: the name under which it is kept, as its transfer has it. */
  readonly id: string;
  readonly name: string;
  readonly bytes: number;
  readonly isCleaned: boolean;
  /** The desk was locked or stopped before all of it was kept, or the disk has lost it: nothing of it is left. */
  readonly isLost: boolean;
}

export type AttachProblem = 'too-many-files' | 'no-room';

export interface AttachmentsParts {
  readonly folder: FileFolder;
  readonly store: LocalStore;
  readonly transfers: Transfers;
  readonly fingerprint: Uint8Array;
  readonly random: Random;
  /** UTC, today. */
  readonly day: () => number;
  readonly onChange: () => void;
}

interface Placed {
  readonly conversation: string;
  /** Files stand in the reply by this, ascending. */
  readonly order: number;
}
interface Named extends Placed {
  readonly state: 'wanted' | 'lost';
  readonly name: string;
}
interface Sealing extends Placed {
  readonly state: 'sealing';
  readonly draft: SealingDraft;
  readonly isCleaned: boolean;
}
interface Whole extends WholeAttachment, Placed {
  readonly state: 'whole';
}
type Held = Named | Sealing | Whole;

/** Of all replies together: as much as one can take. */
export const keptChunksMax: number = FILES_MAX * chunkCount(FILE_BYTES_MAX);
/** The server keeps a chunk for 30 days from the day on which it came first (FIL-7): the source has three weeks at least. */
export const storedDaysMax = 7;
const wantedIdBytes = 16;

export class Attachments {
  readonly #held = new Map<string, Held>();
  readonly #parts: AttachmentsParts;
  /** One change after the other: none may find a file half moved by another. */
  readonly #turns = new Turns();
  #isClosing = false;
  #last = 0;

  private constructor(parts: AttachmentsParts) {
    this.#parts = parts;
  }

  /** Nothing is posted before {@link goOn}. */
  static async open(parts: AttachmentsParts): Promise<Attachments> {
    const attachments = new Attachments(parts);
    for (const place of await listAttachments(parts.store)) {
      // One that a later release wrote is none here, and keeps no desk shut.
      await attachments.#find(place).catch((error: unknown) => {
        if (!(error instanceof WireError)) throw error;
      });
    }
    const whole = [...attachments.#held].flatMap(([id, { state }]) => (state === 'whole' ? [id] : []));
    await parts.folder.removeDraftsBut(new Set(whole));
    return attachments;
  }

  list(): Attachment[] {
    const inOrder = [...this.#held].sort(([, a], [, b]) => a.order - b.order);
    return inOrder.flatMap(([id, held]) => (held.state === 'wanted' ? [] : [shown(id, held)]));
  }

  /** Whether a reply in this conversation would have some. */
  has(conversation: string): boolean {
    return [...this.#held.values()].some((held) => held.state !== 'wanted' && held.conversation === conversation);
  }

  /**
   * Those of another run go on, but for what a reply names already: it was sent.
   * @param sentIn names of the files that a conversation's replies name
   */
  async goOn(sentIn: (conversation: string) => Promise<ReadonlySet<string>>): Promise<void> {
    const all = await listAttachments(this.#parts.store);
    for (const conversation of new Set(all.map((place) => place.conversation))) {
      const named = await sentIn(conversation);
      const own = all.filter((place) => place.conversation === conversation).map(({ id }) => id);
      await this.sent(own.filter((id) => named.has(id)));
    }
    void this.#postAll(all.map(({ id }) => id));
  }

  /** Each takes its turn when the one before has had it: to seal one anew takes seconds, in which others wait. */
  async #postAll(ids: readonly string[]): Promise<void> {
    for (const id of ids) await this.#turns.run(() => this.#post(id)).catch(() => undefined);
  }

  /** The name of a file that somebody has chosen and nobody has decided on: it is told as lost if the desk is locked first. */
  async want(conversation: string, name: string): Promise<string | null> {
    const wanted = [...this.#held.values()].filter((held) => held.state === 'wanted');
    if (wanted.filter((held) => held.conversation === conversation).length >= FILES_MAX) return null;
    const id = bytesToHex(this.#parts.random(wantedIdBytes));
    const held = { state: 'wanted', conversation, order: ++this.#last, name: wireFileName(name) } as const;
    await this.#turns.run(() => this.#hold(id, held));
    return id;
  }

  /** @param wanted what `want` gave, which this takes the place of @throws RangeError above 500 MiB */
  begin(
    conversation: string,
    { isCleaned, ...given }: GivenFile,
    wanted: string | null = null,
  ): Promise<{ readonly attachment: string } | { readonly problem: AttachProblem }> {
    const about = { ...given, name: wireFileName(given.name), type: wireFileType(given.type) };
    return this.#turns.run(async () => {
      const all = this.list();
      if (all.filter((other) => other.conversation === conversation).length >= FILES_MAX)
        return { problem: 'too-many-files' };
      const kept = all.filter(({ isLost }) => !isLost).reduce((sum, { bytes }) => sum + chunkCount(bytes), 0);
      if (kept + chunkCount(about.bytes) > keptChunksMax) return { problem: 'no-room' };
      const { folder, store } = this.#parts;
      const chosen = this.#held.get(wanted ?? '');
      const before = chosen?.state === 'wanted' ? wanted : null;
      const order = before === null || chosen === undefined ? ++this.#last : chosen.order;
      const draft = await SealingDraft.begin(folder, about, this.#parts, async (id) => {
        const write = attachmentWrite({ conversation, id }, { name: about.name, order });
        const writes = before === null ? [] : [attachmentWrite({ conversation, id: before }, null)];
        await store.transaction([...writes, write]);
        if (before !== null) this.#held.delete(before);
      });
      this.#held.set(draft.id, { state: 'sealing', conversation, order, draft, isCleaned });
      return { attachment: draft.id };
    });
  }

  /**
   * Takes the next bytes of the file; when the last have come it is on its way.
   * @throws FileError changed, for more bytes than were told
   */
  add(id: string, bytes: Uint8Array): Promise<boolean> {
    return this.#turns.run(async () => {
      const held = this.#held.get(id);
      if (held?.state !== 'sealing') return false;
      const file = await held.draft.add(bytes);
      if (file === null) return true;
      const { conversation, order, isCleaned } = held;
      await this.#hold(id, { state: 'whole', conversation, order, file, isCleaned, stored: 0, since: 0 });
      await this.#post(id);
      return true;
    });
  }

  /** Once more, for one that is whole here and that the server had no room for or refused, or whose disk failed. */
  again(id: string): Promise<void> {
    return this.#turns.run(() => this.#post(id));
  }

  /**
   * The descriptors, once each is stored; null before, for one that is not known, and where another waits to go along. One
   * that would expire before the source had time to fetch it is on its way anew then (FIL-11).
   */
  ready(conversation: string, ids: readonly string[]): FileDescriptor[] | null {
    const own = this.list().filter((attachment) => attachment.conversation === conversation);
    if (own.some(({ id }) => !ids.includes(id))) return null;
    const done = new Set(this.#parts.transfers.list().flatMap(({ name, state }) => (state === 'done' ? [name] : [])));
    const files = ids.map((id) => {
      const held = this.#held.get(id);
      if (held?.state !== 'whole' || held.conversation !== conversation || !done.has(id)) return null;
      // A copy: what is taken away or locked meanwhile loses its key.
      if (!this.#isOld(held)) return { ...held.file, key: held.file.key.slice() };
      void this.again(id).catch(() => undefined);
      return null;
    });
    return files.every((file) => file !== null) ? files : null;
  }

  /** A reply names them now: they are kept as what was sent. */
  sent(ids: readonly string[]): Promise<void> {
    return this.#turns.run(async () => {
      const { folder, store } = this.#parts;
      for (const id of ids) {
        const held = this.#held.get(id);
        if (held === undefined) continue;
        this.#held.delete(id);
        if ((await folder.chunksOf(id, 'draft')) > 0) await folder.rename(id, 'draft', 'whole');
        await store.transaction([attachmentWrite({ conversation: held.conversation, id }, null)]);
      }
    });
  }

  /** What the server has of it expires by itself; without its key nobody can open it. */
  drop(id: string): Promise<void> {
    return this.#turns.run(async () => {
      const held = this.#held.get(id);
      if (held !== undefined) await this.#remove({ conversation: held.conversation, id });
    });
  }

  /** Its case has ended. */
  forget(conversation: string): Promise<void> {
    return this.#turns.run(async () => {
      for (const place of await listAttachments(this.#parts.store, conversation)) await this.#remove(place);
    });
  }

  /** What another run left of cases that have ended since. */
  async forgetAllBut(ids: readonly string[]): Promise<void> {
    const here = new Set(ids);
    const known = new Set((await listAttachments(this.#parts.store)).map(({ conversation }) => conversation));
    for (const conversation of known) if (!here.has(conversation)) await this.forget(conversation);
  }

  /** What is whole stays on the disk. Of the rest only the names are known at the next start. */
  async close(): Promise<void> {
    this.#isClosing = true;
    await this.#turns.end();
    for (const [id, held] of this.#held) {
      if (held.state === 'whole') held.file.key.fill(0);
      if (held.state !== 'sealing') continue;
      await held.draft.giveUp();
      await this.#parts.folder.remove(id, 'draft');
    }
    this.#held.clear();
  }

  /** As another run has left it. */
  async #find(place: AttachmentPlace): Promise<void> {
    const { folder, store } = this.#parts;
    const record = await readAttachment(store, place);
    if (record === null) return;
    const { conversation, id } = place;
    this.#last = Math.max(this.#last, record.order);
    if ('name' in record) this.#held.set(id, { state: 'lost', conversation, ...record });
    else {
      const chunks = await Promise.all((['draft', 'whole'] as const).map((keeping) => folder.chunksOf(id, keeping)));
      this.#held.set(id, { state: 'whole', conversation, ...record });
      if (!chunks.includes(chunkCount(record.file.bytes))) await this.#lose(id);
    }
  }

  async #post(id: string): Promise<void> {
    const held = this.#held.get(id);
    if (held?.state !== 'whole' || this.#isClosing) return;
    const { transfers, day } = this.#parts;
    if (this.#isOld(held)) return this.#renew(id, held);
    if (held.stored === chunkCount(held.file.bytes)) return transfers.noteHere(id, held.file.bytes);
    // Before: of a chunk whose answer is lost nobody knows on which day it came.
    if (held.since === 0) await this.#hold(id, { ...held, since: day() });
    const onStored = (stored: number): Promise<void> =>
      this.#turns.run(async () => {
        const now = this.#held.get(id);
        if (now?.state === 'whole') await this.#hold(id, { ...now, stored });
      });
    await transfers.post(held.file, held.stored, onStored);
  }

  /** Whether chunks of it may be too old to be named; also if the clock was set back, so that nobody knows. */
  #isOld({ since }: Whole): boolean {
    const today = this.#parts.day();
    return since !== 0 && (today < since || today - since > storedDaysMax);
  }

  /** Under another key, since the server takes the same chunk for the one that it has (FIL-6). */
  async #renew(id: string, { conversation, order, file, isCleaned }: Whole): Promise<void> {
    const { folder, store, transfers, onChange } = this.#parts;
    transfers.stop(id);
    let anew: FileDescriptor;
    try {
      anew = await sealDraftAnew(folder, file, this.#parts, () => this.#isClosing);
    } catch (error) {
      if (error instanceof FileError) await this.#lose(id);
      else if (!this.#isClosing) transfers.noteFailed(id, file.bytes);
      return;
    }
    const next: Whole = { state: 'whole', conversation, order, file: anew, isCleaned, stored: 0, since: 0 };
    const newId = await keptName(anew.key);
    const old = attachmentWrite({ conversation, id }, null);
    await store.transaction([old, attachmentWrite({ conversation, id: newId }, next)]);
    this.#held.delete(id);
    this.#held.set(newId, next);
    await folder.remove(id, 'draft');
    file.key.fill(0);
    await this.#post(newId);
    onChange();
  }

  async #lose(id: string): Promise<void> {
    const held = this.#held.get(id);
    if (held?.state !== 'whole') return;
    const { conversation, order, file } = held;
    this.#parts.transfers.stop(id);
    await this.#hold(id, { state: 'lost', conversation, order, name: file.name });
    await this.#parts.folder.remove(id, 'draft');
    this.#parts.onChange();
  }

  async #remove({ conversation, id }: AttachmentPlace): Promise<void> {
    const held = this.#held.get(id);
    const { folder, store, transfers } = this.#parts;
    this.#held.delete(id);
    transfers.stop(id);
    if (held?.state === 'sealing') await held.draft.giveUp();
    if (held?.state === 'whole') held.file.key.fill(0);
    await store.transaction([attachmentWrite({ conversation, id }, null)]);
    await folder.remove(id, 'draft');
  }

  async #hold(id: string, held: Named | Whole): Promise<void> {
    const { conversation } = held;
    await this.#parts.store.transaction([attachmentWrite({ conversation, id }, held)]);
    this.#held.set(id, held);
  }
}

function shown(id: string, held: Held): Attachment {
  const { conversation } = held;
  if ('name' in held) return { conversation, id, name: held.name, bytes: 0, isCleaned: false, isLost: true };
  const { name, bytes } = held.state === 'sealing' ? held.draft.about : held.file;
  return { conversation, id, name, bytes, isCleaned: held.isCleaned, isLost: false };
}
