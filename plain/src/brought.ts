/** What a person brings beside a message of their own: something to be checked, or a sealed message of somebody else's. */
import type { WordList } from '@postern/protocol/keys/word-lists';
import { groupLines } from '@postern/protocol/messages/carried';
import { carryInto } from '@postern/source/carrying';
import type { Session } from '@postern/source/session';
import type { Event } from '@postern/source/state';
import { judge, type Verdict } from '@postern/source/verdict';
import type { CarryProblem } from '@postern/source/views/view';
import type { Form } from './form.ts';
import { Held } from './held.ts';
import { fieldBytesMax, type TakeFile } from './upload.ts';

/** Of a form: its screen, and by the field that such a form begins with, since the button comes behind the files. */
export type Purpose = 'verify' | 'carry';

/** A file of such a form; null for one that is longer than is read. */
export type BroughtFile = { readonly content: Uint8Array | null };

/** Some twenty messages of the greatest length. With what is typed it fits into a page that shows it again. */
const carriedBytesMax = 512 * 1024;
/** Twenty times an offline page. What is longer is none. */
const checkedBytesMax = 16 * 1024 * 1024;

export function purposeOf(fields: Form['fields']): Purpose | undefined {
  const purpose = fields.get('for');
  return purpose === 'verify' || purpose === 'carry' ? purpose : undefined;
}

/** Reads one to its end. @param isTaken else nothing of it is kept @throws whatever reading throws when it breaks off */
export async function readBrought(
  { content }: Pick<Parameters<TakeFile<unknown>>[0], 'content'>,
  purpose: Purpose,
  isTaken: boolean,
): Promise<BroughtFile> {
  const bytesMax = purpose === 'carry' ? carriedBytesMax : checkedBytesMax;
  const held = new Held(isTaken ? bytesMax : 0);
  for await (const piece of held.keeping(content)) piece.fill(0);
  return { content: held.bytes };
}

export class Brought {
  /** As it was typed, to be shown again with what was found. */
  given = '';
  sealed = '';
  verdict: Verdict | undefined;
  problem: CarryProblem | undefined;
  /** The last text that was taken whole: the same again is the same form. */
  #delivered = '';

  /** @param today UTC day @param file in the place of what was typed; zeroed */
  async judge(
    session: Pick<Session, 'organisation'>,
    { given, file }: { readonly given: string; readonly file: BroughtFile | undefined },
    list: WordList,
    today: number,
  ): Promise<void> {
    const content = file?.content ?? (file === undefined ? given : new Uint8Array(0));
    const verdict = await judge(content, session.organisation, [list], today);
    if (typeof content !== 'string') content.fill(0);
    // Twelve words are a secret, also when they are in another list: they are not written into one more page.
    const isTwelve = given.trim().split(/\s+/u).length === 12;
    const isSecret = verdict.answer === 'unsure' && (verdict.why === 'twelve' || (verdict.why === 'list' && isTwelve));
    this.verdict = verdict;
    this.given = isSecret ? '' : given;
  }

  /** @param today UTC day */
  async carry(
    session: Pick<Session, 'carry' | 'organisation' | 'state'>,
    sealed: string,
    today: number,
    tell: (event: Event) => void,
  ): Promise<void> {
    this.problem = await carryInto(session, sealed, today, tell);
    this.sealed = this.problem === undefined ? '' : sealed;
    if (this.problem === undefined) this.#delivered = sealed;
  }

  /** Whether this text was taken already, or stands in the page. */
  knows(sealed: string): boolean {
    return sealed === '' || sealed === this.#delivered || sealed === this.sealed;
  }

  /** Shows again what was typed in a form with which nothing was done. */
  keep(fields: Form['fields']): void {
    this.leave();
    this.given = fields.get('given') ?? '';
    this.sealed = fields.get('sealed') ?? '';
  }

  /** The person goes to another screen. */
  leave(): void {
    this.given = '';
    this.sealed = '';
    this.verdict = undefined;
    this.problem = undefined;
  }
}

/** What is to be delivered: the field, and behind it the lines in the file, which is zeroed. Null if that is too long. */
export function sealedIn(fields: Form['fields'], file: BroughtFile | undefined): string | null {
  const typed = fields.get('sealed') ?? '';
  if (file === undefined) return typed;
  if (file.content === null) return null;
  const lines = groupLines(new TextDecoder().decode(file.content));
  file.content.fill(0);
  const sealed = [typed.trim(), ...lines].join('\n').trim();
  return sealed.length > fieldBytesMax ? null : sealed;
}
