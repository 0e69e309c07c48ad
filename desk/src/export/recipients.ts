/** Who an export is sealed for: age recipients as people paste them, one a line. */

import { EXPORT_RECIPIENTS_MAX } from '@postern/protocol/constants';
import { Encrypter } from 'age-encryption';
import { keyLines } from './key-lines.ts';

export type RecipientProblem = 'recipients' | 'mixed';

const postQuantum = /^age1(?:pq|tagpq)1/;

/**
 * @param text as {@link keyLines} reads it
 * @returns each key once. `recipients`: none, too many, or one that is none. `mixed`: age tools refuse files
 *   that are sealed for recipients of both kinds, since the weaker one decides.
 */
export function readRecipients(text: string): readonly string[] | { readonly problem: RecipientProblem } {
  const lines = [...new Set(keyLines(text))];
  const seal = sealFor(lines);
  return seal instanceof Encrypter ? lines : seal;
}

/** What seals for all of these. Problems are those of {@link readRecipients}: what was agreed to came from another device too. */
export function sealFor(recipients: readonly string[]): Encrypter | { readonly problem: RecipientProblem } {
  if (recipients.length === 0 || recipients.length > EXPORT_RECIPIENTS_MAX) return { problem: 'recipients' };
  const strong = recipients.filter((one) => postQuantum.test(one)).length;
  if (strong !== 0 && strong !== recipients.length) return { problem: 'mixed' };
  const encrypter = new Encrypter();
  try {
    for (const one of recipients) encrypter.addRecipient(one);
  } catch {
    return { problem: 'recipients' };
  }
  return encrypter;
}
