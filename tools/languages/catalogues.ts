/** Where the message files are, which of them ship, and which of their texts the code says. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { kitLanguages } from '@postern/cli/campaign/kit/kit-words';
import { transcriptLanguages } from '@postern/desk/export/transcript-texts';
import { languages as deskLanguages } from '@postern/desk/page/languages/languages';
import { findingKinds } from '@postern/protocol/metadata/report';
import { languages as sourceLanguages } from '@postern/source/languages/languages';
import { staticSections } from '@postern/source/texts';

const root = join(import.meta.dirname, '..', '..');

export type Catalogue = {
  /** Of the message files, from the root of the project. */
  readonly folder: string;
  /** Tags of the languages that ship; other files in the folder are drafts. */
  readonly shipped: readonly string[];
  readonly hasForms: boolean;
  /** Keys that no code says. */
  readonly unused: (keys: readonly string[]) => readonly string[];
};

export const catalogues: readonly Catalogue[] = [
  {
    folder: 'source/src/languages',
    shipped: sourceLanguages.map(({ tag }) => tag),
    hasForms: false,
    unused: unusedBySource,
  },
  {
    folder: 'desk/page/languages',
    shipped: deskLanguages.map(({ tag }) => tag),
    hasForms: true,
    unused: unusedByDesk,
  },
  {
    folder: 'desk/src/export/languages',
    shipped: transcriptLanguages,
    hasForms: false,
    unused: (keys) => unusedIn(keys, 'desk/src/export/*.ts'),
  },
  {
    folder: 'cli/src/campaign/kit/languages',
    shipped: kitLanguages,
    hasForms: false,
    unused: (keys) => unusedIn(keys, 'cli/src/campaign/kit/*.ts'),
  },
];

function codeOf(...patterns: readonly string[]): string {
  const paths = globSync([...patterns], { cwd: root, exclude: (path) => path.endsWith('.test.ts') });
  return paths.map((path) => readFileSync(join(root, path), 'utf8')).join('\n');
}

/** What was found in a file is named by its kind. */
const traces = findingKinds.map((kind) => `trace.${kind}`);

function unusedBySource(keys: readonly string[]): readonly string[] {
  const code = codeOf('source/src/*.ts', 'source/src/views/*.ts', 'source/src/offline/*.ts', 'plain/src/**/*.ts');
  // Notices build these two forms from the code of the trouble.
  const built = [...code.matchAll(/^ {2}\| '(\w+)'/gm)].flatMap(([, kind]) => [
    `trouble.${kind}`,
    `trouble.${kind}Text`,
  ]);
  // `plain.x` takes the place of `x`, or is named where it is said; the server's notices have a list of their own.
  const isPlain = (key: string): boolean =>
    keys.includes(key.slice('plain.'.length)) || code.includes(`'${key.slice('plain.'.length)}'`);
  // How a look into a file went is named by its state.
  const isReview = (key: string): boolean => key.startsWith('review.') && code.includes(`'${key.slice(7)}'`);
  // The build puts them all into the HTML, and a test looks for each there.
  const isStatic = (key: string): boolean => staticSections.some((section) => key.startsWith(`${section}.`));
  return keys.filter(
    (key) =>
      !isStatic(key) &&
      !isReview(key) &&
      !traces.includes(key) &&
      !code.includes(`'${key}'`) &&
      !built.includes(key) &&
      !(key.startsWith('plain.') && isPlain(key)),
  );
}

function unusedByDesk(keys: readonly string[]): readonly string[] {
  const code = codeOf('desk/page/*.ts', 'desk/page/{calls,languages,views}/*.{ts,tsx}', 'desk/src/**/*.ts');
  const isKind = (kind: string | undefined): boolean => code.includes(`'${kind}'`);
  // Built from the code of a notice or of a problem.
  const isBuilt = (key: string): boolean =>
    isKind(/^(?:alert|export\.problem|file\.saveFailed)\.([^.]+)(?:\.do)?$/.exec(key)?.[1]);
  const isSaid = (key: string): boolean => code.includes(`'${key}'`) || code.includes(`"${key}"`);
  return keys.filter((key) => !isSaid(key) && !isBuilt(key) && !traces.includes(key));
}

/** Of texts that are named as members, between quotes, or by their first half and a code. */
function unusedIn(keys: readonly string[], pattern: string): readonly string[] {
  const code = codeOf(pattern);
  const usesOf = (key: string): string[] => [`.${key}`, `'${key}'`, `\`${key.split('.')[0]}.\${`];
  return keys.filter((key) => !usesOf(key).some((use) => code.includes(use)));
}

/** Keys that the code asks for in forms of number. */
export function countedByDesk(): readonly string[] {
  const calls = codeOf('desk/page/*.{ts,tsx}', 'desk/page/{calls,views}/*.{ts,tsx}').matchAll(/\bcount\(([^;]*?),/g);
  return [...calls].flatMap(([, call = '']) => [...call.matchAll(/'([\w.]+\.[\w.]+)'/g)].map(([, key = '']) => key));
}
