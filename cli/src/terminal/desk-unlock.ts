/** Opens a desk that runs on this machine with a passphrase from the terminal, by the calls that its page makes. */

import { type Answers, type Calls, callAddress, sessionHeader } from '@postern/desk/app/api';
import { refused, unreachable } from './failure.ts';

/** Makes one call of the desk's page. */
export type DeskCall = <Name extends 'unlock' | 'carried'>(name: Name, given: Calls[Name]) => Promise<Answers[Name]>;

/**
 * @param url with the token of a session; it is used up
 * @returns makes further calls in that session
 * @throws Failure for a wrong passphrase
 */
export async function unlockDesk(url: string, passphrase: string): Promise<DeskCall> {
  const { origin, hash } = new URL(url);
  const { session } = await call(origin, '', 'session', { token: hash.slice(1) });
  const { isOpen } = await call(origin, session, 'unlock', { passphrase });
  if (!isOpen) throw refused('The passphrase is wrong, or the file with the keys of this device is damaged.');
  return (name, given) => call(origin, session, name, given);
}

async function call<Name extends 'session' | 'unlock' | 'carried'>(
  origin: string,
  session: string,
  name: Name,
  given: Calls[Name],
): Promise<Answers[Name]> {
  const response = await fetch(`${origin}${callAddress}${name}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin, [sessionHeader]: session },
    body: JSON.stringify(given),
  });
  if (!response.ok) throw unreachable("The desk cannot be opened: look at the disk and at the device's folder.");
  return (await response.json()) as Answers[Name];
}
