/** `postern doctor`: everything about a server that an operator should know, in one look. */

import { dayOf } from '@postern/protocol/time';
import { openDataFolder } from '@postern/server/files/data-folder';
import { onionAddress } from '@postern/server/onion/onion-key';
import { Command } from 'commander';
import { type Finding, failed } from '../doctor/finding.ts';
import { checkCoreDumps, checkDisk, checkNode, checkRights, checkSwap } from '../doctor/machine-checks.ts';
import { checkOnion } from '../doctor/onion-checks.ts';
import {
  checkCampaigns,
  checkClock,
  checkDayKeys,
  checkListedOnion,
  checkOfflinePage,
  checkRoster,
  checkServerKey,
  checkStorage,
} from '../doctor/organisation-checks.ts';
import { checkPlain } from '../doctor/plain-check.ts';
import { checkServed } from '../doctor/served-checks.ts';
import { hashOfOfflinePage } from '../organisation/offline-page.ts';
import { readChain, withStorage } from '../organisation/roster-store.ts';
import { type Context, type JsonOption, report } from '../terminal/context.ts';
import { Failure, failureOf } from '../terminal/failure.ts';

const marks = { ok: 'ok   ', warning: 'warn ', failed: 'FAIL ' } as const;

export function doctorCommand(context: Context): Command {
  return new Command('doctor')
    .description(
      'check a server: rights, storage, roster, day keys, clock, disk, memory, port, onion address; exit code 1 if one fails',
    )
    .argument('<data>', "the server's data folder")
    .option('--json', 'print one JSON object')
    .action((data: string, options: JsonOption) => doctor(context, data, options));
}

async function doctor(context: Context, data: string, options: JsonOption): Promise<void> {
  const findings = [
    checkNode(),
    await checkRights(data),
    ...(await inFolder(data, context.now())),
    ...(await checkOnion(data, context.random)),
    await checkDisk(data),
    await checkSwap(),
    await checkCoreDumps(),
    await checkPlain(),
  ];
  const failures = findings.filter(({ state }) => state === 'failed').length;
  const isOk = failures === 0;
  report(
    context,
    options,
    { ok: isOk, findings },
    findings.map(({ state, text }) => marks[state] + text),
  );
  if (!isOk) throw new Failure('failedCheck', `${failures} of ${findings.length} checks failed.`, true);
}

/** A folder that cannot be opened ends these checks with why. */
async function inFolder(data: string, now: number): Promise<Finding[]> {
  const today = dayOf(now);
  try {
    const { settings, seed } = await openDataFolder(data);
    const findings = await withStorage(data, async (_folder, storage) => {
      const sound = await checkStorage(storage);
      const chain = await readChain(storage, settings.fingerprint);
      return [
        sound,
        await checkServerKey(seed, chain),
        checkRoster(chain, today),
        // A key that cannot be read is told by the checks of the onion addresses.
        ...checkListedOnion(chain, await onionAddress(data, 'public').catch(() => null)),
        ...checkOfflinePage(chain, await hashOfOfflinePage()),
        ...(await checkDayKeys(storage, chain, today)),
        ...(await checkCampaigns(storage, chain)),
        await checkClock(storage, chain, today),
      ];
    });
    seed.fill(0);
    return [...findings, ...(await checkServed(settings, now))];
  } catch (error) {
    const failure = failureOf(error);
    if (failure.kind === 'fault') throw error;
    return [failed('folder', failure.message)];
  }
}
