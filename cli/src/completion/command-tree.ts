/** What shells need to know of the commands, taken from the tree that parses them. */

import type { Command } from 'commander';

export interface CompletedWord {
  readonly word: string;
  readonly description: string;
}

/** One command of the tree; `path` is empty for the program itself, else such as `device add`. */
export interface CompletedCommand {
  readonly path: string;
  readonly commands: readonly CompletedWord[];
  /** Long options. */
  readonly options: readonly CompletedWord[];
}

/** The program and all of its commands, parents before their children. */
export function commandTree(command: Command, path = ''): CompletedCommand[] {
  const help = command.createHelp();
  const children = help
    .visibleCommands(command)
    .map((child) => ({ word: child.name(), description: child.description() }));
  const options = help
    .visibleOptions(command)
    .flatMap(({ long, description }) => (typeof long === 'string' ? [{ word: long, description }] : []));
  const below = command.commands.flatMap((child) => commandTree(child, `${path} ${child.name()}`.trim()));
  return [{ path, commands: children, options }, ...below];
}
