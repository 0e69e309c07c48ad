// Checks the message files: `node tools/languages.ts` all of them, as `npm run check` does; with paths only those.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { type Catalogue, catalogues, countedByDesk } from './languages/catalogues.ts';
import { type Fault, faultsOf, noteFaults, type Term } from './languages/check-file.ts';
import glossary from './languages/glossary.json' with { type: 'json' };
import { formsOf, type MessageFile, readMessageFile } from './languages/message-file.ts';

const root = join(import.meta.dirname, '..');
const terms: Readonly<Record<string, Term>> = glossary;

/** One line for each fault of a catalogue's files, with the path; `notes` are lines about drafts. */
export type Findings = { readonly faults: readonly string[]; readonly notes: readonly string[] };

/** @param only paths of message files from the root; empty: all, and what concerns all of them */
export function checkCatalogue(catalogue: Catalogue, only: readonly string[] = []): Findings {
  const { folder, shipped, hasForms } = catalogue;
  const english = readMessageFile(readFileSync(join(root, folder, 'en.json'), 'utf8'));
  const names = readdirSync(join(root, folder)).filter((name) => name.endsWith('.json'));
  const found = names
    .map((name) => `${folder}/${name}`)
    .filter((path) => only.length === 0 || only.includes(path))
    .map((path) => {
      const tag = basename(path, '.json');
      const file = tag === 'en' ? english : readMessageFile(readFileSync(join(root, path), 'utf8'));
      const { faults, missing } = faultsOf(file, { english, terms, hasForms });
      const isDraft = !shipped.includes(tag);
      const named = file.locale === tag ? [] : [{ key: '@@locale', what: `is ${file.locale}, wanted ${tag}` }];
      const lacking = isDraft ? [] : missing.map((key) => ({ key, what: 'is missing' }));
      const all = [...named, ...faults, ...lacking, ...(tag === 'en' ? englishFaults(catalogue, english) : [])];
      const note = `${path}: a draft, ${missing.length} of ${english.texts.size} texts are missing: ${missing.join(' ')}`;
      return { faults: all.map((fault) => lineOf(path, fault)), notes: isDraft ? [note] : [] };
    });
  const gone = (only.length === 0 ? shipped : [])
    .filter((tag) => !names.includes(`${tag}.json`))
    .map((tag) => `${folder}/${tag}.json: is missing`);
  return { faults: [...gone, ...found.flatMap(({ faults }) => faults)], notes: found.flatMap(({ notes }) => notes) };
}

function englishFaults({ unused, hasForms }: Catalogue, english: MessageFile): readonly Fault[] {
  const keys = [...english.texts.keys()];
  return [
    ...noteFaults(english),
    ...unused(keys).map((key) => ({ key, what: 'is unused: no code says it' })),
    ...(hasForms ? countFaults(english) : []),
  ];
}

/** A text with forms is said with a number, and only such a text is. */
function countFaults({ texts }: MessageFile): readonly Fault[] {
  const counted = countedByDesk();
  return [...texts].flatMap(([key, text]) => {
    const hasForms = formsOf(text)[0]?.name !== '';
    if (hasForms === counted.includes(key)) return [];
    return [{ key, what: hasForms ? 'has forms of number but is said without one' : 'has no forms of number' }];
  });
}

function lineOf(path: string, { key, what }: Fault): string {
  return `${path}: ${key} ${what}`;
}

if (import.meta.main) {
  const only = process.argv.slice(2).map((path) => relative(root, resolve(path)));
  const findings = catalogues.map((catalogue) => checkCatalogue(catalogue, only));
  for (const line of findings.flatMap(({ notes }) => notes)) console.log(line);
  for (const line of findings.flatMap(({ faults }) => faults)) console.error(line);
  process.exitCode = findings.some(({ faults }) => faults.length > 0) ? 1 : 0;
}
