/** What stands over the desk until it is closed: by Escape, its cross, or what it was opened for. */
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { DeskPage } from '../desk-page.ts';
import { IconButton } from './icons.tsx';

export interface DialogProps {
  readonly page: DeskPage;
  /** Begins the id of its heading. */
  readonly name: string;
  readonly heading: ComponentChildren;
  readonly class?: string;
  /** Before the heading, and below it. */
  readonly lead?: ComponentChildren;
  readonly under?: ComponentChildren;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

/** The browser gives the focus back to where it was. */
export function Dialog({
  page,
  name,
  heading,
  class: style,
  lead,
  under,
  onClose,
  children,
}: DialogProps): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} class={style} onClose={onClose} aria-labelledby={`${name}-heading`}>
      <header class="bar">
        {lead}
        <div class="names">
          <h2 id={`${name}-heading`}>{heading}</h2>
          {under}
        </div>
        <IconButton name="close" label={page.words.value.say('bar.close')} onPress={() => dialog.current?.close()} />
      </header>
      {children}
    </dialog>
  );
}
