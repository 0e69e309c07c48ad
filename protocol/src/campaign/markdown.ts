/**
 * The part of Markdown that a campaign may use (spec/protocol.md section 2.7, CAM-5; CommonMark 0.31): paragraphs,
 * headings, lists, quotations, strong and emphasis. There are no links, pictures or HTML in it: whatever looks like one
 * is text. Every text is valid.
 */

export type Inline = { readonly kind: 'text' | 'strong' | 'emphasis'; readonly text: string };
export type Block =
  | { readonly kind: 'paragraph' | 'heading' | 'quote'; readonly inlines: readonly Inline[] }
  | { readonly kind: 'list'; readonly ordered: boolean; readonly items: readonly (readonly Inline[])[] };

const heading = /^#{1,6}[ \t]+(.+)$/;
const bullet = /^[ ]{0,3}[-*+][ \t]+(.+)$/;
const numbered = /^[ ]{0,3}[0-9]{1,3}[.)][ \t]+(.+)$/;
const quote = /^[ ]{0,3}>[ \t]?(.*)$/;

/** Takes time in proportion to the length. */
export function parseMarkdown(text: string): Block[] {
  const blocks: Block[] = [];
  let lines: string[] = [];
  let kind: 'paragraph' | 'quote' | 'bullets' | 'numbers' = 'paragraph';
  const close = (): void => {
    if (lines.length > 0) blocks.push(blockOf(kind, lines));
    lines = [];
  };
  const add = (to: typeof kind, line: string): void => {
    if (kind !== to) close();
    kind = to;
    lines.push(line.trim());
  };
  for (const line of text.split('\n')) {
    const [title, point, number, quoted] = [heading, bullet, numbered, quote].map((form) => form.exec(line)?.[1]);
    if (title !== undefined) {
      close();
      blocks.push({ kind: 'heading', inlines: parseInlines(title.trim()) });
    } else if (line.trim() === '') close();
    else if (point !== undefined) add('bullets', point);
    else if (number !== undefined) add('numbers', number);
    else if (quoted !== undefined) add('quote', quoted);
    else if (lines.length > 0 && kind !== 'paragraph') lines.push(`${lines.pop()} ${line.trim()}`);
    else add('paragraph', line);
  }
  close();
  return blocks;
}

function blockOf(kind: 'paragraph' | 'quote' | 'bullets' | 'numbers', lines: readonly string[]): Block {
  if (kind === 'paragraph' || kind === 'quote') return { kind, inlines: parseInlines(lines.join('\n').trim()) };
  return { kind: 'list', ordered: kind === 'numbers', items: lines.map((line) => parseInlines(line)) };
}

/** Strong and emphasis between pairs of stars that touch their words; any other star is text. */
function parseInlines(text: string): Inline[] {
  const inlines: Inline[] = [];
  const form = /\*\*(?!\s)([^*]*[^*\s])\*\*|\*(?!\s)([^*]*[^*\s])\*/g;
  let end = 0;
  for (const found of text.matchAll(form)) {
    if (found.index > end) inlines.push({ kind: 'text', text: text.slice(end, found.index) });
    const [whole, strong, emphasis] = found;
    inlines.push(strong === undefined ? { kind: 'emphasis', text: emphasis ?? '' } : { kind: 'strong', text: strong });
    end = found.index + whole.length;
  }
  if (end < text.length) inlines.push({ kind: 'text', text: text.slice(end) });
  return inlines;
}
