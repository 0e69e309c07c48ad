/** Reads the values of options; whatever is wrong is said by the option's own name. */

import { readServerAddress } from '@postern/desk/app/server-address';
import { WireError } from '@postern/protocol/bytes/wire-error';
import { requireLine } from '@postern/protocol/campaign/plain-text';
import { InvalidArgumentError, Option } from 'commander';

/** A name in one language, as in `zh-Hans=新闻编辑室`. */
export interface NameGiven {
  readonly language: string;
  readonly text: string;
}

export interface HostPort {
  readonly host: string;
  readonly port: number;
}

/** As much as a roster has room for (spec/protocol.md, section 2.2: text8). */
const textBytesMax = 255;

/** Collects `<language>=<text>`; to be given once for each language. Sources read it: as in calls, nothing in it may hide or turn. */
export function readName(value: string, before: readonly NameGiven[] = []): NameGiven[] {
  const [, language, text] = /^([A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*)=(.+)$/s.exec(value) ?? [];
  if (language === undefined || text === undefined || text.trim() === '') {
    throw new InvalidArgumentError('wanted <language>=<text>, such as en="The Example".');
  }
  if (Buffer.byteLength(text.trim()) > textBytesMax) {
    throw new InvalidArgumentError(
      `the text is longer than ${textBytesMax} bytes, of which many letters take two or three.`,
    );
  }
  try {
    requireLine(text.trim());
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    throw new InvalidArgumentError(
      'the text has more than one line, or a sign that is not seen, such as one that turns what follows.',
    );
  }
  if (before.some((known) => known.language === language)) {
    throw new InvalidArgumentError(`${language} is given twice.`);
  }
  return [...before, { language, text: text.trim() }];
}

/** Collects addresses at which sources reach the server. */
export function readAddress(value: string, before: readonly string[] = []): string[] {
  const address = value.replace(/\/$/, '');
  try {
    readServerAddress(address);
  } catch {
    throw new InvalidArgumentError('wanted https://<host> or http://<name>.onion, without a path.');
  }
  return [...before, address];
}

export function readHostPort(value: string): HostPort {
  const [, bracketed, plain, port] = /^(?:\[([0-9a-fA-F:]+)\]|([^:\s]+)):(\d{1,5})$/.exec(value) ?? [];
  const number = Number(port);
  if (port === undefined || number > 65_535) throw new InvalidArgumentError('wanted <host>:<port>.');
  return { host: bracketed ?? plain ?? '', port: number };
}

export function readCount(least: number, most: number): (value: string) => number {
  return (value) => {
    const number = Number(value);
    if (!/^\d+$/.test(value) || number < least || number > most) {
      throw new InvalidArgumentError(`wanted a number from ${least} to ${most}.`);
    }
    return number;
  };
}

/** The way to an onion address. */
export const socksOption = (): Option =>
  new Option('--socks <host:port>', "Tor's SOCKS port (for an onion address by default 127.0.0.1:9050)").argParser(
    readHostPort,
  );

/** For whoever cannot reach one. */
export const needsTor = 'An onion address needs Tor, at 127.0.0.1:9050 or where --socks says.';
