/** `postern version`. */

import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { type Context, type JsonOption, report } from '../terminal/context.ts';

/** Of the whole project: all workspaces have one. */
export function projectVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}

export function versionCommand(context: Context): Command {
  return new Command('version')
    .description('print the version')
    .option('--json', 'print one JSON object')
    .action((options: JsonOption) => {
      const [version, node] = [projectVersion(), process.versions.node];
      report(context, options, { version, protocol: 1, node }, [`postern ${version}, protocol 1, Node ${node}`]);
    });
}
