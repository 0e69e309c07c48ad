// Checks the rules of the architecture on the whole project: `node tools/architecture.ts`, part of `npm run check`.
import { join } from 'node:path';
import { type Exception, exceptions } from './architecture/exceptions.ts';
import { type Project, readProject } from './architecture/project.ts';
import { type Breach, findBreaches } from './architecture/rules.ts';

/** Breaches that no exception covers, and exceptions that cover nothing, each as one line. */
export function reportArchitecture(project: Project, allowed: readonly Exception[]): readonly string[] {
  const breaches = findBreaches(project);
  const covers = ({ rule, path }: Exception, breach: Breach): boolean => rule === breach.rule && path === breach.path;
  return [
    ...breaches
      .filter((breach) => !allowed.some((exception) => covers(exception, breach)))
      .map(({ rule, path, line, what }) => `${path}:${line}: ${rule}: ${what}`),
    ...allowed
      .filter((exception) => !breaches.some((breach) => covers(exception, breach)))
      .map(({ rule, path }) => `tools/architecture/exceptions.ts: ${rule}: ${path} no longer needs its exception`),
  ];
}

if (import.meta.main) {
  const lines = reportArchitecture(readProject(join(import.meta.dirname, '..')), exceptions);
  for (const line of lines) console.log(line);
  process.exitCode = lines.length === 0 ? 0 : 1;
}
