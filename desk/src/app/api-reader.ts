/** Reads the few calls of the page: exactly the fields of each, of exactly their types, within their limits. */

import { bytesToUtf8 } from '@postern/protocol/bytes/encode';
import { WireError } from '@postern/protocol/bytes/wire-error';
import { EXPORT_CHOICES_MAX, FILE_BYTES_MAX, FILES_MAX } from '@postern/protocol/constants';
import { aspectNames, noteKinds, roles } from '@postern/protocol/messages/case-event';
import { fileForms } from '@postern/protocol/messages/export-terms';
import { filmWordsMax } from '../calls/film-view.ts';
import { previewKinds } from '../calls/workshop.ts';
import { alertCodes } from '../engine/view.ts';
import { copyPagesMax } from '../files/copy-limits.ts';
import { type CallName, type Calls, partBytesMax } from './api.ts';

/** Reads one field, or gives undefined for a value that it does not take. */
type Field = (value: unknown) => unknown;

const textCharactersMax = 40_000;
/** A campaign in all languages, and a signed roster in Base64url. */
const draftCharactersMax = 300_000;
const rosterCharactersMax = 350_000;
/** As many as fit into a call, and more than a desk works at once. */
const casesMax = 15_000;
/** Sixteen of the long, post-quantum kind of age. */
const recipientsMax = 36_000;

const text =
  (charactersMax: number): Field =>
  (value) =>
    typeof value === 'string' && value.length <= charactersMax && value.isWellFormed() ? value : undefined;
const conversationId: Field = (value) =>
  typeof value === 'string' && /^[0-9a-f]{64}$/.test(value) ? value : undefined;
const orNull =
  (field: Field): Field =>
  (value) =>
    value === null ? null : field(value);
const deviceId: Field = (value) => (typeof value === 'string' && /^[0-9a-f]{16}$/.test(value) ? value : undefined);
const callId = deviceId;
const alertCode: Field = (value) => alertCodes.find((code) => code === value);
const count: Field = (value) =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 0xffff ? value : undefined;
const hex32: Field = (value) => (typeof value === 'string' && /^[0-9a-f]{32}$/.test(value) ? value : undefined);
const place: Field = (value) =>
  Number.isInteger(value) && Number(value) >= 0 && Number(value) < FILES_MAX ? value : undefined;
const upTo =
  (most: number): Field =>
  (value) =>
    Number.isInteger(value) && Number(value) >= 0 && Number(value) <= most ? value : undefined;
const pages: Field = (value) =>
  Number.isInteger(value) && Number(value) >= 1 && Number(value) <= copyPagesMax ? value : undefined;
const attachments: Field = (value) =>
  Array.isArray(value) && value.length <= FILES_MAX && value.every((id) => hex32(id) !== undefined) ? value : undefined;
const filePlace = { id: conversationId, message: hex32, at: place };
const count32: Field = (value) =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 0xffff_ffff ? value : undefined;
const grade: Field = (value) => [1, 2, 3, 4, 5, 6].find((known) => known === value);
const requestId: Field = (value) => (typeof value === 'string' && /^[0-9a-f]{32}$/.test(value) ? value : undefined);
const oneOf =
  (known: readonly string[]): Field =>
  (value) =>
    known.find((one) => one === value);
const caseIds: Field = (value) =>
  Array.isArray(value) &&
  value.length > 0 &&
  value.length <= casesMax &&
  value.every((id) => conversationId(id) !== undefined)
    ? value
    : undefined;
const fileChoices: Field = (value) => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const entries = Object.entries(value);
  const areRight = entries.every(([kept, form]) => hex32(kept) !== undefined && oneOf(fileForms)(form) !== undefined);
  // Too many are told as that.
  return areRight && entries.length <= 16 * EXPORT_CHOICES_MAX ? value : undefined;
};
const yesOrNo: Field = (value) => (typeof value === 'boolean' ? value : undefined);

const calls: { readonly [Name in CallName]: Readonly<Record<keyof Calls[Name], Field>> } = {
  session: { token: text(64) },
  changes: {},
  unlock: { passphrase: text(1_024) },
  lock: {},
  present: {},
  conversation: { id: conversationId },
  room: { id: conversationId, text: text(textCharactersMax) },
  reply: { id: conversationId, text: text(textCharactersMax), attachments },
  'file-fetch': filePlace,
  'file-stop': { kept: hex32 },
  'file-save': filePlace,
  'file-read': filePlace,
  'file-part': { ...filePlace, from: upTo(FILE_BYTES_MAX), bytes: upTo(partBytesMax) },
  'words-next': {},
  'words-read': { kept: hex32 },
  'text-languages': {},
  'text-language-data': { language: text(16) },
  'copy-begin': { ...filePlace, name: text(1_024), pages, hasPixels: yesOrNo },
  'copy-end': { copy: hex32 },
  'copy-drop': { copy: hex32 },
  'attach-wanted': { id: conversationId, name: text(1_024) },
  attach: {
    id: conversationId,
    wanted: (value) => (value === null ? null : hex32(value)),
    name: text(1_024),
    type: text(256),
    bytes: upTo(FILE_BYTES_MAX),
    day: upTo(0xffff_ffff),
    isCleaned: yesOrNo,
  },
  'attach-again': { attachment: hex32 },
  detach: { attachment: hex32 },
  draft: { id: conversationId, text: text(textCharactersMax) },
  'note-begun': { id: conversationId },
  'note-keep': { id: conversationId, text: text(8_192) },
  seen: { id: conversationId, messages: count, incomplete: count, replies: count, deeds: count, activity: count32 },
  search: { query: text(4_096) },
  statistics: {},
  calls: {},
  'call-begin': { language: text(35) },
  'call-read': { call: callId },
  'call-write': { draft: text(draftCharactersMax) },
  'call-drop': { call: callId },
  'call-check': { call: callId },
  'call-preview': { call: callId, language: text(35), kind: oneOf(previewKinds) },
  'film-view': { call: callId },
  'film-write': {
    call: callId,
    language: text(35),
    captions: text(filmWordsMax),
    transcript: text(filmWordsMax),
  },
  'film-remove': { call: callId },
  'film-read': { call: callId },
  'call-sign': { call: callId },
  'call-publish': { call: callId, roster: text(rosterCharactersMax) },
  'call-kit': { call: callId, films: yesOrNo },
  export: { request: requestId, language: text(16) },
  change: { ids: caseIds, aspect: oneOf(aspectNames), value: text(160) },
  note: { id: conversationId, of: oneOf(noteKinds), text: text(8_192) },
  grade: { id: conversationId, source: grade, information: grade },
  person: { name: text(96) },
  role: { device: deviceId, role: oneOf(roles) },
  retention: { days: count },
  'saved-reply': { reply: orNull(requestId), language: text(32), title: text(96), text: text(8_192) },
  'ask-erase': { ids: caseIds },
  'ask-export': {
    ids: caseIds,
    recipients: text(recipientsMax),
    form: oneOf(fileForms),
    choices: fileChoices,
    hasWork: yesOrNo,
  },
  answer: { request: requestId, isGranted: yesOrNo },
  carried: { text: text(textCharactersMax) },
  dismiss: { code: alertCode, device: orNull(deviceId), conversation: orNull(conversationId) },
  preferences: { language: text(16), hasKeys: yesOrNo },
};

/** More than the longest call takes as the page writes it: a draft in a script of three bytes a sign, its lines and quotes escaped. */
export const callBytesMax = 4 * draftCharactersMax + 1_024;

export function isCallName(name: string): name is CallName {
  return Object.hasOwn(calls, name);
}

/** Null for anything but this call's own arguments. */
export function readCall<Name extends CallName>(name: Name, body: Uint8Array): Calls[Name] | null {
  const given = parse(body);
  if (given === null) return null;
  const fields: Readonly<Record<string, Field>> = calls[name];
  const names = Object.keys(fields);
  if (Object.keys(given).length !== names.length) return null;
  const read: Record<string, unknown> = {};
  for (const field of names) {
    const value = Object.hasOwn(given, field) ? fields[field]?.(given[field]) : undefined;
    if (value === undefined) return null;
    read[field] = value;
  }
  return read as Calls[Name];
}

function parse(body: Uint8Array): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(bytesToUtf8(body));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof WireError) return null;
    throw error;
  }
}
