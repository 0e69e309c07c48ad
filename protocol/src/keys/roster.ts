/** The roster: an organisation's desks, devices, servers, schedule and campaigns (spec/protocol.md section 2.2). */

import { type DeskId, type DeviceId, deskId, deviceId } from '../bytes/brand.ts';
import { bytesToHex, utf8ToBytes } from '../bytes/encode.ts';
import { equal } from '../bytes/equal.ts';
import { Reader } from '../bytes/reader.ts';
import { requireSorted, sortByKey } from '../bytes/sorted.ts';
import { WireError } from '../bytes/wire-error.ts';
import { Writer } from '../bytes/writer.ts';
import {
  CAMPAIGN_ID_BYTES,
  DAY_SECONDS,
  DESK_DEVICES_MAX,
  DESK_ID_BYTES,
  DEVICE_ID_BYTES,
  ED25519_PUBLIC_KEY_BYTES,
  HASH_BYTES,
  HYBRID_PUBLIC_KEY_BYTES,
  INDEX_STEP_MAX,
  INDEX_STEP_MIN,
} from '../constants.ts';
import type { Day } from '../time.ts';
import { DocumentError } from './document-error.ts';
import { type DocumentHash, documentHash, type KeyHash, keyHash, keyHashOf } from './signed.ts';

/** What an organisation or desk is called in one language (BCP 47). */
export type LocalName = { readonly language: string; readonly name: string };
export type DeskName = LocalName & { readonly description: string };

export type RosterServer = { readonly keyHash: KeyHash; readonly addresses: readonly string[] };

export type RosterDevice = {
  /** The first 32 bytes of the device's hybrid key. */
  readonly ed25519: Uint8Array;
  readonly keyHash: KeyHash;
};

export type RosterDesk = {
  readonly id: DeskId;
  readonly paused: boolean;
  readonly names: readonly DeskName[];
  readonly devices: readonly RosterDevice[];
};

/** @property id 8 bytes @property hash 32 bytes */
export type RosterCampaign = { readonly id: Uint8Array; readonly hash: Uint8Array };

/** What a roster says, whoever wrote it. Only `verifyRoster` makes one that may be relied on. */
export type Roster = {
  /** 1,984 bytes. */
  readonly rootPublicKey: Uint8Array;
  /** From 1. */
  readonly number: number;
  /** Hash of the roster before; zeros for number 1. */
  readonly previous: DocumentHash;
  /** Inclusive, as is the last day. */
  readonly firstDay: Day;
  readonly lastDay: Day;
  readonly names: readonly LocalName[];
  readonly servers: readonly RosterServer[];
  readonly desks: readonly RosterDesk[];
  /** Seconds from page load at which clients send. */
  readonly moments: readonly number[];
  /** Seconds between later moments. */
  readonly thenEvery: number;
  /** The first and then each so-manieth moment carries an envelope. */
  readonly envelopeEvery: number;
  readonly epochSeconds: number;
  /** Of each desk, real and cover. */
  readonly repliesADay: number;
  /** The smallest capacity of an index is 2 to this many tags. */
  readonly indexStep: number;
  readonly campaigns: readonly RosterCampaign[];
  /** SHA-256 of the release's offline page, 32 bytes; zeros for none. */
  readonly offlinePage: Uint8Array;
};

const version = 1;

/**
 * Writes a roster, its lists sorted.
 * @returns the payload to sign
 * @throws WireError, DocumentError for contents that {@link decodeRoster} would refuse; RangeError for numbers and
 * lists that do not fit their fields
 */
export function encodeRoster(roster: Roster): Uint8Array {
  const payload = new Writer()
    .u8(version)
    .bytes(roster.rootPublicKey, HYBRID_PUBLIC_KEY_BYTES)
    .u32(roster.number)
    .bytes(roster.previous, HASH_BYTES)
    .u32(roster.firstDay)
    .u32(roster.lastDay)
    .list8(sortByKey(roster.names, languageKey), (name, w) => w.text8(name.language).text8(name.name))
    .list8(sortByKey(roster.servers, serverKey), (server, w) =>
      w.bytes(server.keyHash, HASH_BYTES).list8(server.addresses, (address) => w.text8(address)),
    )
    .list8(sortByKey(roster.desks, deskKey), writeDesk)
    .list8(roster.moments, (moment, w) => w.u16(moment))
    .u16(roster.thenEvery)
    .u8(roster.envelopeEvery)
    .u16(roster.epochSeconds)
    .u32(roster.repliesADay)
    .u8(roster.indexStep)
    .list8(sortByKey(roster.campaigns, campaignKey), (campaign, w) =>
      w.bytes(campaign.id, CAMPAIGN_ID_BYTES).bytes(campaign.hash, HASH_BYTES),
    )
    .bytes(roster.offlinePage, HASH_BYTES)
    .done();
  decodeRoster(payload);
  return payload;
}

/**
 * Reads a roster's payload, whose signature has been verified.
 * @throws WireError for bytes of another form; DocumentError duplicate (ROS-4)
 */
export function decodeRoster(payload: Uint8Array): Roster {
  const reader = new Reader(payload);
  reader.version(version);
  const roster: Roster = {
    rootPublicKey: reader.bytes(HYBRID_PUBLIC_KEY_BYTES),
    number: reader.u32(),
    previous: documentHash(reader.bytes(HASH_BYTES)),
    firstDay: reader.u32(),
    lastDay: reader.u32(),
    names: requireSorted(reader.list8(255, readName), languageKey),
    servers: requireSorted(reader.list8(255, readServer), serverKey),
    desks: requireSorted(reader.list8(255, readDesk), deskKey),
    moments: reader.list8(255, (r) => r.u16()),
    thenEvery: reader.u16(),
    envelopeEvery: reader.u8(),
    epochSeconds: reader.u16(),
    repliesADay: reader.u32(),
    indexStep: reader.u8(),
    campaigns: requireSorted(reader.list8(255, readCampaign), campaignKey),
    offlinePage: reader.bytes(HASH_BYTES),
  };
  reader.end();
  requireRanges(roster);
  requireDistinctKeys(roster);
  return roster;
}

/** A device's entry in a roster. @param publicKey 1,984 bytes */
export async function rosterDevice(publicKey: Uint8Array): Promise<RosterDevice> {
  return { ed25519: publicKey.slice(0, ED25519_PUBLIC_KEY_BYTES), keyHash: await keyHashOf(publicKey) };
}

/** A device id is the first 8 bytes of its key hash. */
export function deviceIdOf(hash: KeyHash): DeviceId {
  return deviceId(hash.slice(0, DEVICE_ID_BYTES));
}

/** Null for a desk that the roster does not have. */
export function deskOf(roster: Roster, id: Uint8Array): RosterDesk | null {
  return roster.desks.find((desk) => equal(desk.id, id)) ?? null;
}

/** Null for a device that this desk does not have. */
export function deviceOf(roster: Roster, desk: Uint8Array, device: Uint8Array): RosterDevice | null {
  return deskOf(roster, desk)?.devices.find(({ keyHash }) => equal(deviceIdOf(keyHash), device)) ?? null;
}

/** The device whose hybrid key has this hash, and its desk; null if the roster has none. */
export function signerOf(roster: Roster, hash: KeyHash): { desk: RosterDesk; device: RosterDevice } | null {
  for (const desk of roster.desks) {
    const device = desk.devices.find(({ keyHash }) => equal(keyHash, hash));
    if (device !== undefined) return { desk, device };
  }
  return null;
}

/** The server whose hybrid key has this hash; null if the roster has none. */
export function serverOf(roster: Roster, hash: KeyHash): RosterServer | null {
  return roster.servers.find(({ keyHash }) => equal(keyHash, hash)) ?? null;
}

/** The desks that are not paused, in order of id. */
export function activeDesks(roster: Roster): RosterDesk[] {
  return roster.desks.filter(({ paused }) => !paused);
}

function writeDesk(desk: RosterDesk, writer: Writer): void {
  writer
    .bytes(desk.id, DESK_ID_BYTES)
    .u8(desk.paused ? 1 : 0)
    .list8(sortByKey(desk.names, languageKey), (name, w) =>
      w.text8(name.language).text8(name.name).text8(name.description),
    )
    .list8(sortByKey(desk.devices, deviceKey), (device, w) =>
      w.bytes(device.ed25519, ED25519_PUBLIC_KEY_BYTES).bytes(device.keyHash, HASH_BYTES),
    );
}

function readDesk(reader: Reader): RosterDesk {
  const id = deskId(reader.bytes(DESK_ID_BYTES));
  const paused = reader.u8();
  requireValue(paused <= 1, 'paused is neither 0 nor 1');
  return {
    id,
    paused: paused === 1,
    names: requireSorted(
      reader.list8(255, (r) => ({ ...readName(r), description: r.text8() })),
      languageKey,
    ),
    devices: requireSorted(
      reader.list8(DESK_DEVICES_MAX, (r) => ({
        ed25519: r.bytes(ED25519_PUBLIC_KEY_BYTES),
        keyHash: keyHash(r.bytes(HASH_BYTES)),
      })),
      deviceKey,
    ),
  };
}

function readName(reader: Reader): LocalName {
  return { language: reader.text8(), name: reader.text8() };
}

function readServer(reader: Reader): RosterServer {
  return { keyHash: keyHash(reader.bytes(HASH_BYTES)), addresses: reader.list8(255, (r) => r.text8()) };
}

function readCampaign(reader: Reader): RosterCampaign {
  return { id: reader.bytes(CAMPAIGN_ID_BYTES), hash: reader.bytes(HASH_BYTES) };
}

function requireRanges(roster: Roster): void {
  const { number, previous, moments, epochSeconds, indexStep } = roster;
  requireValue(number >= 1, 'the number is 0');
  requireValue((number === 1) === previous.every((byte) => byte === 0), 'only number 1 has zeros as its previous');
  requireValue(roster.firstDay <= roster.lastDay, 'the last day is before the first');
  requireValue(roster.names.length >= 1, 'it has no name');
  requireValue(
    roster.desks.some(({ paused }) => !paused),
    'it has no desk that is not paused',
  );
  requireValue(moments.length >= 1, 'it has no moment');
  if (moments.some((moment, i) => i > 0 && moment <= (moments[i - 1] ?? 0))) {
    throw new WireError('bad-order', 'read a roster: its moments are not ascending');
  }
  requireValue(roster.thenEvery >= 1 && roster.envelopeEvery >= 1, 'an interval is 0');
  requireValue(epochSeconds >= 1 && DAY_SECONDS % epochSeconds === 0, 'the epoch does not divide a day');
  requireValue(indexStep >= INDEX_STEP_MIN && indexStep <= INDEX_STEP_MAX, 'the index step is out of range');
}

/** ROS-4; that desk ids differ follows from their order. Equal device ids would make `deviceOf` ambiguous. */
function requireDistinctKeys(roster: Roster): void {
  const devices = roster.desks.flatMap((desk) => desk.devices);
  const hashes = [...roster.servers.map((server) => server.keyHash), ...devices.map((device) => device.keyHash)];
  requireDistinct(hashes);
  requireDistinct(devices.map((device) => device.ed25519));
  requireDistinct(devices.map((device) => deviceIdOf(device.keyHash)));
}

function requireDistinct(keys: readonly Uint8Array[]): void {
  if (new Set(keys.map(bytesToHex)).size !== keys.length) {
    throw new DocumentError('duplicate', 'read a roster: a key stands in two places');
  }
}

function requireValue(isGood: boolean, otherwise: string): void {
  if (!isGood) throw new WireError('bad-value', `read a roster: ${otherwise}`);
}

function languageKey(name: LocalName): Uint8Array {
  return utf8ToBytes(name.language);
}

function serverKey(server: RosterServer): Uint8Array {
  return server.keyHash;
}

function deskKey(desk: RosterDesk): Uint8Array {
  return desk.id;
}

function deviceKey(device: RosterDevice): Uint8Array {
  return device.keyHash;
}

function campaignKey(campaign: RosterCampaign): Uint8Array {
  return campaign.id;
}
