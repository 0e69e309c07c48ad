/** In which language the page at `/` is. */

import { isAkin } from '@postern/protocol/keys/in-language';
import type { VerifiedRoster } from '@postern/protocol/keys/roster-chain';

/**
 * @param languages of the pages, in their order
 * @param chosen by the operator; by default the first in which the organisation has a name, or the first
 * @returns none if there are no pages
 */
export function firstLanguage(
  languages: readonly string[],
  { names }: Pick<VerifiedRoster, 'names'>,
  chosen: string | undefined,
): string | undefined {
  const hasName = (language: string): boolean => names.some((name) => isAkin(name.language, language));
  const wanted = [chosen, ...languages.filter(hasName), languages[0]];
  return wanted.find((language) => language !== undefined && languages.includes(language));
}
