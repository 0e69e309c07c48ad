/** The first page of the mode without scripts, made at build time, and what its other pages share with it (spec/http.md, section 6). */
import { escapeHtml, notices } from '../template.ts';
import type { PlainKey, TextKey } from '../texts.ts';
import type { Language } from './languages.ts';
import { type Assets, bar, head, home, sayIn } from './page-html.ts';

export type PlainAssets = Pick<Assets, 'icon' | 'style'>;

/** The language's texts as this mode says them: `plain.x` in the place of `x`. */
export function plainTexts({ texts }: Language): Language['texts'] {
  const said = Object.keys(texts).map((key) => [key, texts[`plain.${key}` as TextKey] ?? texts[key as TextKey]]);
  return Object.fromEntries(said) as Language['texts'];
}

/** Placeholders and sections are filled in by the server (`template.ts`). */
export function plainHtml(language: Language, assets: PlainAssets): string {
  const say = sayIn(plainTexts(language));
  const desks =
    '{{#desks}}<li><strong>{{name}}</strong><span class="desk-about"><bdi>{{about}}</bdi></span></li>{{/desks}}';
  const chosen = '{{#call}}<input type="hidden" name="call" value="{{call}}">{{/call}}';
  const write = goButton('write', text(language, 'start.write'), 'main');
  const beside = (['verify', 'carry'] as const).map((name) => goButton(name, text(language, `${name}.open`), 'quiet'));
  const start = `<div id="start" class="start"><h2>${text(language, 'start.heading')}</h2>
${plainForm(language, 'actions', `${chosen}${write}${returnButton(language)}${beside.join('')}`)}</div>`;
  const hero = plainForm(language, 'actions', returnButton(language));
  return plainPage(
    language,
    { ...assets, style: plainStyle(assets.style) },
    {
      notice: noticeSections(language),
      content: `<div id="home">\n${home(language, say, { hero, desks })}\n${start}\n</div>`,
      canChangeLanguage: true,
    },
  );
}

/** The stylesheet at an address of its own, where browsers may keep it (PLN-10). The server makes the same of its path. */
function plainStyle(path: string): string {
  return path.replace(/^\/a\//, '/plain/');
}

/** @param parts HTML */
export function plainPage(
  language: Language,
  assets: PlainAssets,
  parts: { readonly notice: string; readonly content: string; readonly canChangeLanguage: boolean },
): string {
  const say = sayIn(plainTexts(language));
  const { tag, direction } = language;
  const leave = plainForm(language, '', `<button class="leave" name="go" value="leave">${say('page.leave')}</button>`);
  const pathOf = parts.canChangeLanguage ? (other: string): string => `/plain/${other}/` : null;
  return `<!doctype html>
<html lang="${tag}" dir="${direction}" translate="no">
<head>
${head(say, assets)}
</head>
<body>
${bar(language, say, pathOf, leave)}
<main>
${parts.notice}${parts.content}
</main>
<footer><p>${say('page.leaveHint')}</p></footer>
</body>
</html>
`;
}

/** A form of this mode; `end` comes last, so that one which broke off shows. @param inside HTML */
export function plainForm({ tag }: Language, kind: string, inside: string): string {
  const fields = '<input type="hidden" name="end" value="1">';
  const style = kind === '' ? '' : ` class="${kind}"`;
  return `<form method="post" action="/plain/${tag}/" accept-charset="utf-8" autocomplete="off" novalidate${style}>${inside}${fields}</form>`;
}

/** @param words HTML */
export function goButton(go: string, words: string, kind: 'main' | 'quiet'): string {
  return `<button class="${kind}" name="go" value="${go}">${words}</button>`;
}

function returnButton(language: Language): string {
  return goButton('enter', text(language, 'start.return'), 'quiet');
}

function text({ texts }: Language, key: TextKey): string {
  return escapeHtml(texts[key]).replaceAll(/\{(\w+)\}/g, '{{$1}}');
}

/** Whatever can be told without the visit's own process, each in a section of its name. */
function noticeSections(language: Language): string {
  const lines = notices.map((name) => {
    const words = text(language, `plain.${name}` as PlainKey);
    return `{{#${name}}}${name === 'ended' ? `<h2>${words}</h2>` : `<p>${words}</p>`}{{/${name}}}`;
  });
  return `{{#notice}}<div id="notice" class="notice serious" role="alert">${lines.join('')}</div>{{/notice}}\n`;
}
