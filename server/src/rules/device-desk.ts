/** What a device may ask for and what it is answered, in all eighteen kinds (http 3, DEV-3, DEV-4). */

import { bytesToHex, concat } from '@postern/protocol/bytes/encode';
import { compare, equal } from '@postern/protocol/bytes/equal';
import { Reader } from '@postern/protocol/bytes/reader';
import { verifyCampaign } from '@postern/protocol/campaign/campaign';
import {
  DAY_KEYS_AHEAD_DAYS,
  ENVELOPE_LIFE_DAYS,
  SNAPSHOT_LADDER_FACTOR,
  TRANSPORT_KEY_GRACE_DAYS,
} from '@postern/protocol/constants';
import { DAY_KEYS_MAX, LOG_ENTRIES_MAX, PARCELS_MAX, ROSTERS_MAX } from '@postern/protocol/http/device-kinds';
import type { DeviceRequest } from '@postern/protocol/http/device-request';
import type { DeviceResponse } from '@postern/protocol/http/device-response';
import { type VerifiedDayKey, verifyDayKey } from '@postern/protocol/keys/day-key';
import { DocumentError } from '@postern/protocol/keys/document-error';
import { deviceIdOf, deviceOf, type RosterDesk, type RosterDevice } from '@postern/protocol/keys/roster';
import type { VerifiedRoster } from '@postern/protocol/keys/roster-chain';
import { payloadOf } from '@postern/protocol/keys/signed';
import { decodeTransportKey, verifyTransportKey } from '@postern/protocol/keys/transport-key';
import { sha256Native } from '@postern/protocol/primitives/hmac-native';
import { type Day, dayOf } from '@postern/protocol/time';
import type { Storage, Write } from '../ports/storage.ts';
import { campaignRow, listedCampaign } from './campaigns.ts';
import { mayBePassed } from './expiry.ts';
import { filmPartRow } from './films.ts';
import { isRefusedDocument, type Publisher } from './publisher.ts';
import type { TokenIssuer } from './token-issuer.ts';

export interface DeskParts {
  readonly storage: Storage;
  readonly write: Storage['write'];
  readonly publisher: Publisher;
  readonly tokens: TokenIssuer;
  /** Rosters or day keys have changed. */
  readonly documentsChanged: () => Promise<void>;
  /** A desk has passed a day. */
  readonly dayPassed: () => void;
}

/** Who asks: a device of the newest roster of the day. */
export interface Asking {
  readonly roster: VerifiedRoster;
  readonly desk: RosterDesk;
  readonly device: RosterDevice;
}

/**
 * What one desk may add in a day, so that a stolen device cannot fill the disk: far beyond what any desk needs, and of
 * parcels what the largest state takes that a device has in memory, with as many beside it (512 MiB in all).
 */
const parcelsADayMax: number = 2 * SNAPSHOT_LADDER_FACTOR ** 6;
const entriesADayMax = 16_384;

/**
 * The answer to a request whose signature holds. What is refused has a code of its own and changes nothing.
 * @throws StorageError
 */
export async function answerDevice(
  request: DeviceRequest,
  asking: Asking,
  parts: DeskParts,
  now: number,
): Promise<DeviceResponse> {
  try {
    return await carryOut(request, asking, parts, now);
  } catch (error) {
    if (!isRefusedDocument(error)) throw error;
    return refuse(error instanceof DocumentError ? error.code : 'malformed');
  }
}

function carryOut(request: DeviceRequest, asking: Asking, parts: DeskParts, now: number): Promise<DeviceResponse> {
  const today = dayOf(now);
  switch (request.kind) {
    case 'rosters':
    case 'publish-roster':
      return rosters(request, parts);
    case 'publish-campaign':
      return publishCampaign(request.campaign, parts, now);
    case 'publish-film-part':
      return publishFilmPart(request, parts, now);
    case 'publish-day-key':
      return publishDayKey(request.dayKey, asking, parts, now);
    case 'day-keys':
      return listDayKeys(asking, parts, today);
    case 'publish-transport-key':
      return publishTransportKey(request.transportKey, asking, parts, today);
    case 'transport-keys':
      return listTransportKeys(asking, parts);
    case 'send-parcel':
    case 'parcels':
    case 'take-parcel':
      return parcels(request, asking, parts, today);
    case 'envelope-ids':
    case 'envelopes':
    case 'pass-day':
      return envelopes(request, asking, parts, today);
    case 'log':
    case 'append':
      return log(request, asking, parts, today);
    case 'issuer-keys':
    case 'tokens':
      return tokens(request, asking, parts, today);
  }
}

type RequestOf<Kind extends DeviceRequest['kind']> = Extract<DeviceRequest, { kind: Kind }>;

async function rosters(
  request: RequestOf<'rosters' | 'publish-roster'>,
  { publisher, documentsChanged }: DeskParts,
): Promise<DeviceResponse> {
  if (request.kind === 'rosters') {
    const found = publisher.rostersFrom(request.from, ROSTERS_MAX);
    return { kind: 'rosters', rosters: found.map(({ signed }) => signed) };
  }
  await publisher.addRoster(request.roster);
  await documentsChanged();
  return { kind: 'publish-roster' };
}

/** Before the roster that lists it is in use, mostly: sources are told of a call and find it there. */
async function publishCampaign(payload: Uint8Array, parts: DeskParts, now: number): Promise<DeviceResponse> {
  const campaign = await firstUnder(parts.publisher.rostersNotPast(now), (roster) => verifyCampaign(payload, roster));
  await parts.write([{ kind: 'document', row: campaignRow(campaign, payload) }]);
  await parts.documentsChanged();
  return { kind: 'publish-campaign' };
}

/** The document of a film after the campaign that names it, pieces after the document [DEV-4]. */
async function publishFilmPart(
  { campaign: id, part }: RequestOf<'publish-film-part'>,
  parts: DeskParts,
  now: number,
): Promise<DeviceResponse> {
  const row = await firstUnder(parts.publisher.rostersNotPast(now), async (roster) => {
    return filmPartRow(parts.storage, await listedCampaign(parts.storage, roster, id), part);
  });
  await parts.write([{ kind: 'document', row }]);
  return { kind: 'publish-film-part' };
}

async function publishDayKey(
  signed: Uint8Array,
  asking: Asking,
  parts: DeskParts,
  now: number,
): Promise<DeviceResponse> {
  const today = dayOf(now);
  const { dayKey, roster } = await verifyUnderAny(signed, parts.publisher.rostersNotPast(now), today);
  if (!isOwn(dayKey, asking)) return refuse('unknown-signer');
  const key = [dayKey.day, roster.number, bytesToHex(dayKey.desk), bytesToHex(deviceIdOf(dayKey.device.keyHash))];
  const row = { kind: 'day-key', key: key.join(':'), lastDay: dayKey.day, bytes: dayKey.signed };
  await parts.write([{ kind: 'document', row }]);
  await parts.documentsChanged();
  return { kind: 'publish-day-key' };
}

/** A desk signs for the roster in use and for the next, which may both be valid. */
function verifyUnderAny(
  signed: Uint8Array,
  candidates: readonly VerifiedRoster[],
  today: Day,
): Promise<{ readonly dayKey: VerifiedDayKey; readonly roster: VerifiedRoster }> {
  return firstUnder(candidates, async (roster) => {
    return { dayKey: await verifyDayKey(signed, roster, today, today + DAY_KEYS_AHEAD_DAYS), roster };
  });
}

/** What the first roster permits, else why the last one did not. */
async function firstUnder<Found>(
  candidates: readonly VerifiedRoster[],
  verify: (roster: VerifiedRoster) => Promise<Found>,
): Promise<Found> {
  let refusal: unknown = new DocumentError('wrong-roster', 'publish a document: there is no roster for it');
  for (const roster of candidates) {
    try {
      return await verify(roster);
    } catch (error) {
      if (!isRefusedDocument(error)) throw error;
      refusal = error;
    }
  }
  throw refusal;
}

async function listDayKeys({ desk }: Asking, { storage }: DeskParts, today: Day): Promise<DeviceResponse> {
  const own = bytesToHex(desk.id);
  const rows = (await storage.documents('day-key')).filter(({ key, lastDay }) => {
    return lastDay >= today && key.split(':')[2] === own;
  });
  // The newest rosters' first, if there are more than an answer holds.
  rows.sort((a, b) => Number(b.key.split(':')[1]) - Number(a.key.split(':')[1]) || a.lastDay - b.lastDay);
  return { kind: 'day-keys', dayKeys: rows.slice(0, DAY_KEYS_MAX).map(({ bytes }) => bytes) };
}

async function publishTransportKey(
  signed: Uint8Array,
  asking: Asking,
  { storage, write }: DeskParts,
  today: Day,
): Promise<DeviceResponse> {
  const key = await verifyTransportKey(signed, asking.roster, today);
  if (!isOwn(key, asking)) return refuse('unknown-signer');
  const name = transportKeyName(asking.desk, asking.device);
  const before = await storage.document('transport-key', name);
  if (before !== null && decodeTransportKey(payloadOf(before)).day > key.day) return refuse('rolled-back');
  const row = { kind: 'transport-key', key: name, lastDay: key.day + TRANSPORT_KEY_GRACE_DAYS, bytes: key.signed };
  await write([{ kind: 'document', row }]);
  return { kind: 'publish-transport-key' };
}

async function listTransportKeys({ desk }: Asking, { storage }: DeskParts): Promise<DeviceResponse> {
  const found = await Promise.all(
    desk.devices.map((device) => storage.document('transport-key', transportKeyName(desk, device))),
  );
  return { kind: 'transport-keys', transportKeys: found.filter((bytes) => bytes !== null) };
}

async function parcels(
  request: RequestOf<'send-parcel' | 'parcels' | 'take-parcel'>,
  { roster, desk, device }: Asking,
  { storage, write }: DeskParts,
  today: Day,
): Promise<DeviceResponse> {
  const own = deviceIdOf(device.keyHash);
  switch (request.kind) {
    case 'parcels': {
      const found = await storage.parcels(own, PARCELS_MAX);
      return { kind: 'parcels', parcels: found.map(({ id, bytes }) => ({ id, parcel: bytes })) };
    }
    case 'take-parcel':
      await write([{ kind: 'parcel-taken', to: own, id: request.id }]);
      return { kind: 'take-parcel' };
    case 'send-parcel': {
      const { to, parcel } = request;
      if (deviceOf(roster, desk.id, to) === null) return refuse('unknown-device');
      if (!(await countUpTo(write, `parcels:${bytesToHex(desk.id)}`, today, 1, parcelsADayMax))) return refuse('full');
      await write([{ kind: 'parcel', row: { to, id: sha256Native(parcel), day: today, bytes: parcel } }]);
      return { kind: 'send-parcel' };
    }
  }
}

async function envelopes(
  request: RequestOf<'envelope-ids' | 'envelopes' | 'pass-day'>,
  { desk }: Asking,
  { storage, write, dayPassed }: DeskParts,
  today: Day,
): Promise<DeviceResponse> {
  switch (request.kind) {
    case 'envelope-ids':
      return { kind: 'envelope-ids', ids: await storage.envelopeIds(request.day) };
    case 'envelopes': {
      const found = [...(await storage.envelopes(request.ids))].sort((a, b) => compare(a.id, b.id));
      const distinct = found.filter(({ id }, at) => at === 0 || !equal(id, found[at - 1]?.id ?? id));
      return { kind: 'envelopes', envelopes: distinct.map(({ bytes }) => bytes) };
    }
    case 'pass-day':
      if (!mayBePassed(request.day, today)) return refuse('too-early');
      // What is so old is gone without anybody passing it.
      if (request.day + ENVELOPE_LIFE_DAYS >= today) {
        await write([{ kind: 'desk-passed', desk: desk.id, day: request.day }]);
        dayPassed();
      }
      return { kind: 'pass-day' };
  }
}

async function log(
  request: RequestOf<'log' | 'append'>,
  { desk }: Asking,
  { storage, write }: DeskParts,
  today: Day,
): Promise<DeviceResponse> {
  if (request.kind === 'log') {
    const rows = await storage.log(desk.id, request.from, LOG_ENTRIES_MAX);
    const entries = rows.map(({ number, bytes }) => ({ number, entry: bytes }));
    return { kind: 'log', length: await storage.logLength(desk.id), entries };
  }
  const number = entryNumber(request.entry);
  if (!(await countUpTo(write, `entries:${bytesToHex(desk.id)}`, today, 1, entriesADayMax))) return refuse('full');
  const append: Write = { kind: 'append', row: { desk: desk.id, number, day: today, bytes: request.entry } };
  const [result] = await write([append]);
  const outcome = result === 'refused' ? 'conflict' : 'appended';
  return { kind: 'append', outcome, length: await storage.logLength(desk.id) };
}

/** `u8 version, u8 kind, u32 number, …`: all that the server needs of an entry. @throws WireError */
function entryNumber(entry: Uint8Array): number {
  const reader = new Reader(entry);
  reader.version(1);
  reader.u8();
  return reader.u32();
}

async function tokens(
  request: RequestOf<'issuer-keys' | 'tokens'>,
  { roster, desk }: Asking,
  { write, tokens: issuer }: DeskParts,
  today: Day,
): Promise<DeviceResponse> {
  if (request.kind === 'issuer-keys') {
    const keys = issuer.publicKeys.map(({ purpose, period, spki }) => ({ purpose, period, publicKey: spki }));
    return { kind: 'issuer-keys', keys };
  }
  const { purpose, period, blinded } = request;
  const keyHash = issuer.keyHash(purpose, period, today);
  if (keyHash === null) return refuse('wrong-period');
  // Under a new key, after the old one was lost, what was given before is worth nothing.
  const name = `${purpose}:${bytesToHex(desk.id)}:${bytesToHex(keyHash)}`;
  // Asked again, the same is signed the same way: it gives nothing that was not given.
  const once = sha256Native(concat(...blinded));
  if (!(await countUpTo(write, name, today, blinded.length, roster.repliesADay, once))) return refuse('no-tokens-left');
  // Only now: to sign takes a hundred times as long as to count, and keeps everybody waiting.
  const signatures = issuer.sign(purpose, period, today, blinded);
  return signatures === null ? refuse('wrong-period') : { kind: 'tokens', signatures };
}

/** Counts before anything is given, so that what fails afterwards is not given twice [TOK-2]. */
async function countUpTo(
  write: Storage['write'],
  name: string,
  day: Day,
  count: number,
  max: number,
  once?: Uint8Array,
): Promise<boolean> {
  const [result] = await write([{ kind: 'count', name, day, count, max, ...(once === undefined ? {} : { once }) }]);
  return result !== 'refused';
}

function isOwn(
  signed: { readonly desk: Uint8Array; readonly device: RosterDevice },
  { desk, device }: Asking,
): boolean {
  return equal(signed.desk, desk.id) && equal(signed.device.keyHash, device.keyHash);
}

function transportKeyName(desk: RosterDesk, device: RosterDevice): string {
  return `${bytesToHex(desk.id)}:${bytesToHex(deviceIdOf(device.keyHash))}`;
}

function refuse(code: string): DeviceResponse {
  return { kind: 'error', code };
}
