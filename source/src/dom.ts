/** Makes elements. Text goes in as text: there is no way here to put markup into the page. */

export type Properties = {
  readonly class?: string;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly on?: Readonly<Record<string, (event: globalThis.Event) => void>>;
};

export function make<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  properties: Properties = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  if (properties.class !== undefined) element.className = properties.class;
  for (const [name, value] of Object.entries(properties.attributes ?? {})) element.setAttribute(name, value);
  for (const [name, listener] of Object.entries(properties.on ?? {})) element.addEventListener(name, listener);
  element.append(...children);
  return element;
}

export function button(text: string, kind: 'main' | 'quiet', press: () => void): HTMLButtonElement {
  return make('button', { class: kind, attributes: { type: 'button' }, on: { click: press } }, text);
}

/** Changes a text only when it is another one, so that screen readers are not told the same again. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

export function setHidden(element: HTMLElement, hidden: boolean): void {
  if (element.hidden !== hidden) element.hidden = hidden;
}

/** Typing aids of browsers and extensions can keep or send what is typed; this asks them not to. */
export const privateField: Readonly<Record<string, string>> = {
  autocomplete: 'off',
  autocorrect: 'off',
  autocapitalize: 'none',
  spellcheck: 'false',
  writingsuggestions: 'false',
  'data-gramm': 'false',
};
