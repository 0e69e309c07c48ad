/** Cases that belong together: linked, or one part of the other. */
import { caseName } from '@postern/desk/app/case-name';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { caseNamed } from '../inbox.ts';
import { CaseLink, type PanelProps } from './case-parts.tsx';

export function Links({ page, id, work }: PanelProps): JSX.Element {
  const { rows } = page.state.value;
  const { say } = page.words.value;
  const [name, setName] = useState('');
  const other = caseNamed(name, rows, id);
  const join = (aspect: 'link' | 'merge'): void => {
    if (other !== undefined) void page.change([id], aspect, other).then((isDone) => isDone && setName(''));
  };
  return (
    <section class="links" aria-labelledby="links-heading">
      <h3 id="links-heading">{say('work.links')}</h3>
      <ul>
        {work.mergedInto !== null && (
          <li>
            {say('work.partOf')} <CaseLink page={page} id={work.mergedInto} />
            <button type="button" class="quiet" onClick={() => void page.change([id], 'merge', '')}>
              {say('work.unmerge')}
            </button>
          </li>
        )}
        {work.parts.map((part) => (
          <li key={part}>
            {say('work.hasPart')} <CaseLink page={page} id={part} />
          </li>
        ))}
        {work.links.map((linked) => (
          <li key={linked}>
            <CaseLink page={page} id={linked} />
            <button
              type="button"
              class="quiet"
              aria-label={say('work.unlinkFrom', { name: caseName(linked) })}
              onClick={() => void page.change([id], 'unlink', linked)}
            >
              {say('work.unlink')}
            </button>
          </li>
        ))}
      </ul>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          join('link');
        }}
        autocomplete="off"
      >
        <input
          aria-label={say('work.otherCase')}
          placeholder="7KQ-2MX"
          spellcheck={false}
          value={name}
          onInput={({ currentTarget }) => setName(currentTarget.value)}
        />
        <button type="submit" aria-disabled={other === undefined}>
          {say('work.link')}
        </button>
        <button type="button" aria-disabled={other === undefined} onClick={() => join('merge')}>
          {say('work.merge')}
        </button>
      </form>
    </section>
  );
}
