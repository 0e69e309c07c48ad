/** Makes the template of a campaign's page in one language: read without scripts, filled in by the server. */
import { escapeHtml } from '../template.ts';
import type { StaticKey } from '../texts.ts';
import type { Language } from './languages.ts';
import { foldedLinks, wordsAttributes } from './page-html.ts';
import { goButton, plainForm } from './plain-html.ts';

/**
 * What the server fills in beside `placeholders`: name, title, summary, firstDay, lastDay as text; body, who, wanted, safe1 to
 * safe3, never, after, questions, languages as markup that it has made of escaped text. Of the parts between
 * `<!--if name-->` and `<!--end-->` it keeps those that hold: one of the states, `draft`, `questions`, `film` (filmLength and filmSize as text, film and filmWords as markup),
 * `color` (then it serves `/c/<name>/color.css`), `forms` (it has the mode without scripts).
 */
export function campaignHtml(language: Language, assets: { readonly style: string; readonly icon: string }): string {
  const say = (key: StaticKey): string => escapeHtml(language.texts[key]).replaceAll(/\{(\w+)\}/g, '{{$1}}');
  const { tag, direction, list } = language;
  const when = (name: string, markup: string): string => `<!--if ${name}-->${markup}<!--end-->`;
  const part = (name: string, heading: StaticKey): string =>
    `<section class="prose">\n<h2>${say(heading)}</h2>\n{{${name}}}\n</section>`;
  // Without scripts no fragment is read, and an address that names the call would be kept: a form carries it (PLN-14).
  const named = '<input type="hidden" name="call" value="{{name}}">';
  const words = Array.from({ length: 8 }, (_, at) => `<li>{{word${at + 1}}}</li>`).join('');
  return `<!doctype html>
<html lang="${tag}" dir="${direction}" translate="no">
<head>
<meta charset="utf-8">
<title>${say('page.title')}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<link rel="icon" href="${assets.icon}" type="image/svg+xml">
<link rel="stylesheet" href="${assets.style}">
${when('color', '<link rel="stylesheet" href="/c/{{name}}/color.css">')}
</head>
<body>
<header class="bar">
<p class="mark">{{organisation}}</p>
<nav aria-label="${say('page.languages')}">${foldedLinks(language, '{{languages}}')}</nav>
<a class="leave" href="about:blank" rel="noreferrer">${say('page.leave')}</a>
</header>
<main>
<article class="app">
<header>
<h1>{{title}}</h1>
<p class="lead">{{summary}}</p>
${when('open', `<p class="when">${say('campaign.until')}</p>`)}
${when('not-begun', `<p class="when closed">${say('campaign.notBegun')}</p>`)}
${when('ended', `<p class="when closed">${say('campaign.ended')}</p>`)}
${when('withdrawn', `<p class="when closed">${say('campaign.withdrawn')}</p>`)}
${when('draft', `<p class="closed">${say('campaign.draft')}</p>`)}
</header>
${when(
  'film',
  `<section class="prose film">
<h2 id="film">${say('campaign.film')}</h2>
{{film}}
<p>${say('campaign.filmText')}</p>
<details>
<summary>${say('campaign.filmWords')}</summary>
{{filmWords}}
</details>
</section>`,
)}
<section class="prose">
{{body}}
</section>
${part('who', 'campaign.who')}
${part('wanted', 'campaign.wanted')}
${when(
  'questions',
  `<section class="prose">
<h2>${say('campaign.questions')}</h2>
<p>${say('campaign.questionsText')}</p>
{{questions}}
</section>`,
)}
<section class="prose">
<h2>${say('campaign.safe')}</h2>
<h3>${say('campaign.safe1')}</h3>
{{safe1}}
<h3>${say('campaign.safe2')}</h3>
{{safe2}}
<h3>${say('campaign.safe3')}</h3>
{{safe3}}
</section>
<section class="prose never">
<h2>${say('campaign.never')}</h2>
{{never}}
</section>
${part('after', 'campaign.after')}
<section class="verification">
<h2>${say('who.wordsHeading')}</h2>
<p>${say('who.wordsText')}</p>
<ol ${wordsAttributes(list)}>${words}</ol>
</section>
<div class="actions">
${when('forms', `<noscript>${plainForm(language, '', `${named}${goButton('first', say('campaign.write'), 'main')}`)}</noscript>`)}
<a class="main" href="/${tag}/#c={{name}}">${say('campaign.write')}</a>
</div>
</article>
</main>
</body>
</html>
`;
}
