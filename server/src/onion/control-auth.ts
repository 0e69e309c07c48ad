/** Proves to tor that we may control it, and by cookie also that it is the tor whose cookie we read (control-spec 3.24). */

import { readFile } from 'node:fs/promises';
import { bytesToHex, concat, hexToBytes, utf8ToBytes } from '@postern/protocol/bytes/encode';
import { equal } from '@postern/protocol/bytes/equal';
import { hmacSha256 } from '@postern/protocol/primitives/hmac';
import type { Random } from '@postern/protocol/primitives/random';
import { ControlError } from './control-error.ts';
import type { Reply } from './control-lines.ts';

/** The password of `HashedControlPassword`, or the cookie: in the file named here, or in the one that tor names. */
export type Credentials = { readonly password: string } | { readonly cookieFile: string | null };

type Ask = (line: string) => Promise<Reply>;

const cookieBytes = 32;
const nonceBytes = 32;
const toController = utf8ToBytes('Tor safe cookie authentication server-to-controller hash');
const toServer = utf8ToBytes('Tor safe cookie authentication controller-to-server hash');

/** @throws ControlError authentication when tor offers no way that we take, or one side does not convince the other */
export async function authenticate(ask: Ask, credentials: Credentials, random: Random): Promise<void> {
  const { methods, cookieFile } = readProtocolInfo(await ask('PROTOCOLINFO 1'));
  if ('password' in credentials) {
    if (!methods.has('HASHEDPASSWORD')) throw failed();
    await asked(ask, `AUTHENTICATE ${bytesToHex(utf8ToBytes(credentials.password))}`);
    return;
  }
  const path = credentials.cookieFile ?? cookieFile;
  // The plain cookie is not sent to a port that has not shown that it knows it.
  if (!methods.has('SAFECOOKIE') || path === null) throw failed();
  await proveCookie(ask, await readCookie(path), random(nonceBytes));
}

async function proveCookie(ask: Ask, cookie: Uint8Array, clientNonce: Uint8Array): Promise<void> {
  const challenge = await asked(ask, `AUTHCHALLENGE SAFECOOKIE ${bytesToHex(clientNonce)}`);
  const form = /^AUTHCHALLENGE SERVERHASH=([0-9A-F]{64}) SERVERNONCE=([0-9A-F]{64})$/;
  const [, serverHash, serverNonce] = form.exec(challenge.lines[0]?.text ?? '') ?? [];
  if (serverHash === undefined || serverNonce === undefined) throw failed();
  const said = concat(cookie, clientNonce, hexToBytes(serverNonce.toLowerCase()));
  const expected = await hmacSha256(toController, said);
  if (!equal(expected, hexToBytes(serverHash.toLowerCase()))) throw failed();
  await asked(ask, `AUTHENTICATE ${bytesToHex(await hmacSha256(toServer, said))}`);
}

async function asked(ask: Ask, line: string): Promise<Reply> {
  try {
    return await ask(line);
  } catch (error) {
    throw error instanceof ControlError && error.code === 'refused' ? failed() : error;
  }
}

function readProtocolInfo({ lines }: Reply): {
  readonly methods: ReadonlySet<string>;
  readonly cookieFile: string | null;
} {
  const auth = lines.find(({ text }) => text.startsWith('AUTH METHODS='))?.text ?? '';
  const [, methods = '', quoted] = /^AUTH METHODS=([A-Z,]+)(?: COOKIEFILE="((?:[^"\\]|\\.)*)")?$/.exec(auth) ?? [];
  return { methods: new Set(methods.split(',')), cookieFile: quoted === undefined ? null : unquote(quoted) };
}

/** A QuotedString's inside: bytes in Latin-1, octal for those that are not printable. */
function unquote(text: string): string {
  const latin1 = text.replaceAll(/\\([0-7]{1,3}|.)/g, (_, escaped: string) => {
    if (/^[0-7]/.test(escaped)) return String.fromCharCode(Number.parseInt(escaped, 8) & 0xff);
    return { n: '\n', r: '\r', t: '\t' }[escaped] ?? escaped;
  });
  return Buffer.from(latin1, 'latin1').toString('utf8');
}

async function readCookie(path: string): Promise<Uint8Array> {
  const bytes = await readFile(path).catch(() => null);
  // Any other length is another file, of which not even a hash is sent.
  if (bytes === null || bytes.length !== cookieBytes) throw failed();
  return new Uint8Array(bytes);
}

function failed(): ControlError {
  return new ControlError('authentication', 'authenticate at the control port');
}
