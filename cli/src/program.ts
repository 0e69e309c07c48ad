/** The tree of commands, and how a run of one of them ends. */

import { Command, CommanderError } from 'commander';
import type { Context } from './terminal/context.ts';
import { exitCodes, failureOf } from './terminal/failure.ts';

type MakeCommand = (context: Context, program: Command) => Command;

/** Each in a file of its own, loaded when it is needed: the whole of them takes a second on a small machine. */
const commands: Readonly<Record<string, { readonly group: string; readonly load: () => Promise<MakeCommand> }>> = {
  demo: { group: 'Try it:', load: async () => (await import('./commands/demo.ts')).demoCommand },
  init: { group: 'Run it:', load: async () => (await import('./commands/init.ts')).initCommand },
  serve: { group: 'Run it:', load: async () => (await import('./commands/serve.ts')).serveCommand },
  desk: { group: 'Run it:', load: async () => (await import('./commands/desk.ts')).deskCommand },
  doctor: { group: 'Run it:', load: async () => (await import('./commands/doctor.ts')).doctorCommand },
  mirror: { group: 'Run it:', load: async () => (await import('./commands/mirror.ts')).mirrorCommand },
  onion: { group: 'Run it:', load: async () => (await import('./commands/onion.ts')).onionCommand },
  backup: { group: 'Run it:', load: async () => (await import('./commands/backup.ts')).backupCommand },
  restore: { group: 'Run it:', load: async () => (await import('./commands/restore.ts')).restoreCommand },
  fingerprint: {
    group: 'Who belongs to it:',
    load: async () => (await import('./commands/fingerprint.ts')).fingerprintCommand,
  },
  device: { group: 'Who belongs to it:', load: async () => (await import('./commands/device.ts')).deviceCommand },
  roster: { group: 'Who belongs to it:', load: async () => (await import('./commands/roster.ts')).rosterCommand },
  verify: { group: 'Who belongs to it:', load: async () => (await import('./commands/verify.ts')).verifyCommand },
  webcat: { group: 'Who belongs to it:', load: async () => (await import('./commands/webcat.ts')).webcatCommand },
  campaign: {
    group: 'Ask people to write:',
    load: async () => (await import('./commands/campaign.ts')).campaignCommand,
  },
  completion: { group: 'Other:', load: async () => (await import('./commands/completion.ts')).completionCommand },
  version: { group: 'Other:', load: async () => (await import('./commands/version.ts')).versionCommand },
};

const codesHelp = `
Exit codes: 0 done, 1 a check failed, 2 wrong use, 3 refused (wrong passphrase, exists already, bad signature),
4 something needed cannot be reached, read or written, 70 a fault of this program.
Results go to stdout, questions and problems to stderr. Nothing is asked unless stdin and stderr are terminals.`;

/** Carries out one command line. @returns the exit code */
export async function runProgram(words: readonly string[], context: Context): Promise<number> {
  try {
    const program = await buildProgram(context, words[0]);
    await program.parseAsync([...words], { from: 'user' });
    return exitCodes.ok;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    const { kind, message, isReported } = failureOf(error);
    context.note(`postern: ${message}`);
    if (words.includes('--json') && !isReported) context.print(JSON.stringify({ ok: false, problem: kind, message }));
    return exitCodes[kind];
  }
}

/** @param only the one command that is needed; everything if it is none, and for what looks at the whole tree */
export async function buildProgram(context: Context, only?: string): Promise<Command> {
  const program = new Command('postern')
    .description('Write anonymously to an organisation, be answered, stay safe.')
    // A command and its subcommand may have options of the same name.
    .enablePositionalOptions()
    .addHelpText('after', codesHelp);
  const isEnough = only !== undefined && only !== 'completion' && Object.hasOwn(commands, only);
  for (const [name, { group, load }] of Object.entries(commands)) {
    if (isEnough && name !== only) continue;
    const make = await load();
    program.addCommand(make(context, program).helpGroup(group));
  }
  const help = new Command('help').argument('[command]').description('print this, or how a command is used');
  program.addHelpCommand(help.helpGroup('Other:'));
  settle(program, context);
  return program;
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
