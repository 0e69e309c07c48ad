/** What a call says beyond its questions: on the organisation's server a page of its own says it. */
import type { CampaignText } from '@postern/protocol/campaign/campaign-text';
import { type Block, type Inline, parseMarkdown } from '@postern/protocol/campaign/markdown';
import { make } from '../dom.ts';
import type { CallKey } from '../texts.ts';
import type { Ui } from '../views/view.ts';

/** Folded; in the call's own language [CAM-5]. */
export function callDetails(ui: Ui, text: CampaignText): HTMLElement {
  const { summary, body, who, wanted, safe, never, after } = text;
  const heading = (key: CallKey): HTMLElement => make('h2', {}, ui.text(key));
  const said = (markdown: string): HTMLElement =>
    make('div', { attributes: { lang: text.language, dir: 'auto' } }, ...blocksOf(markdown));
  const part = (key: CallKey, markdown: string): HTMLElement[] =>
    markdown.trim() === '' ? [] : [heading(key), said(markdown)];
  const levels = (['campaign.safe1', 'campaign.safe2', 'campaign.safe3'] as const).flatMap((key, at) => [
    make('h3', {}, ui.text(key)),
    said(safe[at] ?? ''),
  ]);
  return make(
    'details',
    {},
    make('summary', {}, ui.text('campaign.write')),
    said(`${summary}\n\n${body}`),
    ...part('campaign.who', who),
    ...part('campaign.wanted', wanted),
    heading('campaign.safe'),
    ...levels,
    ...part('campaign.never', never),
    ...part('campaign.after', after),
  );
}

function blocksOf(markdown: string): HTMLElement[] {
  return parseMarkdown(markdown).map(blockOf);
}

function blockOf(block: Block): HTMLElement {
  switch (block.kind) {
    case 'heading':
      return make('h3', {}, ...inlinesOf(block.inlines));
    case 'paragraph':
      return make('p', {}, ...inlinesOf(block.inlines));
    case 'quote':
      return make('blockquote', {}, make('p', {}, ...inlinesOf(block.inlines)));
    case 'list':
      return make(block.ordered ? 'ol' : 'ul', {}, ...block.items.map((item) => make('li', {}, ...inlinesOf(item))));
  }
}

function inlinesOf(inlines: readonly Inline[]): (Node | string)[] {
  const tags = { strong: 'strong', emphasis: 'em' } as const;
  return inlines.map(({ kind, text }) => (kind === 'text' ? text : make(tags[kind], {}, text)));
}
