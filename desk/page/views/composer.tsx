/** Writes a reply, and shows how much of the room for replies it takes. */
import { caseName } from '@postern/desk/app/case-name';
import type { ConversationView } from '@postern/desk/engine/view';
import type { JSX } from 'preact';
import type { DeskPage } from '../desk-page.ts';
import { primary, type TextKey, type Words } from '../languages/languages.ts';
import type { OpenCase, SendProblem } from '../model.ts';
import { languageOf } from '../record-filter.ts';
import { Choice } from './choice.tsx';
import { Attached } from './files.tsx';
import { ids } from './shortcuts.ts';

interface ComposerProps {
  readonly page: DeskPage;
  readonly open: OpenCase;
  readonly view: ConversationView;
}

/** A reply has at most so many parts, and each message of the source brings room for as many. */
const partsMax = 8;

const problemTexts: Readonly<Record<SendProblem, TextKey>> = {
  empty: 'write.problemEmpty',
  'too-long': 'write.problemTooLong',
  stopped: 'write.problemStopped',
  'unknown-conversation': 'write.problemUnknown',
  'not-permitted': 'write.problemNotPermitted',
  files: 'write.problemFiles',
  undecided: 'write.problemUndecided',
  'too-many-files': 'write.problemTooManyFiles',
  'no-room': 'write.problemNoRoom',
  'file-too-large': 'write.problemFileTooLarge',
  'file-unread': 'write.problemFileUnread',
  failed: 'write.problemFailed',
};

export function Composer({ page, open, view }: ComposerProps): JSX.Element {
  const words = page.words.value;
  const { say } = words;
  const hasText = open.draft.trim() !== '';
  const { attachments, transfers, reviews } = page.state.value;
  const isDecided = reviews.every(({ conversation }) => conversation !== open.id);
  const files = attachments.filter(({ conversation }) => conversation === open.id);
  const areStored = files.every(({ id }) => transfers.get(id)?.state === 'done');
  const fits = !hasText || open.room?.fits !== false;
  const canSend = (hasText || files.length > 0) && isDecided && areStored && !open.isSending && fits;
  const submit = (event: Event): void => {
    event.preventDefault();
    if (canSend) void page.reply();
  };
  return (
    <form class="composer" onSubmit={submit} autocomplete="off">
      <div class="column">
        <label class="unseen" for={ids.reply}>
          {say('write.label', { name: caseName(open.id) })}
        </label>
        <textarea
          id={ids.reply}
          rows={2}
          dir="auto"
          autocomplete="off"
          spellcheck={false}
          placeholder={say('write.hint')}
          aria-describedby="room complaint"
          aria-keyshortcuts="r"
          value={open.draft}
          onInput={(event) => page.write(event.currentTarget.value)}
        />
        <SavedReplies page={page} open={open} />
        <p id="complaint" class="complaint" role="alert">
          {open.problem === null ? '' : say(problemTexts[open.problem])}
        </p>
        <Attached page={page} conversation={open.id} />
        <div class="under">
          <Room open={open} linksLeft={open.room?.linksLeft ?? view.summary.linksLeft} words={words} />
          <span class="saved" role="status">
            {open.isSaved ? say('write.saved') : ''}
          </span>
          <span class="key" aria-hidden="true">
            Ctrl ↵
          </span>
          <button type="submit" class="main" aria-disabled={!canSend} aria-keyshortcuts="Control+Enter">
            {say(open.isSending ? 'write.sending' : 'write.send')}
          </button>
        </div>
      </div>
    </form>
  );
}

/** Puts a saved text behind what is written; those in the case's language come first. */
function SavedReplies({ page, open }: { readonly page: DeskPage; readonly open: OpenCase }): JSX.Element | null {
  const saved = page.state.value.team?.savedReplies ?? [];
  const { say, languageName } = page.words.value;
  if (saved.length === 0) return null;
  const row = page.state.value.rows.get(open.id);
  const spoken = row === undefined ? '' : primary(languageOf(row));
  const isOfCase = (language: string): boolean => spoken !== '' && primary(language) === spoken;
  const insert = (id: string): void => {
    const text = saved.find((reply) => reply.id === id)?.text;
    if (text === undefined) return;
    page.write(open.draft.trim() === '' ? text : `${open.draft.trimEnd()}\n\n${text}`);
    document.getElementById(ids.reply)?.focus();
  };
  const inOrder = [...saved].sort((a, b) => Number(isOfCase(b.language)) - Number(isOfCase(a.language)));
  return (
    <Choice
      class="saved-replies"
      label={say('write.savedReplies')}
      value=""
      options={[
        { value: '', text: say('write.savedReplies') },
        ...inOrder.map(({ id, language, title }) => ({
          value: id,
          text: [title, languageName(language)].filter(Boolean).join(' · '),
        })),
      ]}
      apply={say('write.insert')}
      onApply={insert}
    />
  );
}

interface RoomProps {
  readonly open: OpenCase;
  readonly linksLeft: number;
  readonly words: Words;
}

function Room({ open, linksLeft, words }: RoomProps): JSX.Element {
  const pieces = open.draft.trim() === '' ? 0 : (open.room?.pieces ?? 0);
  const cells = Array.from({ length: partsMax }, (_, at) => cellClass(at, pieces, linksLeft));
  return (
    <span class="room">
      <span class="cells" aria-hidden="true">
        {cells.map((kind, at) => (
          <span key={String(at)} class={kind} />
        ))}
      </span>
      <span id="room">{roomText(pieces, linksLeft, words)}</span>
    </span>
  );
}

function cellClass(at: number, pieces: number, linksLeft: number): string {
  if (at < pieces) return at < linksLeft ? 'is-used' : 'is-beyond';
  return at < linksLeft ? 'is-free' : '';
}

function roomText(pieces: number, linksLeft: number, { say, count, number }: Words): string {
  if (pieces > partsMax) return say('write.tooLong', { pieces: number(pieces) });
  if (pieces > linksLeft) return count('write.beyond', pieces - linksLeft);
  if (linksLeft === 0) return say('write.roomNone');
  if (pieces === 0) return count('write.roomFree', linksLeft);
  return say('write.room', { pieces: number(pieces), links: number(linksLeft) });
}
