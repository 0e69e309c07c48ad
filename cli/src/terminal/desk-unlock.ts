/** Opens a desk that runs on this machine with a passphrase from the terminal, by the calls that its page makes. */

import { type Answers, type Calls, callAddress, sessionHeader } from '@postern/desk/app/api';
import { refused, unreachable } from './failure.ts';

/** @param url with the token of a session; it is used up @throws Failure for a wrong passphrase */
export async function unlockDesk(url: string, passphrase: string): Promise<void> {
  const { origin, hash } = new URL(url);
  const { session } = await call(origin, '', 'session', { token: hash.slice(1) });
  const { isOpen } = await call(origin, session, 'unlock', { passphrase });
  if (!isOpen) throw refused('The passphrase is wrong, or the file with the keys of this device is damaged.');
}

async function call<Name extends 'session' | 'unlock'>(
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
  if (!response.ok)
    throw unreachable(
      'The desk cannot be opened. If its server has an onion address, give --socks <host:port> of Tor.',
    );
  return (await response.json()) as Answers[Name];
}
