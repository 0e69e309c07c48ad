/** The tree of commands, and how a run of one of them ends. */

import { Command, CommanderError } from 'commander';
import { backupCommand } from './commands/backup.ts';
import { completionCommand } from './commands/completion.ts';
import { demoCommand } from './commands/demo.ts';
import { deskCommand } from './commands/desk.ts';
import { deviceCommand } from './commands/device.ts';
import { doctorCommand } from './commands/doctor.ts';
import { fingerprintCommand } from './commands/fingerprint.ts';
import { initCommand } from './commands/init.ts';
import { restoreCommand } from './commands/restore.ts';
import { rosterCommand } from './commands/roster.ts';
import { serveCommand } from './commands/serve.ts';
import { versionCommand } from './commands/version.ts';
import type { Context } from './terminal/context.ts';
import { exitCodes, failureOf } from './terminal/failure.ts';

const codesHelp = `
Exit codes: 0 done, 1 a check failed, 2 wrong use, 3 refused (wrong passphrase, exists already, bad signature),
4 something needed cannot be reached, read or written, 70 a fault of this program.
Results go to stdout, questions and problems to stderr. Nothing is asked unless stdin and stderr are terminals.`;

export function buildProgram(context: Context): Command {
  const program = new Command('postern')
    .description('Write anonymously to an organisation, be answered, stay safe.')
    .addHelpText('after', codesHelp)
    .commandsGroup('Try it:')
    .addCommand(demoCommand(context))
    .commandsGroup('Run it:')
    .addCommand(initCommand(context))
    .addCommand(serveCommand(context))
    .addCommand(deskCommand(context))
    .addCommand(doctorCommand(context))
    .addCommand(backupCommand(context))
    .addCommand(restoreCommand(context))
    .commandsGroup('Who belongs to it:')
    .addCommand(fingerprintCommand(context))
    .addCommand(deviceCommand(context))
    .addCommand(rosterCommand(context))
    .commandsGroup('Other:');
  program.addCommand(completionCommand(context, program)).addCommand(versionCommand(context));
  settle(program, context);
  return program;
}

/** Carries out one command line. @returns the exit code */
export async function runProgram(words: readonly string[], context: Context): Promise<number> {
  try {
    await buildProgram(context).parseAsync([...words], { from: 'user' });
    return exitCodes.ok;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    const { kind, message, isReported } = failureOf(error);
    context.note(`postern: ${message}`);
    if (words.includes('--json') && !isReported) context.print(JSON.stringify({ ok: false, problem: kind, message }));
    return exitCodes[kind];
  }
}

/** Commander writes and ends by itself unless every command of the tree is told otherwise. */
function settle(command: Command, context: Context): void {
  command.exitOverride();
  command.configureOutput({
    writeOut: (text) => context.print(text.trimEnd()),
    writeErr: (text) => context.note(text.trimEnd()),
    outputError: (text, write) => write(text.replace(/^error: /, 'postern: ')),
  });
  command.showHelpAfterError(`("postern ${pathOf(command)}--help" says more)`);
  for (const child of command.commands) settle(child, context);
}

function pathOf(command: Command): string {
  const names: string[] = [];
  for (let at: Command | null = command; at?.parent; at = at.parent) names.unshift(at.name());
  return names.map((name) => `${name} `).join('');
}
