/** What stands in place of the desk while it is locked or not to be reached. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { DeskPage } from '../desk-page.ts';
import type { TextKey } from '../languages/languages.ts';
import { Icon } from './icons.tsx';
import { LanguageChoice } from './language-choice.tsx';

interface NoticeProps {
  readonly page: DeskPage;
  readonly heading: TextKey;
  readonly text: TextKey;
}

export function Notice({ page, heading, text }: NoticeProps): JSX.Element {
  const { say } = page.words.value;
  return (
    <main class="gate">
      <div class="card" role="alert">
        <h1>{say(heading)}</h1>
        <p>{say(text)}</p>
      </div>
    </main>
  );
}

export function LockScreen({ page }: { readonly page: DeskPage }): JSX.Element {
  const { phase, idleMinutes } = page.state.value;
  const { say } = page.words.value;
  if (phase === 'unlisted') return <Notice page={page} heading="lock.unlistedHeading" text="lock.unlistedText" />;
  return (
    <main class="gate">
      <div class="card">
        <span class="seal">
          <Icon name="lock" />
        </span>
        <h1>{say('lock.heading')}</h1>
        {phase === 'opening' ? <Opening page={page} /> : <Passphrase page={page} />}
        <p class="fine">
          {say('lock.note')} {idleMinutes > 0 ? say('lock.idle', { minutes: idleMinutes }) : ''}
        </p>
      </div>
      <LanguageChoice page={page} />
    </main>
  );
}

function Opening({ page }: { readonly page: DeskPage }): JSX.Element {
  const { opening } = page.state.value;
  return (
    <>
      <p id="opening" role="status">
        {page.words.value.say('lock.opening')}
      </p>
      <progress aria-labelledby="opening" max={opening?.all ?? 1} value={opening?.read ?? 0} />
    </>
  );
}

function Passphrase({ page }: { readonly page: DeskPage }): JSX.Element {
  const { unlock } = page.state.value;
  const { say } = page.words.value;
  const [isShown, setShown] = useState(false);
  const isWorking = unlock === 'working';
  const complaint = complaints[unlock];
  const submit = (event: Event): void => {
    event.preventDefault();
    const field = (event.currentTarget as HTMLFormElement).elements.namedItem('passphrase') as HTMLInputElement;
    if (field.value === '' || isWorking) return;
    void page.unlock(field.value);
    field.value = '';
    field.focus();
  };
  return (
    <form onSubmit={submit} autocomplete="off">
      <label for="passphrase">{say('lock.passphrase')}</label>
      <div class="with-button">
        <input
          id="passphrase"
          name="passphrase"
          // The types of the library tell apart what the browser does not.
          type={(isShown ? 'text' : 'password') as 'password'}
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          // The one thing to do on this page.
          ref={focusOnce}
          aria-invalid={complaint !== undefined}
          aria-describedby="lock-complaint"
        />
        <button type="button" class="quiet" aria-pressed={isShown} onClick={() => setShown(!isShown)}>
          {say(isShown ? 'lock.hide' : 'lock.show')}
        </button>
      </div>
      <p id="lock-complaint" class="complaint" role="alert">
        {complaint === undefined ? '' : say(complaint)}
      </p>
      <button type="submit" class="main" aria-disabled={isWorking}>
        {say(isWorking ? 'lock.unlocking' : 'lock.unlock')}
      </button>
    </form>
  );
}

const complaints: Readonly<Record<string, TextKey | undefined>> = {
  wrong: 'lock.wrong',
  busy: 'lock.busy',
  failed: 'lock.failed',
};

function focusOnce(field: HTMLInputElement | null): void {
  field?.focus();
}
