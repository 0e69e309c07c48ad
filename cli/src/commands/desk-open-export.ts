/** `postern desk open-export`: opens cases that a desk has sealed for others, on a machine that needs no network and no desk. */

import { readFile } from 'node:fs/promises';
import { OpenArchiveError, type OpenProblem, openArchive } from '@postern/desk/export/open-archive';
import { Command } from 'commander';
import { type Context, type JsonOption, report } from '../terminal/context.ts';
import { Failure } from '../terminal/failure.ts';

interface OpenExportOptions extends JsonOption {
  readonly identity: string;
  readonly to: string;
}

const sentences: Readonly<Record<OpenProblem, string>> = {
  identity:
    'The file with the identity holds no secret key of age, one a line. Keys under a passphrase: decrypt them with age first.',
  sealed: 'It cannot be opened: it is sealed for somebody else, or cut off, or damaged.',
  form: 'It opens, but what is inside is no export. Nothing was kept of it.',
  hashes: 'It opens, but its files are not those of its list of hashes. Nothing was kept of it.',
  exists: 'The folder is there already. Nothing was changed.',
};

export function deskOpenExportCommand(context: Context): Command {
  return new Command('open-export')
    .description('open a sealed export of cases without any network, and check the hash of each file')
    .argument('<file>', 'what the desk has written, *.tar.age')
    .requiredOption('--identity <file>', 'secret key of age, as age-keygen writes it')
    .requiredOption('--to <folder>', 'where the files go; it must not exist')
    .option('--json', 'print one JSON object')
    .action((file: string, options: OpenExportOptions) => openExport(context, file, options));
}

async function openExport(context: Context, file: string, options: OpenExportOptions): Promise<void> {
  const identities = await readFile(options.identity, 'utf8');
  try {
    const files = await openArchive(file, identities, options.to);
    report(context, options, { folder: options.to, files }, [
      `${files.length} files, all as their list of hashes says, are in ${options.to}`,
      'Transcripts are safe to open. Other files come from sources: open them on a machine that may be lost.',
    ]);
  } catch (error) {
    if (error instanceof OpenArchiveError) throw new Failure('refused', sentences[error.code]);
    throw error;
  }
}
