/** Checks what this machine takes from the processes that serve visits without scripts, by starting one. */

import { launchVisit } from '@postern/server/plain/launch';
import { VisitProcess } from '@postern/server/plain/visit-process';
import { type Finding, failed, ok, warning } from './finding.ts';

const waitMsMax = 15_000;
const missing = {
  noNetwork: 'they could reach the network (wanted: unshare, and user namespaces that are permitted)',
  noDisk: 'they could write to the disk',
  noCore: 'a crash of one may write its memory to the disk (wanted: prlimit)',
  noPrivileges: 'they could gain privileges (wanted: setpriv)',
} as const;

const noStart = failed('plain', 'The process that serves visits without scripts does not start.');

export async function checkPlain(): Promise<Finding> {
  const starts = launchVisit();
  if (starts === null) return noStart;
  const process = new VisitProcess(starts, () => Promise.reject(new Error('answer a call: nobody serves')));
  const waited = new Promise<null>((resolve) => setTimeout(resolve, waitMsMax, null).unref());
  const found = await Promise.race([process.confinement, waited]);
  process.end();
  if (found === null) return noStart;
  const names = Object.keys(missing) as (keyof typeof missing)[];
  const lacks = names.filter((name) => !found[name]).map((name) => missing[name]);
  if (lacks.length === 0) {
    return ok('plain', 'Visits without scripts run without network, disk, new privileges or core dumps.');
  }
  return warning('plain', `Visits without scripts have more reach than they need: ${lacks.join('; ')}.`);
}
