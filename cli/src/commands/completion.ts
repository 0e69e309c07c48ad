/** `postern completion`: prints a completion script for a shell. */

import { Argument, Command } from 'commander';
import { commandTree } from '../completion/command-tree.ts';
import { completionScript, type Shell, shells } from '../completion/scripts.ts';
import { type Context, type JsonOption, report } from '../terminal/context.ts';

/** @param program the whole tree, complete by the time it is asked */
export function completionCommand(context: Context, program: Command): Command {
  return new Command('completion')
    .description('print a completion script, such as: postern completion bash > ~/.bash_completion')
    .addArgument(new Argument('<shell>', 'which shell').choices(shells))
    .option('--json', 'print one JSON object')
    .action((shell: Shell, options: JsonOption) => {
      const script = completionScript(shell, commandTree(program));
      report(context, options, { shell, script }, [script.trimEnd()]);
    });
}
