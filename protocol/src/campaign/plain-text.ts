/** Text that an organisation shows to strangers: nothing in it may hide, turn or run (spec/protocol.md section 2.7, CAM-3). */

import { WireError } from '../bytes/wire-error.ts';

/**
 * Signs that are not seen and change what is: control characters but for tab and line feed, marks that turn the
 * direction of what follows (Unicode UAX 9: embeddings, overrides, isolates), tags, and line separators. The marks LRM,
 * RLM, ALM, ZWJ and ZWNJ stay: Arabic, Persian and Indic texts need them.
 */
const unseen = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069\ufff9-\ufffb\p{Co}\p{Cs}\u{e0000}-\u{e007f}]/u;

/** A text of one or more lines. @throws WireError bad-value */
export function requirePlain(text: string): string {
  if (unseen.test(text.replaceAll(/[\n\t]/g, ''))) {
    throw new WireError('bad-value', 'read a text: it has a sign that is not seen');
  }
  return text;
}

/** A text of one line, with something in it. @throws WireError bad-value */
export function requireLine(text: string): string {
  if (text.trim() === '' || /[\n\t]/.test(text)) {
    throw new WireError('bad-value', 'read a line: it is empty or has more than one');
  }
  return requirePlain(text);
}
