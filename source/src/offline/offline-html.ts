/** Makes the offline page at build time: one file with every language, word list, style and script in it. */
import type { WordListId } from '@postern/protocol/keys/word-lists';
import { type Language, languages } from '../languages/languages.ts';
import { bar, before, leaveLink, never, type Say, texts, wordsAttributes } from '../languages/page-html.ts';
import { escapeHtml } from '../template.ts';
import type { TextKey } from '../texts.ts';

export type OfflineParts = {
  readonly script: string;
  readonly style: string;
  /** `sha256-…` of script and style as they stand in the page. */
  readonly hashes: { readonly script: string; readonly style: string };
  readonly lists: ReadonlyMap<WordListId, string>;
};

/**
 * The policy allows the one script and the one style; connections it allows only until the script forbids them, which it
 * does first, so that not even a fault could send anything.
 * @throws Error for a script that would end its own element
 */
export function offlineHtml({ script, style, hashes, lists }: OfflineParts): string {
  if (/<\/(script|style)|<!--/i.test(script + style)) throw new Error('build the offline page: a part ends itself');
  const policy = [
    "default-src 'none'",
    `script-src '${hashes.script}'`,
    `style-src '${hashes.style}'`,
    // The script takes this back before anything else, unless the person has asked for the network.
    'connect-src http: https:',
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
  const words = [...lists].map(([id, text]) => `<template id="words-${id}">${escapeHtml(text)}</template>`);
  return `<!doctype html>
<html lang="en" translate="no">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${title(languages)}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="format-detection" content="telephone=no">
<style>${style}</style>
</head>
<body>
${languages.map(intro).join('\n')}
${languages.map(page).join('\n')}
${languages.map((language) => texts(language, true, `texts-${language.tag}`)).join('\n')}
${words.join('\n')}
<script type="module">${script}</script>
</body>
</html>
`;
}

function title(all: readonly Language[]): string {
  return all.map(({ texts: of }) => escapeHtml(of['page.title'])).join(' · ');
}

function intro({ tag, direction, texts: of }: Language): string {
  return `<p lang="${tag}" dir="${direction}">${escapeHtml(of['offline.intro'])}</p>`;
}

function page(language: Language): string {
  const { tag, direction, list } = language;
  const say: Say = (key) => escapeHtml(language.texts[key]);
  const offline = (key: TextKey): string => escapeHtml(language.texts[key]);
  return `<template id="page-${tag}" data-list="${list}" data-direction="${direction}">
${bar(language, say, (other) => `#${other}`, leaveLink(say))}
<main>
<div id="notice" class="notice" role="alert" hidden></div>
<div id="home">
<section class="hero">
<h1 tabindex="-1" data-way="">${offline('offline.heading')}</h1>
<p class="lead" data-way="">${offline('offline.lead')}</p>
<h1 tabindex="-1" data-way="network">${offline('offline.netHeading')}</h1>
<p class="lead" data-way="network">${offline('offline.netLead')}</p>
<p id="ready" tabindex="-1" hidden></p>
<ul id="desks" class="desks"></ul>
<h2 data-way="">${offline('offline.how')}</h2>
<ul class="points" data-way=""><li>${offline('offline.howPage')}</li><li>${offline('offline.howDesk')}</li><li>${offline('offline.noReturn')}</li></ul>
<p id="mode"><a data-way="" href="#${tag}/network">${offline('offline.toNetwork')}</a><a data-way="network" href="#${tag}">${offline('offline.fromNetwork')}</a></p>
<div id="hero" class="actions"></div>
</section>
<section class="verification">
<h2>${say('who.wordsHeading')}</h2>
<div id="pack"></div>
<ol id="verification" ${wordsAttributes(list)} hidden>${'<li></li>'.repeat(8)}</ol>
<p id="checked" class="checked" hidden></p>
</section>
${before(say, ['work', 'near', 'keyboard', 'names'])}
${never((key) => (key === 'never.first' ? offline('offline.elsewhere') : say(key)))}
<section class="limits">
<h2>${say('limits.no')}</h2>
<ul class="nots"><li>${offline('offline.device')}</li><li>${offline('offline.carrier')}</li></ul>
</section>
<div id="start" class="start" hidden></div>
</div>
<div id="app" class="app" hidden></div>
</main>
<footer><p>${offline('offline.leaveHint')}</p></footer>
</template>`;
}
