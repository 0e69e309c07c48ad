/** The inbox as the page gets it: a row for each case, and what is found in their texts; all of it in memory only. */

import type { CaseFile, CaseLine } from '../engine/view.ts';
import type { AnswerCount } from './answer-counts.ts';
import type { InboxRow } from './api.ts';
import type { CallView } from './call-words.ts';
import type { Engine } from './engine-port.ts';
import { hasSameTexts, isSameRow } from './inbox-rows.ts';
import type { PageRecords } from './page-records.ts';
import { ReadTexts } from './read-texts.ts';
import type { Found } from './search-index.ts';
import type { FileText } from './searchable-text.ts';
import { turn } from './turn.ts';

export interface InboxParts {
  readonly engine: Engine;
  readonly records: PageRecords;
  /** Whose words are known. */
  readonly calls: () => readonly CallView[];
  /** What this device knows of the texts in a case's files. */
  readonly textsOf: (id: string, view: CaseFile) => Promise<readonly FileText[]>;
  /** Whether files are attached to a reply that is not sent. */
  readonly hasFiles: (id: string) => boolean;
  /** Erases what this device keeps of a case that is not there any more. */
  readonly forget: (id: string) => Promise<void>;
  /** Called when more is known than was told. */
  readonly onFound: () => void;
}

export interface InboxChange {
  readonly rows: readonly InboxRow[];
  /** Ids of cases that are not there any more. */
  readonly gone: readonly string[];
}

/** Cases that are read for the search before others get their turn. */
const readAtOnce = 40;
/** And before the page is told how far that is. */
const toldAfter = 1_000;

export class Inbox {
  readonly #parts: InboxParts;
  readonly #texts = new ReadTexts();
  readonly #rows = new Map<string, InboxRow>();
  /** What the engine gave for each row. */
  readonly #lines = new Map<string, CaseLine>();
  #reading: Promise<void> = Promise.resolve();
  #begun = 0;
  /** Which reading of a case was taken last, counted as they began. */
  readonly #taken = new Map<string, number>();
  #unsearched = 0;
  #readings = 0;
  #isClosed = false;

  constructor(parts: InboxParts) {
    this.#parts = parts;
  }

  get rows(): ReadonlyMap<string, InboxRow> {
    return this.#rows;
  }

  /** Cases that the search has not read yet. */
  get unsearched(): number {
    return this.#unsearched;
  }

  /** Grows with each case that the search has read or forgotten: what was found before may not be what is found now. */
  get readings(): number {
    return this.#readings;
  }

  /** Looks at the engine's lines again. @returns what differs from the last look */
  update(): InboxChange {
    const lines = this.#parts.engine.conversations();
    const rows: InboxRow[] = [];
    const toRead: string[] = [];
    for (const line of lines) {
      const known = this.#rows.get(line.id);
      const row = this.#row(line);
      // Most lines are the same objects as before: nothing was done to those cases.
      const isSameLine = this.#lines.get(line.id) === line;
      this.#lines.set(line.id, line);
      if (known !== undefined && isSameRow(row, known, isSameLine)) continue;
      this.#rows.set(line.id, row);
      rows.push(row);
      if (!hasSameTexts(row, known)) toRead.push(line.id);
    }
    const gone = this.#rows.size > lines.length ? this.#forgetAllBut(new Set(lines.map(({ id }) => id))) : [];
    this.readAgain(toRead);
    return { rows, gone };
  }

  /** Reads cases for the search, near copies and languages, when those have been read that were to be read before. */
  readAgain(ids: readonly string[]): void {
    if (ids.length === 0) return;
    this.#unsearched += ids.length;
    this.#reading = this.#reading.then(() => this.#readAll(ids));
  }

  /** As `readAgain`, at once. */
  read(ids: readonly string[]): Promise<void> {
    this.#unsearched += ids.length;
    return this.#readAll(ids);
  }

  find(query: string): Found[] {
    return this.#texts.find(query);
  }

  answerCounts(): readonly AnswerCount[] {
    return this.#texts.answerCounts();
  }

  /** Nothing is read any more when this resolves. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#reading;
    for (const kept of [this.#texts, this.#rows, this.#lines, this.#taken]) kept.clear();
  }

  #row(line: CaseLine): InboxRow {
    const { id, work } = line;
    const { records, hasFiles } = this.#parts;
    const seen = records.seen(id);
    return {
      ...line,
      isUnread: line.messages > seen.messages || line.incomplete > seen.incomplete,
      hasNews: work.activity > seen.activity,
      hasDraft: records.hasDraft(id) || hasFiles(id),
      ...this.#texts.seen(id),
    };
  }

  #forgetAllBut(here: ReadonlySet<string>): string[] {
    const gone = [...this.#rows.keys()].filter((id) => !here.has(id));
    for (const id of gone) {
      this.#rows.delete(id);
      this.#lines.delete(id);
      this.#texts.remove(id);
      this.#readings += 1;
      this.#taken.delete(id);
      // What is left on the disk goes when the desk is opened next.
      this.#reading = this.#reading.then(() => this.#parts.forget(id)).catch(() => undefined);
    }
    return gone;
  }

  async #readAll(ids: readonly string[]): Promise<void> {
    for (const [at, id] of ids.entries()) {
      if (this.#isClosed) return;
      // One case that cannot be read is not found, and keeps no other from that.
      await this.#readOne(id).catch(() => undefined);
      this.#unsearched -= 1;
      if (at % readAtOnce === readAtOnce - 1) await turn();
      if (at % toldAfter === toldAfter - 1) this.#parts.onFound();
    }
    // What was found in the texts shows in the rows.
    if (ids.length > 0) this.#parts.onFound();
  }

  async #readOne(id: string): Promise<void> {
    const begun = ++this.#begun;
    const view = await this.#parts.engine.conversation(id);
    if (view === null) return;
    const texts = await this.#parts.textsOf(id, view);
    // Nothing of a case that was erased meanwhile, nor what is older than what is there.
    if (!this.#rows.has(id) || begun < (this.#taken.get(id) ?? 0)) return;
    this.#taken.set(id, begun);
    this.#texts.take(id, view, this.#parts.calls(), texts);
    this.#readings += 1;
  }
}
