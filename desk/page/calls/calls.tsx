/** Calls that are written on this device: a list, and one of them in work. */
import type { CallList } from '@postern/desk/calls/call-desk';
import type { CallDraft } from '@postern/desk/calls/call-draft';
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { DeskPage } from '../desk-page.ts';
import { Dialog } from '../views/dialog.tsx';
import { IconButton } from '../views/icons.tsx';
import { SureButton } from '../views/sure-button.tsx';
import { CallEditor } from './call-editor.tsx';

export function Calls({ page }: { readonly page: DeskPage }): JSX.Element {
  const [list, setList] = useState<CallList | null>(null);
  const [draft, setDraft] = useState<CallDraft | null>(null);
  const { say } = page.words.value;
  const refresh = (): void => page.quietly(page.call('calls', {}).then(setList));
  useEffect(refresh, []);
  const open = async (call: string): Promise<void> => setDraft((await page.call('call-read', { call })).draft);
  const leave = (): void => {
    setDraft(null);
    refresh();
  };
  return (
    <Dialog
      page={page}
      name="calls"
      heading={say('calls.heading')}
      class={`calls ${draft === null ? '' : 'is-wide'}`}
      lead={draft !== null && <IconButton name="back" label={say('calls.back')} onPress={leave} />}
      under={draft !== null && <p dir="auto">{draft.texts[draft.source]?.title}</p>}
      onClose={() => page.send({ kind: 'calls', isOpen: false })}
    >
      {draft === null ? (
        <DraftList page={page} list={list} open={(call) => page.quietly(open(call))} refresh={refresh} />
      ) : (
        <CallEditor page={page} first={draft} desks={list?.desks ?? []} />
      )}
    </Dialog>
  );
}

interface DraftListProps {
  readonly page: DeskPage;
  readonly list: CallList | null;
  readonly open: (call: string) => void;
  readonly refresh: () => void;
}

function DraftList({ page, list, open, refresh }: DraftListProps): JSX.Element {
  const { say, language } = page.words.value;
  const begin = async (): Promise<void> => {
    const { call } = await page.call('call-begin', { language: language.tag });
    if (call !== '') open(call);
  };
  const drop = async (call: string): Promise<void> => {
    await page.call('call-drop', { call });
    refresh();
  };
  return (
    <div class="call-list">
      <p class="note">{say('calls.text')}</p>
      <ul>
        {list?.drafts.map(({ id, name, title, source }) => (
          <li key={id}>
            <button type="button" class="quiet" onClick={() => open(id)}>
              <strong dir="auto" lang={source}>
                {title || name}
              </strong>
              <span>/c/{name}</span>
            </button>
            <SureButton
              class="small"
              words={say('calls.remove')}
              sure={say('calls.removeSure')}
              act={() => page.quietly(drop(id))}
            />
          </li>
        ))}
      </ul>
      {list !== null && !list.isAvailable && <p class="callout">{say('calls.unavailable')}</p>}
      {list?.isAvailable === true && (
        <button type="button" class="main" onClick={() => page.quietly(begin())}>
          {say('calls.begin')}
        </button>
      )}
    </div>
  );
}
