/** Makes the HTML of one language at build time: all that is explained can be read without the script. */
import { escapeHtml } from '../template.ts';
import type { StaticKey, TextKey } from '../texts.ts';
import { listNames } from '../words.ts';
import { type Language, languages } from './languages.ts';
import { scriptKeys } from './text-places.ts';

/** Paths as the page names them, from `/`. */
export type Assets = {
  readonly script: string;
  readonly style: string;
  readonly icon: string;
  readonly lists: string;
  readonly metadata: string;
};

/** Text of the page's own language, escaped; `{organisation}` becomes the server's placeholder. */
export type Say = (key: StaticKey) => string;

export function sayIn(texts: Language['texts']): Say {
  return (key) => escapeHtml(texts[key]).replaceAll(/\{(\w+)\}/g, '{{$1}}');
}

export function pageHtml(language: Language, assets: Assets): string {
  const say = sayIn(language.texts);
  const { tag, direction, list } = language;
  return `<!doctype html>
<html lang="${tag}" dir="${direction}" translate="no" data-fingerprint="{{fingerprint}}" data-addresses="{{addresses}}" data-list="${list}" data-lists="${assets.lists}" data-metadata="${assets.metadata}">
<head>
${head(say, assets)}
<script type="module" src="${assets.script}"></script>
</head>
<body>
${bar(language, say, (tag) => `/${tag}/`, leaveLink(say))}
<main>
<div id="notice" class="notice" role="alert" hidden></div>
<div id="home">
${home(language, say, { hero: `<noscript>{{#forms}}${formsLink(language, say)}{{/forms}}</noscript>`, desks: '' })}
${apart(say)}
<div id="start" class="start"><noscript>{{#forms}}<p class="off">${say('home.off')}</p>
${formsLink(language, say)}{{/forms}}{{^forms}}<p class="off">${say('home.none')}</p>
{{#several}}<p>${say('home.elsewhere')}</p><ul dir="ltr">{{#origins}}<li><a href="{{origin}}/" rel="noreferrer">{{origin}}</a></li>{{/origins}}</ul>{{/several}}{{/forms}}</noscript></div>
</div>
<div id="app" class="app" hidden></div>
</main>
<footer><p>${say('page.leaveHint')}</p></footer>
${texts(language, false)}
</body>
</html>
`;
}

export function head(say: Say, { icon, style }: Pick<Assets, 'icon' | 'style'>): string {
  return `<meta charset="utf-8">
<title>${say('page.title')}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="google" content="notranslate">
<meta name="format-detection" content="telephone=no">
<link rel="icon" href="${icon}" type="image/svg+xml">
<link rel="stylesheet" href="${style}">`;
}

/** What is to be read before writing. @param parts HTML for two places of it */
export function home(language: Language, say: Say, parts: { readonly hero: string; readonly desks: string }): string {
  return [hero(say, parts), verification(language, say), before(say), never(say), limits(say)].join('\n');
}

/** To where everything works by forms alone. */
function formsLink({ tag }: Language, say: Say): string {
  return `<a class="button main" href="/plain/${tag}/#start">${say('home.forms')}</a>`;
}

/** All texts that the script shows, for it to read. @param isOffline with those of the offline page, which are the last */
export function texts({ texts: all }: Language, isOffline: boolean, id = 'texts'): string {
  const { numbered, named, offline } = scriptKeys;
  const line = (mark: string, key: TextKey): string => `<p${mark}>${escapeHtml(all[key])}</p>`;
  const lines = [
    ...numbered.map((key) => line('', key)),
    ...(isOffline ? offline.map((key) => line('', key)) : []),
    ...named.map((key) => line(` id="${key}"`, key)),
  ];
  return `<template id="${id}">\n${lines.join('\n')}\n</template>`;
}

/** @param pathOf null where the language can't be changed @param leave HTML */
export function bar(here: Language, say: Say, pathOf: ((tag: string) => string) | null, leave: string): string {
  const nav = pathOf === null ? '' : languageLinks(here, say, pathOf);
  return `<header class="bar">
<p class="mark">${say('page.title')}</p>
${nav}${leave}
</header>`;
}

function languageLinks(here: Language, say: Say, pathOf: (tag: string) => string): string {
  const link = ({ tag, name, direction }: Language): string =>
    tag === here.tag
      ? `<li><span aria-current="true">${name}</span></li>`
      : `<li><a href="${pathOf(tag)}" hreflang="${tag}" lang="${tag}" dir="${direction}">${name}</a></li>`;
  const links = foldedLinks(here, `<ul>${languages.map(link).join('')}</ul>`);
  return `<nav id="languages" aria-label="${say('page.languages')}">${links}</nav>\n`;
}

/** Sixteen names would push away what a person has to read first. @param links HTML */
export function foldedLinks({ name }: Language, links: string): string {
  return `<details><summary><span aria-hidden="true" lang="zh">文</span>${name}</summary>${links}</details>`;
}

/** What an ordered list of verification words says of their language; Chinese ones are single characters. */
export function wordsAttributes(list: Language['list']): string {
  return `lang="${listNames[list][1]}" dir="ltr"${list.startsWith('chinese') ? ' class="characters"' : ''}`;
}

export function leaveLink(say: Say): string {
  return `<a id="leave" class="leave" href="about:blank" rel="noreferrer">${say('page.leave')}</a>`;
}

function hero(say: Say, parts: { readonly hero: string; readonly desks: string }): string {
  return `<section class="hero">
<h1 tabindex="-1">${say('home.heading').replace('{{organisation}}', '<span class="name">$&</span>')}</h1>
<p class="lead">${say('home.lead')}</p>
<h2>${say('who.heading')}</h2>
<p>${say('who.text')}</p>
<ul id="desks" class="desks">${parts.desks}</ul>
<p class="minute">${say('home.minute')}</p>
<div id="hero" class="actions">${parts.hero}</div>
</section>`;
}

export function verification({ list }: Language, say: Say): string {
  const items = Array.from({ length: 8 }, (_, i) => `<li>{{word${i + 1}}}</li>`);
  return `<section class="verification">
<h2>${say('who.wordsHeading')}</h2>
<p>${say('who.wordsText')}</p>
<ol id="verification" ${wordsAttributes(list)}>${items.join('')}</ol>
<p id="checked" class="checked" hidden></p>
</section>`;
}

const everyRule = ['work', 'home', 'tor', 'near', 'keyboard', 'names', 'time'] as const;
type Rule = (typeof everyRule)[number];

export function before(say: Say, rules: readonly Rule[] = everyRule): string {
  const items = rules.map(
    (rule) => `<li><strong>${say(`before.${rule}`)}</strong> <span>${say(`before.${rule}Text`)}</span></li>`,
  );
  return `<section class="before">
<h2>${say('before.heading')}</h2>
<ul class="rules">
${items.join('\n')}
</ul>
</section>`;
}

export function never(say: Say): string {
  return `<section class="never">
<h2>${say('never.heading')}</h2>
<ul class="nots">
<li>${say('never.money')}</li>
<li>${say('never.first')}</li>
<li>${say('never.install')}</li>
</ul>
<p>${say('never.else')}</p>
</section>`;
}

/** Saved unchanged by `download`; what a browser saves as a whole page is another file. */
function apart(say: Say): string {
  return `<section class="apart">
<h2>${say('apart.heading')}</h2>
<p>${say('apart.text')}</p>
<ul class="points">
<li><a href="/offline.html" download="postern-offline.html">${say('apart.page')}</a></li>
<li><a href="/pack" download="postern-pack.bin">${say('apart.pack')}</a></li>
</ul>
<p class="fine">${say('apart.note')}</p>
</section>`;
}

const longer = ['read', 'server', 'network', 'page', 'words', 'trace', 'review'] as const;

function limits(say: Say): string {
  const paragraphs = longer.map(
    (topic) => `<h3>${say(`protection.${topic}`)}</h3>\n<p>${say(`protection.${topic}Text`)}</p>`,
  );
  return `<section class="limits">
<h2>${say('limits.heading')}</h2>
<div class="columns">
<div><h3>${say('limits.yes')}</h3>
<ul class="yeses">
<li>${say('limits.yesText')}</li>
<li>${say('limits.yesDesk')}</li>
<li>${say('limits.yesWhether')}</li>
</ul></div>
<div><h3>${say('limits.no')}</h3>
<ul class="nots">
<li>${say('limits.noDevice')}</li>
<li>${say('limits.noVisit')}</li>
<li>${say('limits.noFiles')}</li>
<li>${say('limits.noStyle')}</li>
<li>${say('limits.noPage')}</li>
</ul></div>
</div>
<details>
<summary>${say('limits.more')}</summary>
<h2>${say('protection.heading')}</h2>
${paragraphs.join('\n')}
</details>
</section>`;
}
