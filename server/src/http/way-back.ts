/** What a browser shows where there is nothing: one page for all addresses, with the ways to the first pages (spec/http.md, section 4, HTTP-11). */

import type { Counters } from '../rules/counters.ts';
import type { Answer } from './answer.ts';
import { stillPolicy } from './headers.ts';
import type { Handler, Incoming } from './listener.ts';
import type { Pages } from './pages.ts';
import { problemCounter } from './problem.ts';
import { Refusal } from './refusal.ts';

/** Languages by what each calls itself: whoever looks for a page may have no other in common with it. */
type Ways = Pages['wayBack'];

export function withWayBack(ways: Ways, counters: Counters, next: Handler): Handler {
  const answer: Answer = {
    status: 404,
    type: 'text/html; charset=utf-8',
    body: new TextEncoder().encode(pageHtml(ways)),
    headers: [stillPolicy("'none'")],
    isStill: true,
  };
  return async (incoming) => {
    try {
      return await next(incoming);
    } catch (error) {
      if (!(error instanceof Refusal) || error.problem !== 'not-found' || !asksForPage(incoming)) throw error;
      counters.add(problemCounter('not-found'));
      return answer;
    }
  };
}

/** As browsers do when a person goes somewhere, and no script does. */
function asksForPage({ method, headers }: Incoming): boolean {
  return (method === 'GET' || method === 'HEAD') && headers.accept?.includes('text/html') === true;
}

/** Nothing of what was asked for stands in it. */
function pageHtml({ languages, style }: Ways): string {
  const link = ({ language, name, direction }: Ways['languages'][number]): string =>
    `<p><a href="/${language}/" hreflang="${language}" lang="${language}" dir="${direction}">${name}</a></p>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>404</title>
<link rel="stylesheet" href="${style}">
</head>
<body>
<main>
<h1>404</h1>
${languages.map(link).join('\n')}
</main>
</body>
</html>
`;
}
