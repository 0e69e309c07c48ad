/** A choice of files by a button of the page's own: the browser's speaks the browser's language, not the page's. */
import { button, make, setText } from '../dom.ts';
import type { DynamicKey, Texts } from '../texts.ts';

export type FilePicker = {
  readonly root: HTMLElement;
  /** What opens the choice, and can take the focus. */
  readonly button: HTMLButtonElement;
  /** Hidden; holds what was chosen. */
  readonly input: HTMLInputElement;
};

/**
 * @param key of the label, which is read together with the button
 * @param id of the hidden field; the button's begins with it
 * @param attributes of the field
 * @param choose is told after each choice; what it leaves in the field is named beside the button
 */
export function filePicker(
  text: Texts,
  key: DynamicKey,
  id: string,
  attributes: Readonly<Record<string, string>>,
  choose: (input: HTMLInputElement) => void,
): FilePicker {
  const input = make('input', {
    attributes: { ...attributes, type: 'file', autocomplete: 'off', hidden: '', id },
    on: {
      change: () => {
        choose(input);
        setText(name, input.files?.[0]?.name ?? '');
      },
    },
  });
  const open = button(text('file.choose'), 'quiet', () => input.click());
  const [labelId, buttonId] = [`${id}-label`, `${id}-button`];
  open.id = buttonId;
  open.setAttribute('aria-labelledby', `${labelId} ${buttonId}`);
  const name = make('bdi', { class: 'file-name', attributes: { role: 'status' } });
  const label = make('span', { class: 'picker-label', attributes: { id: labelId } }, text(key));
  return { root: make('div', { class: 'picker' }, label, open, name, input), button: open, input };
}
