/** A clear-web address that only leads to the onion address: what it shows, and that it takes nothing (HTTP-8). */

import type { Counters } from '../rules/counters.ts';
import { staticAnswer } from './answer.ts';
import type { Handler } from './listener.ts';
import type { Pages } from './pages.ts';
import { Refusal } from './refusal.ts';

/** What those pages name, calls to read, what the operator's own checks ask for. Never a script, a form or a post. */
const sameForm = /^\/(?:a\/[^/]+\.(?:css|svg)|c\/.+|roster|bundle|index\/0|healthy)$/;

/** @param next answers what is the same at every address */
export function clearOnly(pages: Pick<Pages, 'find' | 'findClear'>, counters: Counters, next: Handler): Handler {
  return (incoming) => {
    const { method, target, headers } = incoming;
    const page = pages.findClear(target);
    if (page === null) {
      if (pages.find(target) === 'no-roster') throw new Refusal('no-roster');
      if (!sameForm.test(target)) throw new Refusal('not-found');
      return next(incoming);
    }
    if (method !== 'GET' && method !== 'HEAD') throw new Refusal('method', 'GET, HEAD');
    counters.add('pages');
    return staticAnswer(page, headers['accept-encoding'], headers['if-none-match']);
  };
}
