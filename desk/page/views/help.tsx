/** Keys, language, and how the desk works. */
import type { JSX } from 'preact';
import type { DeskPage } from '../desk-page.ts';
import type { TextKey } from '../languages/languages.ts';
import { Dialog } from './dialog.tsx';
import { LanguageChoice } from './language-choice.tsx';

const keys: readonly (readonly [readonly string[], TextKey])[] = [
  [['J', 'K'], 'help.move'],
  [['↵'], 'help.open'],
  [['R'], 'help.reply'],
  [['Ctrl ↵'], 'help.send'],
  [['C'], 'help.work'],
  [['N'], 'help.news'],
  [['X', 'A'], 'help.select'],
  [['T'], 'help.team'],
  [['I'], 'bar.carried'],
  [['/', '↵'], 'help.search'],
  [['F'], 'narrow.heading'],
  [['1', '…', '8'], 'help.filter'],
  [['S'], 'help.status'],
  [['?'], 'help.help'],
  [['Esc'], 'help.back'],
];

export function Help({ page }: { readonly page: DeskPage }): JSX.Element {
  const { say } = page.words.value;
  const { hasKeys } = page.state.value.preferences;
  const close = (): void => page.send({ kind: 'help', isOpen: false });
  return (
    <Dialog page={page} name="help" heading={say('help.heading')} onClose={close}>
      <div class="help">
        <section>
          <h3>{say('help.keys')}</h3>
          <dl class="keys">
            {keys.map(([names, text]) => (
              <div key={text}>
                <dt>
                  {names.map((name) => (
                    <kbd key={name}>{name}</kbd>
                  ))}
                </dt>
                <dd>{say(text)}</dd>
              </div>
            ))}
          </dl>
          <label class="check">
            <input
              type="checkbox"
              checked={hasKeys}
              onChange={(event) => page.setPreferences({ hasKeys: event.currentTarget.checked })}
            />
            {say('help.single')}
          </label>
          <LanguageChoice page={page} />
        </section>
        <section>
          <h3>{say('help.how')}</h3>
          <ul class="points">
            <li>{say('help.howOne')}</li>
            <li>{say('help.howTwo')}</li>
            <li>{say('help.howThree')}</li>
            <li>{say('help.howFour')}</li>
          </ul>
        </section>
      </div>
    </Dialog>
  );
}
