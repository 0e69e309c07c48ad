/** Makes HTML as text, with everything escaped that is not made here. */
import { escapeHtml } from '@postern/source/template';

/** HTML that was made here. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Child = Html | string | readonly Child[] | null;
type Attributes = Readonly<Record<string, string | true | null | undefined>>;

const withoutEnd = ['input'];

/** An attribute that is null or undefined is left out; one that is true has no value. */
export function make(tag: string, attributes: Attributes = {}, ...children: readonly Child[]): Html {
  const written = Object.entries(attributes).map(([name, value]) => {
    if (value === null || value === undefined) return '';
    return value === true ? ` ${name}` : ` ${name}="${escapeHtml(value)}"`;
  });
  const open = `<${tag}${written.join('')}>`;
  return new Html(withoutEnd.includes(tag) ? open : `${open}${children.map(textOf).join('')}</${tag}>`);
}

function textOf(child: Child): string {
  if (child === null) return '';
  if (typeof child === 'string') return escapeHtml(child);
  return child instanceof Html ? child.text : child.map(textOf).join('');
}
