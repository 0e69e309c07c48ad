/** Who an export is sealed for: age recipients as people paste them, one a line. */

import { Encrypter } from 'age-encryption';
import { keyLines } from './key-lines.ts';

export type RecipientProblem = 'recipients' | 'mixed';

const recipientsMax = 16;
const postQuantum = /^age1(?:pq|tagpq)1/;

/**
 * @param text as {@link keyLines} reads it
 * @returns what seals for all of them. `recipients`: none, too many, or one that is none. `mixed`: age tools refuse files
 *   that are sealed for recipients of both kinds, since the weaker one decides.
 */
export function sealFor(text: string): Encrypter | { readonly problem: RecipientProblem } {
  const lines = keyLines(text);
  if (lines.length === 0 || lines.length > recipientsMax) return { problem: 'recipients' };
  const strong = lines.filter((line) => postQuantum.test(line)).length;
  if (strong !== 0 && strong !== lines.length) return { problem: 'mixed' };
  const encrypter = new Encrypter();
  try {
    for (const line of lines) encrypter.addRecipient(line);
  } catch {
    return { problem: 'recipients' };
  }
  return encrypter;
}
