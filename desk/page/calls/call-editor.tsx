/** One call in work: what it asks, its words in one language beside those they are translated from, and how it will look. */
import type { CallList } from '@postern/desk/calls/call-desk';
import type { CallDraft } from '@postern/desk/calls/call-draft';
import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { CallFailed } from '../desk-client.ts';
import type { DeskPage } from '../desk-page.ts';
import { canonicalTag } from '../languages/languages.ts';
import { CallChecklist } from './call-checklist.tsx';
import { CallFilm } from './call-film.tsx';
import { nameOf } from './call-language.ts';
import { CallPreview } from './call-preview.tsx';
import { CallStructure } from './call-structure.tsx';
import { CallWordsForm } from './call-words-form.tsx';
import { withReviewer, withWords } from './draft-changes.ts';
import { useFilm } from './use-film.ts';
import { useKeeper } from './use-keeper.ts';

/** Beside the languages. */
const askedPart = '';
const filmPart = '+';
const signPart = '*';

interface CallEditorProps {
  readonly page: DeskPage;
  readonly first: CallDraft;
  readonly desks: CallList['desks'];
}

export function CallEditor({ page, first, desks }: CallEditorProps): JSX.Element {
  const { draft, change, kept, tellKept, keeper } = useDraft(page, first);
  const languages = Object.keys(draft.texts);
  const film = useFilm(page, { call: draft.structure.id, languages, keepDraft: keeper.now, tellKept });
  /** What is done with the call is done with all that was typed. */
  const keepNow = async (): Promise<void> => {
    await keeper.now();
    await film.keeper.now();
  };
  const [part, setPart] = useState(first.source);
  const { say } = page.words.value;
  const text = draft.texts[part];
  const removeLanguage = (language: string): void => {
    const { [language]: _gone, ...left } = draft.texts;
    change({ ...draft, texts: left });
    setPart(draft.source);
  };
  return (
    <div class="call-editor">
      <nav class="call-parts" aria-label={say('calls.parts')}>
        <PartButton here={part} part={askedPart} choose={setPart} label={say('calls.asked')} />
        {languages.map((language) => (
          <PartButton key={language} here={part} part={language} choose={setPart} label={nameOf(page, language)} />
        ))}
        <AddLanguage page={page} draft={draft} change={change} choose={setPart} />
        <PartButton here={part} part={filmPart} choose={setPart} label={say('film.heading')} />
        <PartButton here={part} part={signPart} choose={setPart} label={say('calls.sign')} />
      </nav>
      <div role="status">
        {(keeper.hasFailed || film.keeper.hasFailed) && <p class="complaint">{say('calls.unkept')}</p>}
      </div>
      {part === askedPart && <CallStructure page={page} draft={draft} desks={desks} change={change} />}
      {part === filmPart && <CallFilm page={page} draft={draft} film={film} kept={kept} />}
      {part === signPart && <CallChecklist page={page} draft={draft} kept={kept} keepNow={keepNow} change={change} />}
      {text !== undefined && (
        <div class="call-columns">
          <CallWordsForm
            page={page}
            draft={draft}
            language={part}
            text={text}
            change={(words) => change(withWords(draft, part, words))}
            review={(reviewer) => change(withReviewer(draft, part, reviewer))}
            remove={part === draft.source ? null : () => removeLanguage(part)}
          />
          <CallPreview page={page} call={draft.structure.id} language={part} kept={kept} />
        </div>
      )}
    </div>
  );
}

interface PartButtonProps {
  readonly here: string;
  readonly part: string;
  readonly choose: (part: string) => void;
  readonly label: string;
}

function PartButton({ here, part, choose, label }: PartButtonProps): JSX.Element {
  return (
    <button type="button" aria-pressed={here === part} onClick={() => choose(part)}>
      <bdi>{label}</bdi>
    </button>
  );
}

interface AddLanguageProps {
  readonly page: DeskPage;
  readonly draft: CallDraft;
  readonly change: (draft: CallDraft) => void;
  readonly choose: (part: string) => void;
}

/** A new language begins with the words that it is to be translated from, and is a draft. */
function AddLanguage({ page, draft, change, choose }: AddLanguageProps): JSX.Element {
  const [tag, setTag] = useState('');
  const { say } = page.words.value;
  const language = canonicalTag(tag.trim());
  const source = draft.texts[draft.source];
  const isNew = language !== null && page.words.value.languageName(language) !== '' && !(language in draft.texts);
  const add = (event: Event): void => {
    event.preventDefault();
    if (!isNew || language === null || source === undefined) return;
    change(withWords(draft, language, source));
    choose(language);
    setTag('');
  };
  return (
    <form class="add-language" onSubmit={add} autocomplete="off">
      <input
        type="text"
        size={8}
        maxLength={35}
        aria-label={say('calls.addLanguage')}
        placeholder={say('calls.addLanguage')}
        value={tag}
        onInput={({ currentTarget }) => setTag(currentTarget.value)}
      />
      {isNew && <button type="submit">+ {nameOf(page, language)}</button>}
    </form>
  );
}

/** The draft as it is typed, kept a moment later. `kept` grows each time something of the call was. */
function useDraft(page: DeskPage, first: CallDraft) {
  const [draft, setDraft] = useState(first);
  const [kept, setKept] = useState(0);
  const newest = useRef(first);
  const tellKept = (): void => setKept((times) => times + 1);
  const keeper = useKeeper(page, async () => {
    const { isKept } = await page.call('call-write', { draft: JSON.stringify(newest.current) });
    if (!isKept) throw new CallFailed('failed');
    tellKept();
  });
  const change = (next: CallDraft): void => {
    newest.current = next;
    setDraft(next);
    keeper.later();
  };
  return { draft, change, kept, tellKept, keeper };
}
