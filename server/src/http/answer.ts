/** An answer before it is written, and what may be asked of one that is kept in memory (HTTP-3). */

import { bytesToBase64url } from '@postern/protocol/bytes/encode';
import { sha256Native } from '@postern/protocol/primitives/hmac-native';

export interface Answer {
  readonly status: number;
  /** Content type; none without a body. */
  readonly type?: string;
  readonly body: Uint8Array;
  readonly headers?: readonly (readonly [string, string])[];
  /** A page with a policy of its own, under which nothing can run; or a way to one. */
  readonly isStill?: boolean;
  /** Called once, when the answer was handed over or its receiver is gone. */
  readonly sent?: () => void;
}

export type Coding = 'br' | 'gzip' | 'identity';

/** A file in the codings in which it is kept ready; those that would not make it smaller are missing. */
export interface StaticFile {
  readonly type: string;
  readonly codings: Readonly<Partial<Record<Coding, Uint8Array>>> & { readonly identity: Uint8Array };
  /** In place of the common ones of the same name. */
  readonly headers?: readonly (readonly [string, string])[];
}

const nothing = new Uint8Array(0);
const etags = new WeakMap<Uint8Array, string>();

/** The file in the best coding that the client takes, or 304 if it has it. */
export function staticAnswer(
  file: StaticFile,
  acceptEncoding: string | undefined,
  ifNoneMatch: string | undefined,
): Answer {
  const coding = chooseCoding(file, acceptEncoding ?? '');
  const body = file.codings[coding] ?? file.codings.identity;
  const etag = etagOf(body);
  const varies = Object.keys(file.codings).length > 1;
  const headers: (readonly [string, string])[] = [...(file.headers ?? []), ['ETag', etag]];
  if (varies) headers.push(['Vary', 'Accept-Encoding']);
  if (matches(ifNoneMatch, etag)) return { status: 304, body: nothing, headers };
  if (coding !== 'identity') headers.push(['Content-Encoding', coding]);
  return { status: 200, type: file.type, body, headers };
}

/** A document that is random to every compressor. */
export function documentAnswer(bytes: Uint8Array, ifNoneMatch: string | undefined): Answer {
  const file: StaticFile = { type: 'application/octet-stream', codings: { identity: bytes } };
  return staticAnswer(file, undefined, ifNoneMatch);
}

/** Of the exact bytes that are sent, so that each coding has its own; kept as long as the bytes. */
function etagOf(bytes: Uint8Array): string {
  const known = etags.get(bytes);
  if (known !== undefined) return known;
  const etag = `"${bytesToBase64url(sha256Native(bytes).subarray(0, 18))}"`;
  etags.set(bytes, etag);
  return etag;
}

/** Weak comparison, as RFC 9110 section 13.1.2 has it. */
function matches(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  return ifNoneMatch
    .split(',')
    .map((tag) => tag.trim())
    .some((tag) => tag === '*' || tag === etag || tag === `W/${etag}`);
}

function chooseCoding(file: StaticFile, acceptEncoding: string): Coding {
  const accepted = new Set<string>();
  for (const item of acceptEncoding.split(',')) {
    const [name = '', ...parameters] = item.split(';').map((part) => part.trim().toLowerCase());
    if (!parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter))) accepted.add(name);
  }
  if (file.codings.br !== undefined && accepted.has('br')) return 'br';
  if (file.codings.gzip !== undefined && accepted.has('gzip')) return 'gzip';
  return 'identity';
}
