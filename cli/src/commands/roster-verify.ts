/** `postern roster verify`: whether a roster is what the holder of a fingerprint has signed, and in use today. */

import { bytesToHex } from '@postern/protocol/bytes/encode';
import { verifyRoster } from '@postern/protocol/keys/roster-chain';
import { Command } from 'commander';
import { readSignedRoster } from '../organisation/roster-file.ts';
import { isFingerprint } from '../organisation/verification.ts';
import { type Context, dayText, type JsonOption, report, todayOf } from '../terminal/context.ts';
import { Failure, failureOf } from '../terminal/failure.ts';

interface RosterVerifyOptions extends JsonOption {
  readonly fingerprint: string;
}

export function rosterVerifyCommand(context: Context): Command {
  return new Command('verify')
    .description('check the signature and the days of a roster; exit code 1 if it does not hold')
    .argument('<file>', 'the signed roster')
    .requiredOption('--fingerprint <words>', 'verification words, 64 digits or the text of the QR code')
    .option('--json', 'print one JSON object')
    .action((file: string, options: RosterVerifyOptions) => verify(context, file, options));
}

async function verify(context: Context, file: string, options: RosterVerifyOptions): Promise<void> {
  try {
    const roster = await readSignedRoster(file);
    if (!(await isFingerprint(options.fingerprint, roster.fingerprint))) {
      throw new Failure('failedCheck', 'The roster is signed by another root key.');
    }
    await verifyRoster(roster.signed, roster.fingerprint, todayOf(context));
    const { number, lastDay, fingerprint } = roster;
    report(context, options, { ok: true, number, lastDay: dayText(lastDay), fingerprint: bytesToHex(fingerprint) }, [
      `Roster ${number} is signed by that key and valid until ${dayText(lastDay)}.`,
    ]);
  } catch (error) {
    const failure = failureOf(error);
    throw failure.kind === 'refused' ? new Failure('failedCheck', failure.message) : failure;
  }
}
