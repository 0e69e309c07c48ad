/** An answer before it is written, and what may be asked of one that is kept in memory (HTTP-3). */

import { bytesToBase64url } from '@postern/protocol/bytes/encode';
import { sha256Native } from '@postern/protocol/primitives/hmac-native';

export interface Answer {
  readonly status: number;
  /** Content type; none without a body. */
  readonly type?: string;
  readonly body: Uint8Array;
  /** In the place of a body, so many bytes that are made while they are sent. Zeroed when they have gone out. */
  readonly stream?: { readonly bytes: number; readonly pieces: AsyncIterable<Uint8Array> };
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
/** By body: what is answered to whoever has nothing of it yet, made once, and what it was made from. */
const wholes = new WeakMap<Uint8Array, Whole>();
const shared = new WeakSet<Answer>();

interface Whole {
  readonly answer: Answer;
  readonly etag: string;
  /** Without that of the coding, as 304 has them. */
  readonly headers: Required<Answer>['headers'];
  readonly of: { readonly own: StaticFile['headers']; readonly varies: boolean };
}

/** Whether this very object answers many requests, so that what is made of it is worth keeping. */
export function isShared(answer: Answer): boolean {
  return shared.has(answer);
}

/** Whether the body is in memory once, however many are answered with it. */
export function isKept({ body }: Answer): boolean {
  return body.length === 0 || wholes.has(body);
}

/** The file in the best coding that the client takes, or 304 if it has it. */
export function staticAnswer(
  file: StaticFile,
  acceptEncoding: string | undefined,
  ifNoneMatch: string | undefined,
): Answer {
  const { answer, etag, headers } = wholeOf(file, chooseCoding(file, acceptEncoding ?? ''));
  return matches(ifNoneMatch, etag) ? { status: 304, body: nothing, headers } : answer;
}

function wholeOf({ type, codings, headers: own }: StaticFile, coding: Coding): Whole {
  const body = codings[coding] ?? codings.identity;
  const varies = Object.keys(codings).length > 1;
  const known = wholes.get(body);
  if (known?.of.own === own && known?.of.varies === varies) return known;
  const etag = known?.etag ?? etagOf(body);
  const headers: (readonly [string, string])[] = [...(own ?? []), ['ETag', etag]];
  if (varies) headers.push(['Vary', 'Accept-Encoding']);
  const coded = coding === 'identity' ? headers : [...headers, ['Content-Encoding', coding] as const];
  const answer = { status: 200, type, body, headers: coded };
  shared.add(answer);
  const whole = { answer, etag, headers, of: { own, varies } };
  wholes.set(body, whole);
  return whole;
}

/** A document as it is: most are random to every compressor, and that of a film goes to mirrors alone. */
export function documentAnswer(bytes: Uint8Array, ifNoneMatch: string | undefined): Answer {
  const file: StaticFile = { type: 'application/octet-stream', codings: { identity: bytes } };
  return staticAnswer(file, undefined, ifNoneMatch);
}

/** Of the exact bytes that are sent, so that each coding has its own. */
function etagOf(bytes: Uint8Array): string {
  return `"${bytesToBase64url(sha256Native(bytes).subarray(0, 18))}"`;
}

/** Weak comparison, as RFC 9110 section 13.1.2 has it. */
export function matches(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  return ifNoneMatch
    .split(',')
    .map((tag) => tag.trim())
    .some((tag) => tag === '*' || tag === etag || tag === `W/${etag}`);
}

function chooseCoding(file: StaticFile, acceptEncoding: string): Coding {
  if (Object.keys(file.codings).length === 1) return 'identity';
  const accepted = new Set<string>();
  for (const item of acceptEncoding.split(',')) {
    const [name = '', ...parameters] = item.split(';').map((part) => part.trim().toLowerCase());
    if (!parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter))) accepted.add(name);
  }
  if (file.codings.br !== undefined && accepted.has('br')) return 'br';
  if (file.codings.gzip !== undefined && accepted.has('gzip')) return 'gzip';
  return 'identity';
}
