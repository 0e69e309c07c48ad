/** Where the server listens: a TCP address for whoever is in front of it, and a Unix socket for its onion service. */

import { lstat, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import type { Counters } from '../rules/counters.ts';
import type { Limits } from './limits.ts';
import { type Handler, type Listener, listen } from './listener.ts';

export interface Addresses {
  readonly host: string;
  readonly port: number;
  /** Absolute; in a folder that only those may enter who may connect. */
  readonly socketPath: string | undefined;
  /** `http://<56 characters>.onion`: pages on the TCP address tell Tor Browser that they are also there. */
  readonly onionLocation: string | undefined;
}

const onionForm = /^http:\/\/[a-z2-7]{56}\.onion$/;

/**
 * @param clearHandler answers at host and port
 * @param onHead as `listen` calls it
 * @throws Error if an address is taken; RangeError for an onion location of another form
 */
export async function listenEverywhere(
  { host, port, socketPath, onionLocation }: Addresses,
  limits: Limits,
  counters: Counters,
  handler: Handler,
  clearHandler = handler,
  onHead: () => void = () => undefined,
): Promise<Listener> {
  const handleClear = onionLocation === undefined ? clearHandler : telling(onionLocation, clearHandler);
  const clear = await listen({ host, port }, limits, counters, handleClear, onHead);
  if (socketPath === undefined) return clear;
  try {
    await removeStale(socketPath);
    // Connections are counted apart: those of the clear web cannot use up those of the onion address.
    const onion = await listen({ path: socketPath }, limits, counters, handler, onHead);
    return { port: clear.port, stop: async () => void (await Promise.all([clear.stop(), onion.stop()])) };
  } catch (error) {
    await clear.stop();
    throw error;
  }
}

/** On pages alone, since only they are ever opened by a person. */
function telling(onionLocation: string, handler: Handler): Handler {
  if (!onionForm.test(onionLocation)) throw new RangeError('tell an onion location: wanted http://<name>.onion');
  return async (incoming) => {
    const answer = await handler(incoming);
    if (!answer.type?.startsWith('text/html')) return answer;
    const header = ['Onion-Location', `${onionLocation}${incoming.target}`] as const;
    return { ...answer, headers: [...(answer.headers ?? []), header] };
  };
}

/** A server that was killed leaves its socket; one that still listens keeps it. */
async function removeStale(path: string): Promise<void> {
  const found = await lstat(path).catch(() => null);
  if (found?.isSocket() !== true || (await isListening(path))) return;
  await rm(path, { force: true });
}

function isListening(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
