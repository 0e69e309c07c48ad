/** What is the same in every language of a call: its address, days, desks and questions. */
import type { CallList } from '@postern/desk/calls/call-desk';
import type { CallDraft, DraftQuestion } from '@postern/desk/calls/call-draft';
import { contrastMin, ownContrast, readColor } from '@postern/protocol/campaign/color';
import { type QuestionKind, questionKinds } from '@postern/protocol/campaign/question';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { DeskPage } from '../desk-page.ts';
import type { TextKey } from '../languages/languages.ts';
import { Field } from '../views/case-parts.tsx';

interface CallStructureProps {
  readonly page: DeskPage;
  readonly draft: CallDraft;
  readonly desks: CallList['desks'];
  readonly change: (draft: CallDraft) => void;
}

export function CallStructure({ page, draft, desks, change }: CallStructureProps): JSX.Element {
  const { structure } = draft;
  const { say, language } = page.words.value;
  const set = (changes: Partial<CallDraft['structure']>): void =>
    change({ ...draft, structure: { ...structure, ...changes } });
  const toggle = (id: string): void => {
    const without = structure.desks.filter((desk) => desk !== id);
    set({ desks: without.length < structure.desks.length ? without : [...structure.desks, id] });
  };
  return (
    <form class="call-structure" autocomplete="off" onSubmit={(event) => event.preventDefault()}>
      <Field label={say('calls.name')}>
        <input
          type="text"
          dir="ltr"
          maxLength={40}
          value={structure.name}
          onInput={({ currentTarget }) => set({ name: currentTarget.value })}
        />
      </Field>
      <Field label={say('calls.from')}>
        <input type="date" value={structure.from} onInput={({ currentTarget }) => set({ from: currentTarget.value })} />
      </Field>
      <Field label={say('calls.until')}>
        <input
          type="date"
          value={structure.until}
          onInput={({ currentTarget }) => set({ until: currentTarget.value })}
        />
      </Field>
      <ColorField page={page} color={structure.color ?? ''} set={(color) => set({ color })} />
      <fieldset>
        <legend>{say('calls.desks')}</legend>
        {desks.map(({ id, names }) => (
          <label key={id} class="check">
            <input type="checkbox" checked={structure.desks.includes(id)} onChange={() => toggle(id)} />
            <bdi>{(names.find((name) => name.language === language.tag) ?? names[0])?.name ?? id}</bdi>
          </label>
        ))}
      </fieldset>
      <Field label={say('calls.sourceLanguage')}>
        <select
          value={draft.source}
          onChange={({ currentTarget }) => change({ ...draft, source: currentTarget.value })}
        >
          {Object.keys(draft.texts).map((tag) => (
            <option key={tag} value={tag}>
              {page.words.value.languageName(tag) || tag}
            </option>
          ))}
        </select>
      </Field>
      <h3>{say('calls.questions')}</h3>
      <p class="note">{say('calls.questionsText')}</p>
      {structure.questions.map((question, at) => (
        <QuestionRow
          key={at}
          page={page}
          question={question}
          before={structure.questions.slice(0, at)}
          change={(next) =>
            set({ questions: structure.questions.flatMap((one, place) => (place === at ? (next ?? []) : one)) })
          }
        />
      ))}
      <button
        type="button"
        class="quiet"
        onClick={() =>
          set({ questions: [...structure.questions, { id: freeId(structure.questions), kind: 'text', options: [] }] })
        }
      >
        {say('calls.addQuestion')}
      </button>
    </form>
  );
}

/** The organisation's own; what could not be read is refused at once, as the campaign would be. */
function ColorField({
  page,
  color,
  set,
}: {
  readonly page: DeskPage;
  readonly color: string;
  readonly set: (color: string) => void;
}): JSX.Element {
  const { say, number } = page.words.value;
  const read = readColor(color);
  const ratio = read === null ? null : ownContrast(read);
  return (
    <div>
      <Field label={say('calls.color')}>
        <span class="color-field">
          <input
            type="text"
            dir="ltr"
            maxLength={7}
            placeholder="#14566b"
            value={color}
            aria-describedby="calls-color-said"
            onInput={({ currentTarget }) => set(currentTarget.value.trim())}
          />
          <input
            type="color"
            aria-label={say('calls.color')}
            value={read === null ? '#14566b' : color}
            onInput={({ currentTarget }) => set(currentTarget.value)}
          />
        </span>
      </Field>
      <p id="calls-color-said" class={ratio !== null && ratio < contrastMin ? 'complaint' : 'note'} role="status">
        {ratio === null
          ? say('calls.colorUsual')
          : say(ratio < contrastMin ? 'calls.colorPale' : 'calls.colorGood', {
              ratio: number(Math.floor(ratio * 10) / 10),
            })}
      </p>
    </div>
  );
}

function freeId(questions: readonly DraftQuestion[]): string {
  for (let number = questions.length + 1; ; number++) {
    if (!questions.some(({ id }) => id === `question-${number}`)) return `question-${number}`;
  }
}

const kindTexts: Readonly<Record<QuestionKind, TextKey>> = {
  text: 'calls.kindText',
  choice: 'calls.kindChoice',
  several: 'calls.kindSeveral',
  scale: 'calls.kindScale',
  month: 'calls.kindMonth',
  place: 'calls.kindPlace',
};
const kinds = Object.keys(questionKinds) as readonly QuestionKind[];

interface QuestionRowProps {
  readonly page: DeskPage;
  readonly question: DraftQuestion;
  /** A condition is about one of these. */
  readonly before: readonly DraftQuestion[];
  /** Null: taken out. */
  readonly change: (question: DraftQuestion | null) => void;
}

function QuestionRow({ page, question, before, change }: QuestionRowProps): JSX.Element {
  const { say } = page.words.value;
  const { kind, onlyIf = null } = question;
  const { hasOptions } = questionKinds[kind];
  const conditions = before.flatMap(({ id, options = [] }) => options.map((option) => ({ question: id, option })));
  const setKind = (value: string): void => {
    const chosen = kinds.find((one) => one === value) ?? 'text';
    const options = questionKinds[chosen].hasOptions ? (question.options ?? []) : [];
    change({ ...question, kind: chosen, options });
  };
  return (
    <fieldset class="question">
      <legend>{question.id}</legend>
      <Field label={say('calls.id')}>
        <input
          type="text"
          dir="ltr"
          maxLength={40}
          value={question.id}
          onInput={({ currentTarget }) => change({ ...question, id: currentTarget.value })}
        />
      </Field>
      <Field label={say('calls.kind')}>
        <select value={kind} onChange={({ currentTarget }) => setKind(currentTarget.value)}>
          {kinds.map((one) => (
            <option key={one} value={one}>
              {say(kindTexts[one])}
            </option>
          ))}
        </select>
      </Field>
      {hasOptions && (
        <Options
          label={say('calls.options')}
          options={question.options ?? []}
          set={(options) => change({ ...question, options })}
        />
      )}
      {conditions.length > 0 && (
        <Field label={say('calls.onlyIf')}>
          <select
            value={onlyIf === null ? '' : `${onlyIf.question}=${onlyIf.option}`}
            onChange={({ currentTarget: { value } }) =>
              change({
                ...question,
                onlyIf: conditions.find((one) => `${one.question}=${one.option}` === value) ?? null,
              })
            }
          >
            <option value="">{say('calls.always')}</option>
            {conditions.map((one) => (
              <option key={`${one.question}=${one.option}`} value={`${one.question}=${one.option}`}>
                {one.question} = {one.option}
              </option>
            ))}
          </select>
        </Field>
      )}
      <button type="button" class="quiet small" onClick={() => change(null)}>
        {say('calls.removeQuestion', { id: question.id })}
      </button>
    </fieldset>
  );
}

interface OptionsProps {
  readonly label: string;
  readonly options: readonly string[];
  readonly set: (options: readonly string[]) => void;
}

/** Spaces stay as they are typed; what stands between them counts. */
function Options({ label, options, set }: OptionsProps): JSX.Element {
  const [typed, setTyped] = useState('');
  const own = options.join(' ');
  return (
    <Field label={label}>
      <input
        type="text"
        dir="ltr"
        value={idsIn(typed).join(' ') === own ? typed : own}
        onInput={({ currentTarget: { value } }) => {
          setTyped(value);
          set(idsIn(value));
        }}
      />
    </Field>
  );
}

function idsIn(typed: string): string[] {
  return typed.split(/[\s,]+/).filter((id) => id !== '');
}
