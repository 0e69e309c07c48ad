/** Which of several names or texts somebody is shown. */

type Worded = { readonly language: string };

/** That in this language, else in one that shares its first part, else in English, which most can spell out, else the first. */
export function inLanguage<Text extends Worded>(texts: readonly Text[], language: string): Text | undefined {
  return (
    texts.find((text) => text.language === language) ??
    texts.find((text) => isAkin(text.language, language)) ??
    texts.find((text) => isAkin(text.language, 'en')) ??
    texts[0]
  );
}

/** @param a, b BCP 47 */
export function isAkin(a: string, b: string): boolean {
  return a.split('-')[0] === b.split('-')[0];
}
