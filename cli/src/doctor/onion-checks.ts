/** Checks of the onion addresses: their keys, the tor that serves them, and whether the network has them just now. */

import type { Random } from '@postern/protocol/primitives/random';
import { type AddressFacts, type OnionFacts, onionStatus } from '@postern/server/onion/onion-status';
import { machineTimer } from '@postern/server/options';
import { type Finding, failed, ok, warning } from './finding.ts';

/** Nothing for a server that has never had an onion address. */
export async function checkOnion(dataFolder: string, random: Random): Promise<Finding[]> {
  const facts = await onionStatus({ dataFolder, timer: machineTimer, random });
  if (facts.public.key === 'missing' && facts.desk.key === 'missing') return [];
  return onionFindings(facts);
}

export function onionFindings(facts: OnionFacts): Finding[] {
  return [checkTor(facts), checkAddress('onion', 'The onion address', facts.public), ...checkDesks(facts)];
}

function checkTor({ program, running }: OnionFacts): Finding {
  if (program === null) return failed('tor', 'tor is not installed: apt install tor.');
  if (running === null)
    return warning(
      'tor',
      `tor ${program.version} is installed; none of its own runs for this server: postern serve --onion. One of --tor-control is not seen here.`,
    );
  if (running.progress < 100) return failed('tor', `tor has reached ${running.progress} % of its way to the network.`);
  if (!program.hasProofOfWork)
    return warning('tor', `tor ${running.version} runs without proof of work: a flood can block the onion address.`);
  return ok('tor', `tor ${running.version} runs and has reached the network.`);
}

function checkAddress(check: string, what: string, { key, address, isPublished }: AddressFacts): Finding {
  switch (key) {
    case 'missing':
      return warning(check, `${what} is not made yet: postern serve --onion makes it.`);
    case 'open':
      return failed(check, `${what}: others on this machine can read its key, so it is not used.`);
    case 'damaged':
      return failed(check, `${what}: its key is damaged. Take it from the newest backup.`);
    case 'good':
      if (isPublished === null) return warning(check, `${what} is ${address}; whether it is published cannot be told.`);
      if (isPublished) return ok(check, `${what} ${address} is published.`);
      return failed(check, `${what} ${address} is not published: nobody can reach it now.`);
  }
}

/** Not published while no device is listed for it, which is how most servers are. */
function checkDesks({ desk, deskClients }: OnionFacts): Finding[] {
  if (deskClients === null) return [failed('onion-desk', 'The list of devices for the onion address is damaged.')];
  if (deskClients === 0) return [];
  return [checkAddress('onion-desk', `The desks' own onion address (${deskClients} devices)`, desk)];
}
