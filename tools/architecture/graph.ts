// The import graph of the project: its cycles, and what a module can reach.
import type { Module, Project } from './project.ts';

/** Modules of the project that each module imports, by path; imports of other files are left out. */
export function importGraph(project: Project): ReadonlyMap<string, readonly string[]> {
  const known = new Set(project.modules.map(({ path }) => path));
  const targets = (module: Module): string[] =>
    module.imports.flatMap(({ target }) => (target !== undefined && known.has(target) ? [target] : []));
  return new Map(project.modules.map((module) => [module.path, targets(module)]));
}

/** The shortest way from one module to any that `isGoal` accepts, both ends included; undefined when there is none. */
export function findPath(
  graph: ReadonlyMap<string, readonly string[]>,
  from: string,
  isGoal: (path: string) => boolean,
): readonly string[] | undefined {
  const seen = new Set([from]);
  const queue: string[][] = [[from]];
  for (let way = queue.shift(); way !== undefined; way = queue.shift()) {
    for (const next of graph.get(way.at(-1) ?? from) ?? []) {
      if (isGoal(next)) return [...way, next];
      if (seen.has(next)) continue;
      seen.add(next);
      queue.push([...way, next]);
    }
  }
  return undefined;
}

/** One shortest cycle for each group of modules that import each other, starting at the first of them by name. */
export function findCycles(graph: ReadonlyMap<string, readonly string[]>): readonly (readonly string[])[] {
  const cycles: (readonly string[])[] = [];
  const covered = new Set<string>();
  for (const path of [...graph.keys()].sort()) {
    if (covered.has(path)) continue;
    const cycle = findPath(graph, path, (next) => next === path);
    if (cycle === undefined) continue;
    cycles.push(cycle);
    for (const member of graph.keys()) {
      const isInGroup =
        findPath(graph, path, (next) => next === member) !== undefined &&
        findPath(graph, member, (next) => next === path) !== undefined;
      if (isInGroup) covered.add(member);
    }
  }
  return cycles;
}
