/** The words of a call in one language, each beside what it is translated from. */
import type { CallDraft, DraftPrompt, DraftQuestion, DraftText } from '@postern/desk/calls/call-draft';
import type { JSX } from 'preact';
import type { DeskPage } from '../desk-page.ts';
import type { TextKey } from '../languages/languages.ts';
import { Field } from '../views/case-parts.tsx';
import { SureButton } from '../views/sure-button.tsx';
import { nameOf } from './call-language.ts';

interface CallWordsFormProps {
  readonly page: DeskPage;
  readonly draft: CallDraft;
  readonly language: string;
  readonly text: DraftText;
  /** Of the words: nobody has read what is new. */
  readonly change: (text: DraftText) => void;
  readonly review: (reviewer: string) => void;
  /** Takes the language out; null for the one that the others are translated from. */
  readonly remove: (() => void) | null;
}

const lines = ['title', 'summary'] as const;
const blocks = ['body', 'who', 'wanted', 'never', 'after'] as const;
const labels: Readonly<Record<(typeof lines)[number] | (typeof blocks)[number], TextKey>> = {
  title: 'calls.title',
  summary: 'calls.summary',
  body: 'calls.body',
  who: 'calls.who',
  wanted: 'calls.wanted',
  never: 'calls.never',
  after: 'calls.after',
};
const dangers: readonly TextKey[] = ['calls.safe1', 'calls.safe2', 'calls.safe3'];

export function CallWordsForm({
  page,
  draft,
  language,
  text,
  change,
  review,
  remove,
}: CallWordsFormProps): JSX.Element {
  const { say } = page.words.value;
  const source = language === draft.source ? undefined : draft.texts[draft.source];
  const shared = { language, sourceLanguage: draft.source };
  const setSafe = (at: number, value: string): void => {
    const [one, two, three] = text.safe.map((step, place) => (place === at ? value : step));
    change({ ...text, safe: [one ?? '', two ?? '', three ?? ''] });
  };
  const wordsField = (name: keyof typeof labels, rows?: number): JSX.Element => (
    <WordsField
      key={name}
      {...shared}
      rows={rows}
      label={say(labels[name])}
      value={text[name]}
      source={source?.[name]}
      set={(value) => change({ ...text, [name]: value })}
    />
  );
  return (
    <form class="call-words" autocomplete="off" onSubmit={(event) => event.preventDefault()}>
      <Review page={page} language={language} text={text} review={review} />
      {lines.map((name) => wordsField(name))}
      {blocks.slice(0, 3).map((name) => wordsField(name, 4))}
      {dangers.map((key, at) => (
        <WordsField
          key={key}
          {...shared}
          rows={3}
          label={say(key)}
          value={text.safe[at] ?? ''}
          source={source?.safe[at]}
          set={(value) => setSafe(at, value)}
        />
      ))}
      {blocks.slice(3).map((name) => wordsField(name, 3))}
      {draft.structure.questions.map((question) => (
        <PromptFields
          key={question.id}
          {...shared}
          page={page}
          question={question}
          prompt={text.questions[question.id] ?? noPrompt}
          source={source?.questions[question.id]}
          set={(prompt) => change({ ...text, questions: { ...text.questions, [question.id]: prompt } })}
        />
      ))}
      {remove !== null && (
        <SureButton
          words={say('calls.removeLanguage', { language: nameOf(page, language) })}
          sure={say('calls.removeLanguageSure')}
          act={remove}
        />
      )}
    </form>
  );
}

const noPrompt: DraftPrompt = { label: '', hint: '' };

/** Only a named reader makes words more than a draft. */
function Review({
  page,
  language,
  text,
  review,
}: Pick<CallWordsFormProps, 'page' | 'language' | 'text' | 'review'>): JSX.Element {
  const { say } = page.words.value;
  return (
    <>
      <Field label={say('calls.reviewer', { language: nameOf(page, language) })}>
        <input
          type="text"
          dir="auto"
          maxLength={60}
          value={text.reviewer}
          aria-describedby="review-again"
          onInput={({ currentTarget }) => review(currentTarget.value)}
        />
      </Field>
      <p class="note" id="review-again">
        {say('calls.reviewAgain')}
      </p>
    </>
  );
}

interface WordsFieldProps {
  readonly label: string;
  readonly language: string;
  readonly sourceLanguage: string;
  readonly value: string;
  /** Undefined in the language that the others are translated from. */
  readonly source: string | undefined;
  /** Of a text of several lines; one line without. */
  readonly rows?: number | undefined;
  readonly set: (value: string) => void;
}

function WordsField({ label, language, sourceLanguage, value, source, rows, set }: WordsFieldProps): JSX.Element {
  return (
    <div class="pair">
      <Field label={label}>
        {rows === undefined ? (
          <input
            type="text"
            lang={language}
            dir="auto"
            value={value}
            onInput={({ currentTarget }) => set(currentTarget.value)}
          />
        ) : (
          <textarea
            lang={language}
            dir="auto"
            rows={rows}
            value={value}
            onInput={({ currentTarget }) => set(currentTarget.value)}
          />
        )}
      </Field>
      {source !== undefined && (
        <p class="source" lang={sourceLanguage} dir="auto">
          {source}
        </p>
      )}
    </div>
  );
}

interface PromptFieldsProps {
  readonly page: DeskPage;
  readonly language: string;
  readonly sourceLanguage: string;
  readonly question: DraftQuestion;
  readonly prompt: DraftPrompt;
  readonly source: DraftPrompt | undefined;
  readonly set: (prompt: DraftPrompt) => void;
}

function PromptFields({ page, question, prompt, source, set, ...shared }: PromptFieldsProps): JSX.Element {
  const { say } = page.words.value;
  return (
    <fieldset>
      <legend>{say('calls.question', { id: question.id })}</legend>
      <WordsField
        {...shared}
        label={say('calls.label')}
        value={prompt.label}
        source={source?.label}
        set={(label) => set({ ...prompt, label })}
      />
      <WordsField
        {...shared}
        label={say('calls.hint')}
        value={prompt.hint}
        source={source?.hint}
        set={(hint) => set({ ...prompt, hint })}
      />
      {question.options?.map((option) => (
        <WordsField
          key={option}
          {...shared}
          label={say('calls.option', { id: option })}
          value={prompt.options?.[option] ?? ''}
          source={source === undefined ? undefined : (source.options?.[option] ?? '')}
          set={(words) => set({ ...prompt, options: { ...prompt.options, [option]: words } })}
        />
      ))}
    </fieldset>
  );
}
