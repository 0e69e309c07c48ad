/** The addresses of the mode without scripts (http 6): one for each language, with a form for each step. */

import type { Offered, Past } from '@postern/plain/frames';
import { type Answer, type StaticFile, staticAnswer } from '../http/answer.ts';
import { stillPolicy } from '../http/headers.ts';
import type { Handler, Incoming } from '../http/listener.ts';
import type { Pages, PlainFirst, Said } from '../http/pages.ts';
import type { ParserMemory } from '../http/parser-memory.ts';
import { Refusal } from '../http/refusal.ts';
import type { Done } from './visit-process.ts';
import type { Visits } from './visits.ts';

export interface PlainParts {
  readonly visits: Visits;
  readonly pages: Pages;
  readonly fingerprint: Uint8Array;
  readonly parser: ParserMemory;
}

/** A text of 65,536 characters of three bytes, each byte written as three. */
const formBytesMax = 640 * 1024;
/** Several files of 500 MiB; what is beyond what a message takes is read and left. */
const uploadBytesMax = 2 * 1024 ** 3;
const pathForm = /^\/plain\/([A-Za-z-]{2,12})\/(\?started)?$/;
const cookieForm = /(?:^|;\s*)visit=([A-Za-z0-9_-]{43})(?:;|$)/;
/** In no other form: a text cannot hold these signs without their being written otherwise. */
const leaving = 'go=leave';
/** From a call's page: the first page is to begin a visit with the call chosen. */
const fromCall = /^call=([a-z0-9-]{1,40})&go=first&end=1$/;
/** Longer forms hold something that was typed. */
const shortBytesMax = 256;

/** Of the stylesheet at an onion address (PLN-10). */
export const keptForAnHour = ['Cache-Control', 'private, max-age=3600, immutable'] as const;
export const plainPolicy = stillPolicy("'self'");
const empty = new TextEncoder().encode(
  '<!doctype html>\n<html><head><meta charset="utf-8"><title></title><link rel="icon" href="data:,"></head></html>\n',
);

/** @returns a handler that passes on what is not below `/plain/` */
export function withPlain(parts: PlainParts, next: Handler): Handler {
  const { path, file } = parts.pages.plainStyle;
  return (incoming) => {
    if (file !== undefined && incoming.target === path && incoming.method === 'GET') return styleAnswer(file, incoming);
    const [, language, started] = pathForm.exec(incoming.target) ?? [];
    const first = language === undefined ? null : parts.pages.plainFirst(language);
    if (language === undefined || first === null) return next(incoming);
    const place: Place = {
      ...parts,
      language,
      first,
      incoming,
      key: cookieForm.exec(incoming.headers.cookie ?? '')?.[1],
    };
    // Its page could begin or leave a visit in the place of the visitor's own, whose cookie does not come along.
    if (incoming.method === 'POST' && incoming.headers['sec-fetch-site'] === 'cross-site') return toPage(place);
    if (incoming.method === 'POST') return still(takeForm(place));
    if (incoming.method !== 'GET' && incoming.method !== 'HEAD') throw new Refusal('method', 'GET, HEAD, POST');
    return still(showPage(place, started !== undefined));
  };
}

async function still(answer: Promise<Answer>): Promise<Answer> {
  return { ...(await answer), isStill: true };
}

type Place = PlainParts & {
  readonly language: string;
  readonly first: PlainFirst;
  readonly incoming: Incoming;
  /** Of the visit, from the cookie. */
  readonly key: string | undefined;
};

async function showPage(place: Place, hasStarted: boolean): Promise<Answer> {
  const { visits, first, key, incoming } = place;
  if (key === undefined)
    return hasStarted ? firstPage(place, { sections: { noCookie: true } }) : asItIs(first, incoming);
  const process = visits.find(key);
  if (process === null) return firstPage(place, ofPast(visits.past(key)), 200, [forget(incoming)]);
  const gzip = takesGzip(incoming);
  const page = await process.look(gzip);
  if (page === null) return firstPage(place, ofPast(visits.past(key)), 200, [forget(incoming)]);
  if (page.body.length === 0) return asItIs(first, incoming);
  const headers: (readonly [string, string])[] = [plainPolicy];
  if (gzip) headers.push(['Content-Encoding', 'gzip']);
  if (page.again > 0) headers.push(['Refresh', String(page.again)]);
  return { status: 200, type: first.file.type, body: page.body, headers, sent: () => page.body.fill(0) };
}

async function takeForm(place: Place): Promise<Answer> {
  const type = place.incoming.headers['content-type'] ?? '';
  const isUpload = /^multipart\/form-data\s*;/i.test(type);
  try {
    return await (isUpload ? takeUpload(place, type) : takeInPlace(place, type));
  } finally {
    await place.parser.clear();
  }
}

async function takeInPlace(place: Place, type: string): Promise<Answer> {
  const { incoming, visits, key } = place;
  const isShort = Number(incoming.headers['content-length']) <= shortBytesMax;
  const free = isShort ? () => undefined : visits.takeFormPlace(key);
  if (free === null) return key === undefined || visits.find(key) === null ? busy(place) : another(place, key);
  try {
    return await takeWords(place, type);
  } finally {
    free();
  }
}

/** A form without files, which is read whole. */
async function takeWords(place: Place, type: string): Promise<Answer> {
  const { incoming, visits } = place;
  let body: Uint8Array;
  try {
    body = await incoming.body(formBytesMax);
  } catch (error) {
    if (!(error instanceof Refusal && error.problem === 'too-large')) throw error;
    await drop(allLeft(incoming));
    return firstPage(place, { sections: { large: true } }, 413);
  }
  // A view: a copy of what was typed would stay.
  const isLeaving = Buffer.from(body.buffer, body.byteOffset, body.length).includes(leaving);
  if (isLeaving) {
    if (place.key !== undefined) visits.leave(place.key);
    const headers = [plainPolicy, forget(incoming), ['Clear-Site-Data', '"cache", "cookies", "storage"'] as const];
    return { status: 200, type: place.first.file.type, body: empty, headers };
  }
  const call = callIn(body);
  if (call !== undefined)
    return firstPage(place, { sections: { notice: false, call: true }, values: [['call', call]] });
  const known = visits.find(place.key);
  const isWritten = body.length > shortBytesMax || place.key !== undefined;
  const visit = visitOf(place, known) ?? begin(place, isWritten);
  if (visit === null) {
    body.fill(0);
    return busy(place);
  }
  visits.touch(visit.key);
  const done = await visit.process.form(type, body, takesGzip(incoming));
  if (done?.offered) return fileAnswer(place, done, done.offered, () => visits.touch(visit.key));
  return onward(place, visit, known, done);
}

/**
 * A form with files, handed on as it comes: its head alone takes no place and starts nothing. One that there is no room
 * for is read on too, so that its answer is seen, but only for as long as any request may take.
 */
async function takeUpload(place: Place, type: string): Promise<Answer> {
  const { incoming, visits } = place;
  let time: 'upload' | 'request' = 'request';
  const pieces = incoming.pieces(uploadBytesMax, () => time)[Symbol.asyncIterator]();
  const first = await pieces.next();
  const known = visits.find(place.key);
  const visit = visitOf(place, known) ?? begin(place, true);
  const free = visit === null ? null : visits.takeFilePlace();
  if (free !== null) time = 'upload';
  const all = allOf(first, pieces);
  try {
    if (visit === null) {
      await drop(all);
      return firstPage(place, { sections: { busy: true } }, 503);
    }
    const touched = touching(free === null ? inTime(all) : all, () => visits.touch(visit.key));
    return onward(place, visit, known, await visit.process.upload(type, free !== null, touched));
  } catch (error) {
    // Of a visit that began with it nobody has heard.
    if (visit !== null && known === null) visits.breakOff(visit.key);
    throw error;
  } finally {
    free?.();
  }
}

async function* allOf(first: IteratorResult<Uint8Array>, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    for (let next = first; next.done !== true; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}

/** What comes of a body within the time of a request. */
async function* inTime(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* pieces;
  } catch (error) {
    if (!(error instanceof Refusal && error.problem === 'slow')) throw error;
  }
}

/** While it moves, its visit is not idle. */
async function* touching(pieces: AsyncIterable<Uint8Array>, touch: () => void): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) {
    touch();
    yield piece;
  }
}

/** Of the page from which a form came; no other form is read here: a copy of what was typed would stay. */
function callIn(body: Uint8Array): string | undefined {
  const view = Buffer.from(body.buffer, body.byteOffset, body.length);
  const isFromCall = view.length <= 64 && view.indexOf('call=') === 0 && view.includes('&go=first&end=1');
  return isFromCall ? fromCall.exec(view.toString('latin1'))?.[1] : undefined;
}

type Found = NonNullable<ReturnType<Visits['start']>>;

/** The visit that lives, or that goes on for one which has ended. */
function visitOf({ visits, key }: Place, known: Found['process'] | null): Found | null {
  return known === null ? visits.goesOnIn(key) : { key: key ?? '', process: known };
}

/** To the page that comes of a form. */
function onward(place: Place, visit: Found, known: Found['process'] | null, done: Done | null): Answer {
  const { incoming, language, visits } = place;
  if (done === null) return firstPage(place, ofPast(visits.past(visit.key)), 200, [forget(incoming)]);
  const isNew = visit.process !== known;
  const location = ['Location', `/plain/${language}/${isNew ? '?started' : ''}`] as const;
  const headers = isNew ? [location, remember(visit.key, incoming)] : [location];
  return { status: 303, body: new Uint8Array(0), headers };
}

/** To be saved and never shown, whatever it is. */
function fileAnswer(place: Place, done: Done, { name, bytes, isPacked }: Offered, touch: () => void): Answer {
  const free = place.visits.takeFilePlace();
  if (free === null) return firstPage(place, { sections: { filesBusy: true } }, 503);
  const ascii = name.replaceAll(/[^\w. -]/g, '_');
  const encoded = encodeURIComponent(name).replaceAll(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`);
  const headers = [
    plainPolicy,
    ['Content-Disposition', `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`] as const,
    ...(isPacked ? [['Content-Encoding', 'gzip'] as const] : []),
  ];
  const stream = { bytes, pieces: touching(done.pieces(), touch) };
  return { status: 200, type: 'application/octet-stream', body: new Uint8Array(0), stream, headers, sent: free };
}

function takesGzip({ headers }: Incoming): boolean {
  return /\bgzip\b/.test(headers['accept-encoding'] ?? '');
}

/** A process for a new visit, or in the place of one that has ended. */
function begin({ visits, key, language, pages, fingerprint }: Place, isWritten: boolean): Found | null {
  const past = isWritten ? visits.past(key ?? '') : null;
  const visit = visits.start(key);
  visit?.process.begin({ fingerprint, language, ...pages.plainAssets, past });
  return visit;
}

/** Kept only by a browser that came over Tor: one that is made for it keeps nothing on the disk (decision 0076). */
function styleAnswer(file: StaticFile, { headers }: Incoming): Answer {
  const answer = staticAnswer(file, headers['accept-encoding'], headers['if-none-match']);
  const isOnion = /\.onion(:\d+)?$/i.test(headers.host ?? '');
  return isOnion ? { ...answer, headers: [...(answer.headers ?? []), keptForAnHour] } : answer;
}

function asItIs(first: PlainFirst, { headers }: Incoming): Answer {
  const answer = staticAnswer(first.file, headers['accept-encoding'], undefined);
  return { ...answer, headers: [...(answer.headers ?? []), plainPolicy] };
}

/** Takes what comes in the time of a request and keeps none of it: browsers show no answer before they have sent all. */
async function drop(pieces: AsyncIterable<Uint8Array>): Promise<void> {
  try {
    for await (const piece of pieces) piece.fill(0);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
  }
}

function allLeft({ pieces }: Incoming): AsyncIterable<Uint8Array> {
  return pieces(uploadBytesMax, () => 'request');
}

/** One more of a visit whose forms are being worked on, most likely the same: to the page that comes of those. */
async function another(place: Place, key: string): Promise<Answer> {
  await drop(allLeft(place.incoming));
  place.visits.touch(key);
  return toPage(place);
}

function toPage({ language }: Place): Answer {
  return { status: 303, body: new Uint8Array(0), headers: [['Location', `/plain/${language}/`]], isStill: true };
}

async function busy(place: Place): Promise<Answer> {
  await drop(allLeft(place.incoming));
  return firstPage(place, { sections: { busy: true } }, 503);
}

function firstPage(place: Place, said: Said, status = 200, headers: NonNullable<Answer['headers']> = []): Answer {
  return { status, type: place.first.file.type, body: place.first.saying(said), headers: [plainPolicy, ...headers] };
}

/** Notices of the first page; see `notices` in the source's template. */
function ofPast({ reason, parts, stored }: Past): Said {
  const became = parts === 0 ? 'Nothing' : stored === 0 ? 'Waiting' : stored < parts ? 'Some' : 'All';
  const known = reason === 'unknown' ? {} : { [`ended${became}`]: true };
  return {
    sections: { ended: true, [reason]: true, ...known },
    values: [
      ['stored', String(stored)],
      ['total', String(parts)],
    ],
  };
}

function remember(key: string, incoming: Incoming): readonly [string, string] {
  return ['Set-Cookie', `visit=${key}; ${attributes(incoming)}`];
}

function forget(incoming: Incoming): readonly [string, string] {
  return ['Set-Cookie', `visit=; Max-Age=0; ${attributes(incoming)}`];
}

/** Only whoever stands in front of the server knows whether the person came by https. */
function attributes({ headers }: Incoming): string {
  const isHttps = headers['x-forwarded-proto'] === 'https';
  return `Path=/plain/; HttpOnly; SameSite=Strict${isHttps ? '; Secure' : ''}`;
}
