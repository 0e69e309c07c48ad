/** A case as a document for people: HTML without scripts, links or anything that is loaded. */

import type { CallWords } from '../app/call-words.ts';
import { caseName } from '../app/case-name.ts';
import { writtenLanguage } from '../app/language.ts';
import { type OrderedItem, orderOf } from '../engine/conversation-order.ts';
import type { CaseFile, MessageView } from '../engine/view.ts';
import type { CodeWords } from './code-words.ts';
import type { ListedFile } from './export-files.ts';
import { directionOf, escaped } from './text-html.ts';
import { fill, type TranscriptTexts } from './transcript-texts.ts';

export interface TranscriptParts {
  readonly view: CaseFile;
  readonly texts: TranscriptTexts;
  readonly words: CallWords;
  /** What the codes of case work are called. */
  readonly codes: CodeWords;
  /** Of the message or reply of this id. */
  readonly filesOf: (id: string) => readonly ListedFile[];
  /** What people call a device. */
  readonly nameOf: (device: string) => string;
  /** Whether a case, hex of its id, goes out together with this one. */
  readonly isExported: (id: string) => boolean;
  readonly consent: { readonly by: string; readonly agreed: string };
  /** Whether what the team wrote for itself goes along. */
  readonly hasWork: boolean;
  /** UTC day of the export. */
  readonly day: number;
}

/** Text that is written as it is: never markup, whoever wrote it. */
class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** Everything that is put in is escaped, but what was made by this. */
function html(pieces: TemplateStringsArray, ...values: readonly (string | number | Html | readonly Html[])[]): Html {
  const parts = values.map((value) => {
    if (value instanceof Html) return value.text;
    if (typeof value === 'object') return value.map(({ text }) => text).join('');
    return escaped(String(value));
  });
  return new Html(pieces.reduce((all, piece, at) => all + (parts[at - 1] ?? '') + piece));
}

// MuPDF, which sets the PDF, knows no `anywhere`, and cuts off what does not break.
const style = [
  'p,li{overflow-wrap:break-word}',
  'body{font-family:sans-serif;line-height:1.5;max-width:46em;margin:1em auto;padding:0 1em}',
  'h1{font-size:1.5em}h2{font-size:1.2em;margin-top:1.5em}.about{color:#555;font-size:.85em;margin:1em 0 0}',
  '.text{margin:.2em 0;padding:.4em .7em;background:#f2f2f2}.is-desk{background:#e4edf7}',
  '.hash{font-family:monospace;font-size:.75em}',
].join('');

export function transcriptHtml(parts: TranscriptParts): string {
  const { view, texts } = parts;
  const heading = fill(texts.heading, { name: caseName(view.summary.id) });
  const { work } = view;
  const notes = work.notes.map(
    ({ day, device, text }) =>
      html`<p class="about">${dayText(day)} · ${parts.nameOf(device)}</p>${paragraphs(text, '')}`,
  );
  const trail = work.trail.map((step) => {
    const who = step.device === '' ? texts.source : parts.nameOf(step.device);
    return html`<li>${dayText(step.day)} · <bdi>${who}</bdi>: ${parts.codes.step(step)}</li>`;
  });
  const policy = "default-src 'none'; style-src 'unsafe-inline'";
  return html`<!doctype html>
<html lang="${texts['@@locale']}"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}"><meta name="viewport" content="width=device-width"><title>${heading}</title><style>${new Html(style)}</style></head>
<body><h1>${heading}</h1>
${facts(parts)}
<h2>${texts.conversation}</h2>
${conversation(parts)}
${parts.hasWork ? html`<h2>${texts.notes}</h2>\n${notes}\n<h2>${texts.trail}</h2>\n<ol>${trail}</ol>` : html``}
</body></html>
`.text;
}

function facts({ view, texts, codes, nameOf, isExported, consent, hasWork, day }: TranscriptParts): Html {
  const missing = (id: string): string => fill(texts.partMissing, { name: caseName(id) });
  const { work, summary } = view;
  const { mergedInto: above } = work;
  const exported = fill(texts.exportedText, {
    day: dayText(day),
    by: nameOf(consent.by),
    agreed: nameOf(consent.agreed),
  });
  const own: readonly (readonly [string, string])[] = [
    [texts.state, codes.state(work.state)],
    [texts.owner, work.owner === null ? '' : nameOf(work.owner)],
    [texts.tags, work.tags.join(', ')],
    [texts.access, codes.access(work.access)],
    [texts.motive, codes.motive(work.motive)],
    [texts.grades, work.grades.map((grade) => `${codes.grade(grade)} (${nameOf(grade.device)})`).join('; ')],
    [texts.links, work.links.map(caseName).join(', ')],
  ];
  const rows: readonly (readonly [string, string])[] = [
    [texts.id, summary.id],
    ...(hasWork ? own : []),
    [texts.partOf, above === null || !(hasWork || isExported(above)) ? '' : caseName(above)],
    [texts.parts, work.parts.map((id) => (isExported(id) ? caseName(id) : missing(id))).join(', ')],
    [texts.exported, exported],
  ];
  return html`${rows
    .filter(([, value]) => value !== '')
    .map(([label, value]) => html`<p><b>${label}:</b> <bdi>${value}</bdi></p>\n`)}`;
}

function conversation(parts: TranscriptParts): Html {
  return html`${orderOf(parts.view).map((one) => itemOf(parts, one))}`;
}

function itemOf(parts: TranscriptParts, one: OrderedItem): Html {
  const { texts, nameOf } = parts;
  switch (one.kind) {
    case 'message':
      return sourceMessage(parts, one.message);
    case 'incomplete': {
      const { day, parts: all, partsHere } = one.message;
      return item(day, texts.source, fill(texts.incomplete, { here: partsHere, parts: all }), '');
    }
    case 'reply': {
      const { id, day, author, text } = one.reply;
      return html`${item(day, fill(texts.desk, { who: nameOf(author) }), text, 'is-desk')}${files(parts, id)}`;
    }
  }
}

function sourceMessage(parts: TranscriptParts, message: MessageView): Html {
  const { texts, words, codes } = parts;
  const { id, day, text, isUnreadable } = message;
  const language = codes.language(writtenLanguage(message));
  const who = language === '' ? texts.source : `${texts.source} · ${language}`;
  const given = words
    .answers(message)
    .map(
      ({ question, values }) =>
        html`<p dir="auto"><b>${question.text}:</b> ${values.map((value) => value.text).join(', ')}</p>`,
    );
  return html`${item(day, who, isUnreadable ? texts.unreadable : text, '')}${given}${files(parts, id)}`;
}

function item(day: number, who: string, text: string, kind: string): Html {
  return html`<p class="about">${dayText(day)} · <bdi>${who}</bdi></p>${paragraphs(text, kind)}\n`;
}

function files({ texts, filesOf }: TranscriptParts, id: string): Html {
  return html`${filesOf(id).map(({ name, bytes, placed }) => {
    const file = html`<bdi>${fill(texts.file, { name, bytes })}</bdi>`;
    if ('leftOut' in placed) return html`<p>${file} · ${texts[`out.${placed.leftOut}`]}</p>\n`;
    const own = placed.files.map(
      ({ path, sha256 }) => html`<br>${fill(texts.fileAt, { path })}<br><span class="hash">SHA-256 ${sha256}</span>`,
    );
    const made = placed.form === 'original' ? null : placed.original;
    const original = made === null ? html`` : html`<br><span class="hash">${texts.originalHash} ${made}</span>`;
    return html`<p>${file} · ${texts[`as.${placed.form}`]}${own}${original}</p>\n`;
  })}`;
}

/** Each line runs in the direction of its own first letter. */
function paragraphs(text: string, kind: string): Html {
  return html`${text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => html`<p dir="${directionOf(line)}" class="text ${kind}">${line}</p>`)}`;
}

export function dayText(day: number): string {
  return new Date(day * 86_400_000).toISOString().slice(0, 10);
}
