/** What a kit has in words: captions, subtitles, plain text, and a page for the press. */

import { escapeHtml } from '@postern/server/http/fill-html';
import type { KitText } from './kit-text.ts';

/** Most that a platform takes, in its own count. X counts signs outside Latin scripts twice. */
export const captionLimits = {
  x: 280,
  telegram: 1024,
  instagram: 2200,
  tiktok: 2200,
  weibo: 2000,
  youtube: 5000,
} as const;
export type Platform = keyof typeof captionLimits;

/** As X counts; what other platforms count is never more than this. */
export function captionLength(text: string): number {
  let sum = 0;
  for (const character of text) sum += (character.codePointAt(0) ?? 0) <= 0x10ff ? 1 : 2;
  return sum;
}

/** Address and title always, the summary and the words as far as they fit. @returns null where not even the title does */
export function caption(text: KitText, platform: Platform): string | null {
  const { title, summary, address, say, words, until, organisation } = text;
  const listed = words.join(' ');
  // On a line of their own: what stands between words and list differs from language to language.
  const check = `${say.compare}\n${listed}`;
  const forms = [
    [organisation, title, summary, say.openWhole, address, check, until],
    [title, say.openWhole, address, check],
    [title, address, check],
    [title, address, listed],
    [title, address],
  ].map((lines) => [...markOf(text), ...lines].join('\n'));
  return forms.find((one) => captionLength(one) <= captionLimits[platform]) ?? null;
}

/** The captions by which nobody can tell the real page: without the verification words, or not made at all, for want of room. */
export function captionsWithoutWords(texts: readonly KitText[]): string[] {
  return texts.flatMap((text) =>
    (Object.keys(captionLimits) as Platform[])
      .filter((platform) => caption(text, platform)?.includes(text.words.join(' ')) !== true)
      .map((platform) => captionPath(text, platform)),
  );
}

/** Within the folder. */
export function captionPath({ language }: KitText, platform: Platform): string {
  return `${language}/caption-${platform}.txt`;
}

function markOf({ isDraft, say }: KitText): string[] {
  return isDraft ? [say.draft] : [];
}

/** Everything as text alone, for where pictures are not shown. */
export function plainText({
  organisation,
  title,
  summary,
  say,
  address,
  groups,
  words,
  until,
  isDraft,
}: KitText): string {
  return `${[
    ...(isDraft ? [say.draft, ''] : []),
    organisation,
    title,
    summary,
    '',
    say.open,
    ...groups,
    address,
    '',
    say.compare,
    words.join(' '),
    '',
    until,
  ].join('\n')}\n`;
}

const cueSeconds = 4;

/** Title, then the way there, two lines at a time, then the words, four seconds each. */
export function subtitles(text: KitText, form: 'srt' | 'vtt'): string {
  const { title, say, groups, words } = text;
  const way = [say.open, ...groups];
  const pairs = way.flatMap((_, at) => (at % 2 === 0 ? [way.slice(at, at + 2).join('\n')] : []));
  const cues = [[...markOf(text), title].join('\n'), ...pairs, `${say.compare}\n${words.join(' ')}`];
  const mark = form === 'srt' ? ',' : '.';
  const at = (seconds: number): string => `00:00:${String(seconds).padStart(2, '0')}${mark}000`;
  const written = cues.map((cue, i) => {
    const times = `${at(i * cueSeconds)} --> ${at((i + 1) * cueSeconds)}`;
    return form === 'srt' ? `${i + 1}\n${times}\n${cue}\n` : `${times}\n${cue}\n`;
  });
  return `${form === 'vtt' ? 'WEBVTT\n\n' : ''}${written.join('\n')}`;
}

/** Lists every file with its SHA-256, so that a newsroom can tell a file of the kit from a forged one. */
export function pressPage(
  texts: readonly KitText[],
  files: readonly { readonly path: string; readonly hash: string }[],
): string {
  const calls = texts.map(
    ({ language, say, title, summary, address, words, isDraft }) =>
      `<section lang="${language}" dir="${say.direction}">\n<h2>${escapeHtml(title)}</h2>\n${isDraft ? `<p><strong>${escapeHtml(say.draft)}</strong></p>\n` : ''}<p>${escapeHtml(summary)}</p>\n<p dir="ltr"><code>${escapeHtml(address)}</code></p>\n<p>${escapeHtml(say.compare)}<br><strong dir="ltr">${escapeHtml(words.join(' '))}</strong></p>\n</section>`,
  );
  const rows = files.map(
    ({ path, hash }) =>
      `<tr><td><a href="${escapeHtml(path)}">${escapeHtml(path)}</a></td><td><code>${hash}</code></td></tr>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(texts[0]?.organisation ?? '')}: ${escapeHtml(texts[0]?.title ?? '')}</title>
</head>
<body>
<main>
<h1>${escapeHtml(texts[0]?.organisation ?? '')}</h1>
${calls.join('\n')}
<h2>Files and their SHA-256</h2>
<table>
<tbody>
${rows.join('\n')}
</tbody>
</table>
</main>
</body>
</html>
`;
}
