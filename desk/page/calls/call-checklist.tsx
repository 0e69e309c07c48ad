/** What is to be settled before a call is signed, and the ways out: to the root key, to the server, to print. */
import type { Answers } from '@postern/desk/app/api';
import type { CallRefusal } from '@postern/desk/calls/call-desk';
import type { CallDraft } from '@postern/desk/calls/call-draft';
import type { CallProblem } from '@postern/desk/calls/workshop';
import { bytesToBase64url } from '@postern/protocol/bytes/encode';
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { DeskPage } from '../desk-page.ts';
import type { TextKey } from '../languages/languages.ts';
import { FileButton } from '../views/file-button.tsx';
import { nameOf } from './call-language.ts';
import { Fault } from './call-preview.tsx';

type Check = Answers['call-check'];

interface CallChecklistProps {
  readonly page: DeskPage;
  readonly draft: CallDraft;
  readonly kept: number;
  readonly keepNow: () => Promise<void>;
  readonly change: (draft: CallDraft) => void;
}

export function CallChecklist({ page, draft, kept, keepNow, change }: CallChecklistProps): JSX.Element {
  const [check, setCheck] = useState<Check | null>(null);
  const { say, size } = page.words.value;
  const { checks, structure, texts } = draft;
  useEffect(() => page.quietly(page.call('call-check', { call: structure.id }).then(setCheck)), [kept]);
  const isReady = check?.fault === null && check.problems.length === 0 && checks.contact && checks.words;
  return (
    <div class="call-checklist">
      <section>
        <h3>{say('calls.before')}</h3>
        <ul class="checks">
          {Object.keys(texts).map((language) => (
            <Settled
              key={language}
              isDone={check !== null && !check.problems.some((one) => one.language === language)}
              text={say(problemText(check, language), { language: nameOf(page, language) })}
            />
          ))}
          {check?.problems.some(({ code }) => code === 'past') === true && (
            <Settled isDone={false} text={say('calls.past')} />
          )}
        </ul>
        {check?.fault === null && (
          <p>{check.film === null ? say('calls.noFilm') : say('calls.film', { size: size(check.film) })}</p>
        )}
        {check?.isOfFilm === true && <p class="complaint">{say('film.unready')}</p>}
        {check !== null && check.fault !== null && <Fault page={page} fault={check.fault} />}
        {personChecks.map(([name, text]) => (
          <label key={name} class="check">
            <input
              type="checkbox"
              checked={checks[name]}
              onChange={() => change({ ...draft, checks: { ...checks, [name]: !checks[name] } })}
            />
            {say(text)}
          </label>
        ))}
        <dl class="call-check-words">
          {Object.entries(check?.words ?? {}).map(([language, words]) => (
            <div key={language}>
              <dt>{nameOf(page, language)}</dt>
              <dd lang={language} dir="ltr">
                {words}
              </dd>
            </div>
          ))}
        </dl>
      </section>
      <Ways page={page} call={structure.id} isReady={isReady} keepNow={keepNow} />
    </div>
  );
}

const problemTexts: Readonly<Record<CallProblem['code'], TextKey>> = {
  unwritten: 'calls.unwritten',
  unreviewed: 'calls.unreviewed',
  'no-page': 'calls.pageless',
  past: 'calls.past',
};

function problemText(check: Check | null, language: string): TextKey {
  const problem = check?.problems.find((one) => one.language === language);
  return problem === undefined ? 'calls.reviewed' : problemTexts[problem.code];
}

function Settled({ isDone, text }: { readonly isDone: boolean; readonly text: string }): JSX.Element {
  return (
    <li class={isDone ? 'is-done' : 'is-open'}>
      <span aria-hidden="true">{isDone ? '✓' : '–'}</span> {text}
    </li>
  );
}

const refusalTexts: Readonly<Record<CallRefusal, TextKey>> = {
  gone: 'calls.refusedGone',
  unready: 'calls.refusedUnready',
  fault: 'calls.refusedFault',
  changed: 'calls.refusedChanged',
  roster: 'calls.refusedRoster',
  server: 'calls.refusedServer',
  disk: 'calls.refusedDisk',
  kit: 'calls.refusedKit',
};

interface WaysProps {
  readonly page: DeskPage;
  readonly call: string;
  readonly isReady: boolean;
  readonly keepNow: () => Promise<void>;
}

type Said = {
  readonly text: string;
  readonly path?: string;
  readonly fault?: string;
  readonly warning?: string;
  readonly isProblem?: boolean;
};

function Ways({ page, call, isReady, keepNow }: WaysProps): JSX.Element {
  const [said, setSaid] = useState<Said | null>(null);
  const [isWorking, setWorking] = useState(false);
  const [films, setFilms] = useState(false);
  const { say, number } = page.words.value;
  const refuse = (problem: CallRefusal): Said => ({ text: say(refusalTexts[problem]), isProblem: true });
  const run = (work: () => Promise<Said>): void => {
    setWorking(true);
    setSaid(null);
    page.quietly(
      keepNow()
        .then(work)
        .then(setSaid, () => setSaid({ text: say('calls.refusedDisk'), isProblem: true }))
        .finally(() => setWorking(false)),
    );
  };
  const sign = async (): Promise<Said> => {
    const made = await page.call('call-sign', { call });
    return 'problem' in made ? refuse(made.problem) : { text: say('calls.signed', { name: call }), path: made.path };
  };
  const kit = async (): Promise<Said> => {
    const made = await page.call('call-kit', { call, films });
    if ('problem' in made)
      return { ...refuse(made.problem), ...(made.fault === undefined ? {} : { fault: made.fault }) };
    const short = made.short.length === 0 ? {} : { warning: say('calls.kitShort', { files: made.short.join(' ') }) };
    return { text: say('calls.kitMade', { files: number(made.files) }), path: made.path, ...short };
  };
  const publish = async (file: File): Promise<Said> => {
    if (file.size > rosterBytesMax) return refuse('roster');
    const roster = bytesToBase64url(new Uint8Array(await file.arrayBuffer()));
    const made = await page.call('call-publish', { call, roster });
    return 'problem' in made ? refuse(made.problem) : { text: say('calls.published', { number: number(made.number) }) };
  };
  const isStill = !isReady || isWorking;
  return (
    <section>
      <h3>{say('calls.sign')}</h3>
      {!isReady && <p class="note">{say('calls.notReady')}</p>}
      <ol class="ways">
        <li>
          <p>{say('calls.signText')}</p>
          <button type="button" class="quiet" disabled={isStill} onClick={() => run(sign)}>
            {say('calls.signExport')}
          </button>
        </li>
        <li>
          <p>{say('calls.publishText')}</p>
          <FileButton
            words={say('calls.publishFile')}
            isOne
            disabled={isStill}
            take={([file]) => run(() => publish(file))}
          />
        </li>
        <li>
          <p>{say('calls.kitText')}</p>
          <label class="check">
            <input type="checkbox" checked={films} disabled={isStill} onChange={() => setFilms(!films)} />
            {say('calls.kitFilms')}
          </label>
          <button type="button" class="quiet" disabled={isStill} onClick={() => run(kit)}>
            {say('calls.kitMake')}
          </button>
        </li>
      </ol>
      <div role="status">
        {isWorking && <p class="note">{say('calls.working')}</p>}
        {said !== null && (
          <p class={said.isProblem === true ? 'complaint' : ''}>
            {said.text} {said.path !== undefined && <code dir="ltr">{said.path}</code>}{' '}
            {said.fault !== undefined && <span lang="en">{said.fault}</span>}
          </p>
        )}
        {said?.warning !== undefined && <p class="complaint">{said.warning}</p>}
      </div>
    </section>
  );
}

/** What only a person can settle. */
const personChecks = [
  ['contact', 'calls.contact'],
  ['words', 'calls.wordsMatch'],
] as const;

/** Of a signed roster: a larger file is none. */
const rosterBytesMax = 262_144;
