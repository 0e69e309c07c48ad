/** Makes the page of one language for a clear-web address that takes no messages: where the onion address is, and how to tell it. */
import type { Language } from './languages.ts';
import { type Assets, bar, before, head, leaveLink, sayIn, verification } from './page-html.ts';

/** No script, no form. `{{groups}}` and `{{code}}` are the onion address in groups of letters, and as a QR code. */
export function clearHtml(language: Language, assets: Pick<Assets, 'icon' | 'style'>): string {
  const say = sayIn(language.texts);
  const { tag, direction } = language;
  return `<!doctype html>
<html lang="${tag}" dir="${direction}" translate="no">
<head>
${head(say, assets)}
</head>
<body>
${bar(language, say, (other) => `/${other}/`, leaveLink(say))}
<main>
<div id="home">
<section class="hero">
<h1>${say('home.heading')}</h1>
<p class="lead">${say('clear.why')}</p>
<h2>${say('clear.open')}</h2>
<p class="lead" dir="ltr"><code>{{groups}}</code></p>
<div>{{code}}</div>
</section>
${verification(language, say)}
${before(say, ['work', 'home', 'tor', 'near'])}
</div>
</main>
</body>
</html>
`;
}
