// Compares the requirements of spec/*.md with the tests that name them: `node tools/musts.ts`, part of `npm run check`.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Module, readProject, type SyntaxNode, walk } from './architecture/project.ts';

export type Place = { readonly path: string; readonly line: number };
export type Requirement = Place & { readonly id: string };

const idPattern = /\[([A-Z][A-Z0-9]*-\d+)\]/g;
// A requirement opens its line, after the mark of a list, table or quotation.
const definition = /^\s*(?:[-*+>|]\s+|\d+\.\s+)?(?:\*\*)?\[([A-Z][A-Z0-9]*-\d+)\]/;

/** What is wrong between specification and tests, one line each; empty when every requirement has its test. */
export function reportMusts(specs: ReadonlyMap<string, string>, tests: readonly Module[]): readonly string[] {
  const read = [...specs].map(([path, text]) => readSpec(path, text));
  const defined = read.flatMap(({ requirements }) => requirements);
  const known = new Set(defined.map(({ id }) => id));
  const named = tests.flatMap((module) => idsInTests(module));
  const covered = new Set(named.map(({ id }) => id));
  const twice = defined.filter(({ id }, index) => defined.findIndex((other) => other.id === id) < index);
  const unknown = [...read.flatMap(({ references }) => references), ...named].filter(({ id }) => !known.has(id));
  return [
    ...read.flatMap(({ nameless }) => nameless).map((place) => `${at(place)}: MUST without an id`),
    ...twice.map((place) => `${at(place)}: [${place.id}] is defined twice`),
    ...unknown.map((place) => `${at(place)}: [${place.id}] is not in the specification`),
    ...defined.filter(({ id }) => !covered.has(id)).map((place) => `${at(place)}: [${place.id}] has no test`),
  ];
}

type Spec = {
  readonly requirements: readonly Requirement[];
  readonly references: readonly Requirement[];
  readonly nameless: readonly Place[];
};

/** Ids that a document defines, ids that it mentions, and lines with a MUST that has none. Code blocks are left out. */
export function readSpec(path: string, text: string): Spec {
  const requirements: Requirement[] = [];
  const references: Requirement[] = [];
  const nameless: Place[] = [];
  let isCode = false;
  for (const [index, content] of text.split('\n').entries()) {
    const place = { path, line: index + 1 };
    if (/^\s*(```|~~~)/.test(content)) isCode = !isCode;
    if (isCode) continue;
    const id = definition.exec(content)?.[1];
    if (id !== undefined) requirements.push({ ...place, id });
    else if (/\bMUST\b/.test(content.replaceAll(/`[^`]*`/g, ''))) nameless.push(place);
    const mentioned = [...content.matchAll(idPattern)].map(([, name = '']) => name);
    for (const name of id === undefined ? mentioned : mentioned.slice(1)) references.push({ ...place, id: name });
  }
  return { requirements, references, nameless };
}

/** Ids in the names of tests that run: strings given to a call, unless that call or one around it skips. */
export function idsInTests(module: Module): readonly Requirement[] {
  const found: Requirement[] = [];
  const skipped: { start: number; end: number }[] = [];
  walk(module.program, (node, parent, field) => {
    if (node.type === 'CallExpression' && isSkipped(node.callee as SyntaxNode))
      skipped.push({ start: node.start, end: Number(node.end) });
    if (field !== 'arguments' || parent?.type !== 'CallExpression') return;
    if (skipped.some(({ start, end }) => start <= node.start && node.start < end)) return;
    for (const [, id = ''] of textOf(node).matchAll(idPattern))
      found.push({ id, path: module.path, line: module.lineAt(node.start) });
  });
  return found;
}

// `it.skip`, `it.todo`, and a chain of calls such as `describe.skip.each(…)`. `skipIf` depends on the machine: it counts.
function isSkipped(callee: SyntaxNode): boolean {
  if (callee.type === 'CallExpression') return isSkipped(callee.callee as SyntaxNode);
  if (callee.type !== 'MemberExpression') return false;
  const { name } = callee.property as SyntaxNode;
  return name === 'skip' || name === 'todo' || isSkipped(callee.object as SyntaxNode);
}

function textOf(node: SyntaxNode): string {
  if (typeof node.value === 'string') return node.value;
  if (node.type !== 'TemplateLiteral') return '';
  return (node.quasis as { value: { raw: string } }[]).map(({ value }) => value.raw).join(' ');
}

function at({ path, line }: Place): string {
  return `${path}:${line}`;
}

if (import.meta.main) {
  const root = join(import.meta.dirname, '..');
  const paths = globSync('spec/*.md', { cwd: root }).sort();
  const specs = new Map(paths.map((path) => [path, readFileSync(join(root, path), 'utf8')]));
  const tests = readProject(root).modules.filter(({ isTest, path }) => isTest && path !== 'tools/musts.test.ts');
  const lines = reportMusts(specs, tests);
  for (const line of lines) console.log(line);
  process.exitCode = lines.length === 0 ? 0 : 1;
}
