/** `postern backup`: everything that a server needs to be put up again, while it goes on serving. */

import { Command } from 'commander';
import { explainBackup, writeBackupFolder } from '../organisation/backup-folder.ts';
import { type Context, type JsonOption, report } from '../terminal/context.ts';

interface BackupOptions extends JsonOption {
  readonly data: string;
}

export function backupCommand(context: Context): Command {
  return new Command('backup')
    .description("copy a server's data into a new folder, also while it runs")
    .argument('<folder>', 'the new folder')
    .requiredOption('--data <folder>', "the server's data folder")
    .option('--json', 'print one JSON object')
    .action((folder: string, options: BackupOptions) => backup(context, folder, options));
}

async function backup(context: Context, folder: string, options: BackupOptions): Promise<void> {
  await writeBackupFolder(options.data, folder);
  await explainBackup(folder);
  report(context, options, { folder }, [
    `Backup: ${folder}`,
    "It holds sealed messages and the server's key, nothing that can be read. Keep it as safe as the server's own disk, and",
    'delete old ones: what the server has deleted since is still in them.',
  ]);
}
