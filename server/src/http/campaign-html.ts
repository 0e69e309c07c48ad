/** The page of a campaign in one language: the built template filled with what the campaign says (spec/protocol.md section 2.7). */

import { bytesToHex } from '@postern/protocol/bytes/encode';
import type { Campaign, CampaignState } from '@postern/protocol/campaign/campaign';
import type { CampaignText, Prompt } from '@postern/protocol/campaign/campaign-text';
import { type Color, colorText, schemeOf } from '@postern/protocol/campaign/color';
import { type Film, posterType } from '@postern/protocol/campaign/film';
import { type Block, type Inline, parseMarkdown } from '@postern/protocol/campaign/markdown';
import type { Question } from '@postern/protocol/campaign/question';
import { escapeHtml, fillHtml, type Html, html } from './fill-html.ts';

/** The built template and what is the same on every page of its language. */
export interface CampaignPage {
  readonly template: string;
  /** Organisation, fingerprint and words. */
  readonly values: ReadonlyMap<string, string>;
  /** Whether who has no scripts may go on from it by a form. */
  readonly forms: boolean;
  /** Languages in which this campaign has a page, with their own names. */
  readonly others: readonly { readonly language: string; readonly name: string; readonly direction: string }[];
  /** That the campaign names; null for none. */
  readonly film: Film | null;
}

export interface FilmPaths {
  readonly video: string;
  readonly poster: string;
  readonly captions: (language: string) => string;
}

/** By the hash of the film's document: another film, or other words for it, stands elsewhere. */
export function filmPaths(campaign: Pick<Campaign, 'name' | 'film'>, { poster }: Pick<Film, 'poster'>): FilmPaths {
  const folder = `/c/${campaign.name}/${bytesToHex(campaign.film ?? new Uint8Array(0))}`;
  return {
    video: `${folder}/video.mp4`,
    poster: `${folder}/poster.${posterType(poster).extension}`,
    captions: (language) => `${folder}/${language}.vtt`,
  };
}

/** What stands in each `{{name}}` of the template, without the parts that do not hold [CAM-4]. The server has verified the campaign; a preview has not. */
export function campaignHtml(
  campaign: Campaign,
  text: CampaignText,
  state: CampaignState,
  { template, values, forms, others, film }: CampaignPage,
): string {
  const filled: [string, string | Html][] = [
    ['name', campaign.name],
    ['title', text.title],
    ['summary', text.summary],
    ['firstDay', dayHtml(campaign.firstDay)],
    ['lastDay', dayHtml(campaign.lastDay)],
    ['body', blocksHtml(text.body)],
    ['who', blocksHtml(text.who)],
    ['wanted', blocksHtml(text.wanted)],
    ['safe1', blocksHtml(text.safe[0])],
    ['safe2', blocksHtml(text.safe[1])],
    ['safe3', blocksHtml(text.safe[2])],
    ['never', blocksHtml(text.never)],
    ['after', blocksHtml(text.after)],
    ['questions', questionsHtml(campaign.questions, text.prompts)],
    ['languages', languagesHtml(campaign.name, text.language, others)],
    ...(film === null ? [] : filmValues(film, filmPaths(campaign, film), text.language)),
  ];
  const holds = new Set<string>([
    state,
    text.state,
    ...(text.prompts.length > 0 ? ['questions'] : []),
    ...(campaign.color === null ? [] : ['color']),
    ...(film === null ? [] : ['film']),
    ...(forms ? ['forms'] : []),
  ]);
  return fillHtml(keepParts(template, holds), new Map([...values, ...filled]));
}

/** Takes the place of the usual colours of the source's stylesheet, in light and in dark [CAM-9]. */
export function campaignStyle(color: Color): string {
  const { light, dark } = schemeOf(color);
  const block = (scheme: typeof light): string =>
    `:root{--accent:${colorText(scheme.color)};--accent-wash:${colorText(scheme.ground)}}`;
  return `${block(light)}@media (prefers-color-scheme: dark){${block(dark)}}\n`;
}

/** Parts stand between `<!--if name-->` and `<!--end-->`, none within another. Before any text is filled in. */
function keepParts(template: string, holds: ReadonlySet<string>): string {
  return template.replaceAll(/<!--if ([a-z-]+)-->(.*?)<!--end-->\n?/gs, (_, name: string, part: string) =>
    holds.has(name) ? `${part}\n` : '',
  );
}

/** [CAM-5] Every sign of the text is escaped; only what `parseMarkdown` found becomes an element. */
export function blocksHtml(markdown: string): Html {
  return html(parseMarkdown(markdown).map(blockHtml).join('\n'));
}

function blockHtml(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return `<h3>${inlinesHtml(block.inlines)}</h3>`;
    case 'paragraph':
      return `<p>${inlinesHtml(block.inlines)}</p>`;
    case 'quote':
      return `<blockquote><p>${inlinesHtml(block.inlines)}</p></blockquote>`;
    case 'list': {
      const tag = block.ordered ? 'ol' : 'ul';
      return `<${tag}>${block.items.map((item) => `<li>${inlinesHtml(item)}</li>`).join('')}</${tag}>`;
    }
  }
}

function inlinesHtml(inlines: readonly Inline[]): string {
  const tags = { text: '', strong: 'strong', emphasis: 'em' } as const;
  return inlines
    .map(({ kind, text }) => {
      const tag = tags[kind];
      return tag === '' ? escapeHtml(text) : `<${tag}>${escapeHtml(text)}</${tag}>`;
    })
    .join('');
}

function questionsHtml(questions: readonly Question[], prompts: readonly Prompt[]): Html {
  const items = questions.map((_question, at) => {
    const prompt = prompts[at];
    const hint = prompt === undefined || prompt.hint === '' ? '' : ` <span>${escapeHtml(prompt.hint)}</span>`;
    return `<li>${escapeHtml(prompt?.label ?? '')}${hint}</li>`;
  });
  return html(items.length === 0 ? '' : `<ol>${items.join('')}</ol>`);
}

function languagesHtml(name: string, here: string, others: CampaignPage['others']): Html {
  const items = others.map((other) => {
    const own = escapeHtml(other.name);
    if (other.language === here) return `<li><span aria-current="true">${own}</span></li>`;
    const language = escapeHtml(other.language);
    return `<li><a href="/c/${name}/${language}" hreflang="${language}" lang="${language}" dir="${other.direction}">${own}</a></li>`;
  });
  return html(`<ul>${items.join('')}</ul>`);
}

/** But for picture and captions, nothing is fetched before somebody plays it, and nothing from elsewhere [CAM-13]. */
function filmValues(film: Film, paths: FilmPaths, language: string): [string, string | Html][] {
  const transcript = film.texts.find((text) => text.language === language)?.transcript ?? '';
  const video = `<video controls preload="none" poster="${paths.poster}" width="${film.width}" height="${film.height}" aria-labelledby="film">
<source src="${paths.video}" type="video/mp4">
<track kind="captions" src="${paths.captions(escapeHtml(language))}" srclang="${escapeHtml(language)}" default>
</video>`;
  const [minutes, seconds] = [Math.floor(film.seconds / 60), film.seconds % 60];
  return [
    ['film', html(video)],
    ['filmLength', `${minutes}:${String(seconds).padStart(2, '0')}`],
    ['filmSize', (Math.ceil(film.bytes / 100_000) / 10).toFixed(1)],
    ['filmWords', blocksHtml(transcript)],
  ];
}

/** Left to right also in Arabic text, which would turn year and day around. */
function dayHtml(day: number): Html {
  const text = new Date(day * 86_400_000).toISOString().slice(0, 10);
  return html(`<time dir="ltr">${text}</time>`);
}
