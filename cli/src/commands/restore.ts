/** `postern restore`: a new data folder from a backup. */

import { bytesToHex } from '@postern/protocol/bytes/encode';
import { Command } from 'commander';
import { restoreBackupFolder } from '../organisation/backup-folder.ts';
import { type Context, type JsonOption, report } from '../terminal/context.ts';

export function restoreCommand(context: Context): Command {
  return new Command('restore')
    .description('make a new data folder from a backup; never overwrites one')
    .argument('<backup>', 'the folder of "postern backup"')
    .argument('<data>', 'the new data folder')
    .option('--json', 'print one JSON object')
    .action((backup: string, data: string, options: JsonOption) => restore(context, backup, data, options));
}

async function restore(context: Context, backup: string, data: string, options: JsonOption): Promise<void> {
  const { fingerprint } = await restoreBackupFolder(backup, data);
  report(context, options, { data, fingerprint: bytesToHex(fingerprint) }, [
    `Restored: ${data}. Start it:  npx postern serve ${data}`,
    'Desks put back by themselves what the server has lost of their logs and rosters since the backup. Messages that came',
    'after it are lost unless a desk had them already.',
  ]);
}
