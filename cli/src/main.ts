/** The command line: `postern <command>`. Loads what a command needs only when it runs. */

import { runProgram } from './program.ts';
import { machineContext } from './terminal/context.ts';

// `npm start` comes here without the launcher: what Node calls experimental is of no use to whoever runs this.
process.removeAllListeners('warning');
process.exitCode = await runProgram(process.argv.slice(2), machineContext());
