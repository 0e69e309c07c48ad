// Reads the workspaces into what the architecture rules look at: modules, their imports, their manifests.
import { globSync, readFileSync } from 'node:fs';
import { posix, resolve } from 'node:path';
import { parseSync } from 'vite';

const workspaces = ['protocol', 'server', 'source', 'plain', 'desk', 'cli', 'sim'] as const;
const areas = [...workspaces, 'tools', 'bench'] as const;
export type Area = (typeof areas)[number];

export type Import = { readonly specifier: string; readonly line: number; readonly target: string | undefined };
export type Module = {
  readonly path: string;
  readonly area: Area;
  readonly isTest: boolean;
  readonly isConfig: boolean;
  readonly text: string;
  readonly program: SyntaxNode;
  readonly imports: readonly Import[];
  readonly lineAt: (offset: number) => number;
};
type Manifest = { readonly dependencies: readonly string[]; readonly devDependencies: readonly string[] };
export type Project = { readonly modules: readonly Module[]; readonly manifests: ReadonlyMap<string, Manifest> };

/** Any node of the parser's tree: the rules look at a few fields of a few kinds. */
export type SyntaxNode = { readonly type: string; readonly start: number; readonly [field: string]: unknown };

/** The project on disk. Manifests are keyed by workspace, the root's by the empty string. */
export function readProject(root: string): Project {
  const paths = globSync(`{${areas.join(',')}}/**/*.{ts,tsx}`, {
    cwd: root,
    exclude: (path) => /(^|\/)(node_modules|dist)(\/|$)/.test(path),
  });
  const files = new Map(paths.sort().map((path) => [path, readFileSync(resolve(root, path), 'utf8')]));
  for (const workspace of ['', ...workspaces]) {
    const path = posix.join(workspace, 'package.json');
    files.set(path, readFileSync(resolve(root, path), 'utf8'));
  }
  return projectOf(files);
}

/** A project from texts by path, as the rules' own tests make one. */
export function projectOf(files: ReadonlyMap<string, string>): Project {
  const manifests = new Map<string, Manifest>();
  const modules: Module[] = [];
  for (const [path, text] of files) {
    if (posix.basename(path) === 'package.json')
      manifests.set(path.split('/').slice(0, -1).join('/'), manifestOf(text));
    else modules.push(moduleOf(path, text, files));
  }
  return { modules, manifests };
}

function manifestOf(text: string): Manifest {
  const json = JSON.parse(text) as Record<string, Record<string, string> | undefined>;
  return {
    dependencies: Object.keys(json.dependencies ?? {}),
    devDependencies: Object.keys(json.devDependencies ?? {}),
  };
}

function moduleOf(path: string, text: string, files: ReadonlyMap<string, string>): Module {
  const parsed = parseSync(path, text);
  const fault = parsed.errors[0];
  if (fault !== undefined) throw new Error(`parse ${path}: ${fault.message}`);
  const program = parsed.program as unknown as SyntaxNode;
  const lineAt = lineFinder(text);
  return {
    path,
    area: path.split('/')[0] as Area,
    isTest: /\.test\.tsx?$/.test(path) || /[.-]contract\.ts$/.test(path) || /\/(test|tests|testing)\//.test(path),
    isConfig: path.endsWith('.config.ts'),
    text,
    program,
    imports: importsOf(program).map(({ specifier, start }) => ({
      specifier,
      line: lineAt(start),
      target: resolveImport(path, specifier, files),
    })),
    lineAt,
  };
}

function lineFinder(text: string): (offset: number) => number {
  return (offset) => text.slice(0, offset).split('\n').length;
}

const importingTypes = new Set([
  'ImportDeclaration',
  'ExportNamedDeclaration',
  'ExportAllDeclaration',
  'ImportExpression',
  'TSImportType',
]);

function importsOf(program: SyntaxNode): { specifier: string; start: number }[] {
  const found: { specifier: string; start: number }[] = [];
  walk(program, (node) => {
    const source = importingTypes.has(node.type) ? (node.source as SyntaxNode | null) : null;
    if (typeof source?.value === 'string') found.push({ specifier: source.value, start: node.start });
  });
  return found;
}

function resolveImport(from: string, specifier: string, files: ReadonlyMap<string, string>): string | undefined {
  if (specifier.startsWith('.')) {
    const path = posix.join(posix.dirname(from), specifier.split('?')[0] ?? specifier);
    return path;
  }
  const [, workspace, rest] = /^@postern\/([^/]+)\/(.+)$/.exec(specifier) ?? [];
  if (workspace === undefined) return undefined;
  const path = `${workspace}/src/${rest}`;
  return files.has(`${path}.tsx`) ? `${path}.tsx` : `${path}.ts`;
}

/** Visits every node in source order, with its parent and the field of the parent that holds it. */
export function walk(
  node: SyntaxNode,
  visit: (node: SyntaxNode, parent: SyntaxNode | undefined, field: string) => void,
  parent?: SyntaxNode,
  field = '',
): void {
  visit(node, parent, field);
  for (const [key, value] of Object.entries(node)) {
    for (const child of Array.isArray(value) ? value : [value]) {
      if (isSyntaxNode(child)) walk(child, visit, node, key);
    }
  }
}

function isSyntaxNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string';
}
