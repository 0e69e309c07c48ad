/** How a language of a call is named. */
import type { DeskPage } from '../desk-page.ts';

export function nameOf(page: DeskPage, language: string): string {
  return page.words.value.languageName(language) || language;
}
