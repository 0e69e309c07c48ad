// The rules of the architecture, one function each: who may import whom, and what protocol and pages may not touch.
import { findCycles, findPath, importGraph } from './graph.ts';
import { callsOnGlobals, globalsOf, membersOf, type Use } from './identifiers.ts';
import type { Area, Import, Module, Project } from './project.ts';

export type Breach = { readonly rule: RuleName; readonly path: string; readonly line: number; readonly what: string };
export type RuleName = keyof typeof rules;

type Finding = Omit<Breach, 'rule'>;
type Rule = (project: Project) => readonly Finding[];

export const rules = {
  'workspace-imports': eachImport(breaksWorkspaceBorder),
  'crypto-libraries': cryptoOutsidePrimitives,
  'server-layers': rulesReachAdapters,
  'source-dependencies': sourceManifestGrows,
  undeclared: undeclaredDependencies,
  cycles: importCycles,
  ambient: ambientInProtocol,
  'html-sinks': htmlSinksInPages,
  length: longFiles,
} as const satisfies Record<string, Rule>;

/** Every breach of every rule, in the rules' order and then by file. */
export function findBreaches(project: Project): readonly Breach[] {
  return Object.entries(rules).flatMap(([rule, find]) =>
    find(project).map((finding) => ({ rule: rule as RuleName, ...finding })),
  );
}

// What code that ships may import beside its own workspace. Tests, tools and benchmarks may import every workspace.
const mayImport: Readonly<Record<Area, readonly string[]>> = {
  protocol: [],
  // Of `plain` only what they say to each other, and where it starts.
  server: ['protocol', 'plain'],
  source: ['protocol'],
  plain: ['protocol', 'source'],
  desk: ['protocol'],
  cli: ['protocol', 'server', 'desk', 'tools'],
  sim: ['protocol', 'server', 'source', 'desk'],
  tools: ['protocol', 'server', 'source', 'plain', 'desk', 'cli', 'sim', 'bench'],
  bench: ['protocol', 'server', 'source', 'plain', 'desk', 'cli', 'sim', 'tools'],
};

function breaksWorkspaceBorder(module: Module, { specifier, target }: Import): string | undefined {
  if (target === undefined) return undefined;
  const into = target.split('/')[0] ?? '';
  if (into === module.area) return undefined;
  const isTooling = into === 'tools' || into === 'bench' || into === 'vectors';
  if (specifier.startsWith('.') && !isTooling)
    return `reaches into ${into} by a relative path: import @postern/${into}`;
  if (module.isTest || (module.isConfig && isTooling)) return undefined;
  return mayImport[module.area].includes(into) ? undefined : `${module.area} may not import ${into}: ${specifier}`;
}

const cryptoLibraries =
  /^(@noble\/|hpke($|\/)|@hpke\/|@cloudflare\/blindrsa-ts|js-sha3|@scure\/bip39|(node:)?crypto($|\/))/;

function cryptoOutsidePrimitives(project: Project): readonly Finding[] {
  // Tests may: second implementations are what they compare with.
  const outside = project.modules.filter(({ path, isTest }) => !path.startsWith('protocol/src/primitives/') && !isTest);
  return outside.flatMap((module) => [
    ...module.imports
      .filter(({ specifier }) => cryptoLibraries.test(specifier))
      .map(({ specifier, line }) => ({ path: module.path, line, what: `imports ${specifier}` })),
    ...membersOf(module)
      .filter(({ name }) => name === 'subtle')
      .map(({ line }) => ({ path: module.path, line, what: 'uses crypto.subtle' })),
  ]);
}

function rulesReachAdapters(project: Project): readonly Finding[] {
  const graph = importGraph(project);
  const isAdapter = (path: string): boolean => /^server\/src\/(storage|http)(\/|\.ts$)/.test(path);
  return project.modules
    .filter(({ path, isTest }) => path.startsWith('server/src/rules/') && !isTest)
    .flatMap(({ path }) => {
      const way = findPath(graph, path, isAdapter);
      return way === undefined ? [] : [{ path, line: 1, what: `rules reach an adapter: ${way.join(' → ')}` }];
    });
}

function sourceManifestGrows(project: Project): readonly Finding[] {
  const dependencies = project.manifests.get('source')?.dependencies ?? [];
  const shipped = project.modules.filter(({ area, isTest, isConfig }) => area === 'source' && !isTest && !isConfig);
  return [
    ...dependencies
      .filter((name) => name !== '@postern/protocol')
      .map((name) => ({ path: 'source/package.json', line: 1, what: `depends on ${name}` })),
    ...shipped.flatMap(({ path, imports }) =>
      imports
        .filter(({ specifier }) => !/^(\.|@postern\/protocol\/)/.test(specifier))
        .map(({ specifier, line }) => ({ path, line, what: `imports ${specifier}` })),
    ),
  ];
}

function undeclaredDependencies(project: Project): readonly Finding[] {
  const root = project.manifests.get('');
  return eachImport((module, { specifier }) => {
    if (/^(\.|node:)/.test(specifier)) return undefined;
    const name = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
    const own = project.manifests.get(module.area);
    const isShipped = own !== undefined && !module.isTest && !module.isConfig;
    const declared = isShipped
      ? own.dependencies
      : [own?.dependencies, own?.devDependencies, root?.dependencies, root?.devDependencies].flatMap(
          (list) => list ?? [],
        );
    const isSelf = name === `@postern/${module.area}`;
    // Root tooling sees every workspace through the workspaces field of the root manifest.
    const isWorkspaceFromRoot = own === undefined && name.startsWith('@postern/');
    return declared.includes(name) || isSelf || isWorkspaceFromRoot ? undefined : `${name} is not in package.json`;
  })(project);
}

function importCycles(project: Project): readonly Finding[] {
  return findCycles(importGraph(project)).map((cycle) => ({ path: cycle[0] ?? '', line: 1, what: cycle.join(' → ') }));
}

const ambientGlobals = new Set(
  `fetch document window self navigator location history localStorage sessionStorage indexedDB caches XMLHttpRequest
   WebSocket EventSource Worker performance setTimeout setInterval setImmediate process Buffer require console`.split(
    /\s+/,
  ),
);
const ambientCalls = new Set(['Date.now', 'new Date()', 'Date()', 'Math.random', 'performance.now']);
const reachesRound = (name: string): boolean => name.startsWith('globalThis.') && name !== 'globalThis.crypto';
const ambientMembers = new Set('getRandomValues randomUUID randomBytes randomSecretKey randomPrivateKey'.split(' '));

function ambientInProtocol(project: Project): readonly Finding[] {
  return project.modules
    .filter(({ path, isTest }) => path.startsWith('protocol/src/') && !isTest)
    .flatMap((module) => {
      const found: Use[] = [
        ...globalsOf(module).filter(({ name }) => ambientGlobals.has(name) || ambientMembers.has(name)),
        ...callsOnGlobals(module).filter(({ name }) => ambientCalls.has(name) || reachesRound(name)),
        ...membersOf(module).filter(({ name }) => ambientMembers.has(name)),
        ...module.imports
          .filter(({ specifier }) => specifier.startsWith('node:'))
          .map(({ specifier, line }) => ({ name: specifier, line })),
      ];
      return found.map(({ name, line }) => ({
        path: module.path,
        line,
        what: `${name} is ambient: take it as an argument`,
      }));
    });
}

const htmlSinks = new Set(
  `innerHTML outerHTML insertAdjacentHTML dangerouslySetInnerHTML setHTMLUnsafe parseHTMLUnsafe srcdoc
   createContextualFragment`.split(/\s+/),
);

function htmlSinksInPages(project: Project): readonly Finding[] {
  return project.modules
    .filter(({ area, isTest, isConfig }) => (area === 'source' || area === 'desk') && !isTest && !isConfig)
    .flatMap((module) => {
      const found: Use[] = [
        ...membersOf(module).filter(({ name }) => htmlSinks.has(name)),
        ...globalsOf(module).filter(({ name }) => name === 'eval' || name === 'Function'),
        ...callsOnGlobals(module).filter(({ name }) => name === 'document.write' || name === 'document.writeln'),
      ];
      return found.map(({ name, line }) => ({ path: module.path, line, what: `uses ${name}` }));
    });
}

const linesMax = 400;

function longFiles(project: Project): readonly Finding[] {
  return project.modules
    .filter(({ path, isTest }) => !isTest && !/\/(lang|languages|locales)\//.test(path))
    .map(({ path, text }) => ({ path, lines: text.replace(/\n$/, '').split('\n').length }))
    .filter(({ lines }) => lines > linesMax)
    .map(({ path, lines }) => ({ path, line: linesMax + 1, what: `${lines} lines, at most ${linesMax}` }));
}

function eachImport(check: (module: Module, imported: Import) => string | undefined): Rule {
  return (project) =>
    project.modules.flatMap((module) =>
      module.imports.flatMap((imported) => {
        const what = check(module, imported);
        return what === undefined ? [] : [{ path: module.path, line: imported.line, what }];
      }),
    );
}
