/** The configuration of a tor of our own: no logs of anybody, no ports, control by a socket in its own folder. */

import { join } from 'node:path';

export interface TorrcOptions {
  /** Tor's own, for its owner only; absolute. */
  readonly folder: string;
  /** Of the process without which tor shall not go on. */
  readonly ownerPid: number;
  /** `<port>` on loopback, `auto`, or none. */
  readonly socksPort?: number | 'auto';
  /** Further lines, such as those of bridges. */
  readonly lines?: readonly string[];
}

/** `sun_path` of Linux has room for 107 bytes and a zero; others have less. */
const socketPathBytesMax = 103;

export function controlSocketOf(folder: string): string {
  return join(folder, 'control');
}

export function cookieFileOf(folder: string): string {
  return join(folder, 'control-cookie');
}

/** @throws RangeError for a folder whose path tor or the system cannot take */
export function torrc({ folder, ownerPid, socksPort, lines = [] }: TorrcOptions): string {
  checkSocketPath(controlSocketOf(folder));
  return [
    `DataDirectory ${quoted(folder)}`,
    `ControlPort unix:${quoted(controlSocketOf(folder))}`,
    'CookieAuthentication 1',
    `CookieAuthFile ${quoted(cookieFileOf(folder))}`,
    `__OwningControllerProcess ${ownerPid}`,
    `SocksPort ${socksPort === undefined ? '0' : `127.0.0.1:${socksPort}`}`,
    'ClientOnly 1',
    'SafeLogging 1',
    'Log warn stdout',
    'AvoidDiskWrites 1',
    'DisableDebuggerAttachment 1',
    ...lines,
    '',
  ].join('\n');
}

/** @throws RangeError for a path that is too long for a Unix socket, or that `ADD_ONION` cannot hold */
export function checkSocketPath(path: string): void {
  const bytes = Buffer.byteLength(path);
  if (bytes > socketPathBytesMax)
    throw new RangeError(`place a socket: its path has ${bytes} bytes, at most ${socketPathBytesMax}`);
  if (!path.startsWith('/')) throw new RangeError('place a socket: its path is relative');
  if (!/^[\x21-\x7e]+$/.test(path) || /["'\\,#]/.test(path))
    throw new RangeError('place a socket: its path has a character other than letters, digits and simple signs');
}

function quoted(path: string): string {
  return `"${path}"`;
}
