/** Entries of a desk's log: sealed, signed and chained (spec/protocol.md, section 7.2). */

import { concat, lengthPrefixed, u32be } from '../bytes/encode.ts';
import { compare, equal } from '../bytes/equal.ts';
import { Reader } from '../bytes/reader.ts';
import { WireError } from '../bytes/wire-error.ts';
import { Writer } from '../bytes/writer.ts';
import {
  DESK_DEVICES_MAX,
  DEVICE_ID_BYTES,
  GROUP_KEY_BYTES,
  HASH_BYTES,
  LOG_ENTRY_BYTES,
  LOG_EVENTS_BYTES,
  LOG_HEADER_BYTES,
  LOG_REKEY_BYTES,
  SALT_BYTES,
  WRAPPED_GROUP_KEY_BYTES,
} from '../constants.ts';
import { subkey } from '../keys/kdf.ts';
import { aesGcmOpen, aesGcmSeal } from '../primitives/aes-gcm.ts';
import { sha256 } from '../primitives/hash.ts';
import { type HpkePrivateKey, type HpkeRecipient, hpkeSeal } from '../primitives/hpke.ts';
import { type HybridKey, verifyHybrid } from '../primitives/hybrid-signature.ts';
import type { Random } from '../primitives/random.ts';
import { encodeEvent, type LogEvent, readEvent } from './log-event.ts';
import { MessageError } from './message-error.ts';
import type { DeskSigner } from './parcel.ts';

/** How far a device has verified its desk's log; the next entry must continue exactly here. */
export interface LogPosition {
  /** Entries up to here, which is the number of the next one. */
  readonly length: number;
  /** H(last entry), zeros if there is none. */
  readonly head: Uint8Array;
  /** 0 before the first rekey. */
  readonly groupEpoch: number;
  /** Ids of the devices that the last rekey gave the group key to. */
  readonly members: readonly Uint8Array[];
}

/** Whose log it is: 32 and 8 bytes. */
export interface LogOwner {
  readonly fingerprint: Uint8Array;
  readonly desk: Uint8Array;
}

/** The device that writes: its id and key. */
export interface LogAuthor {
  readonly device: Uint8Array;
  readonly key: HybridKey;
}

/** Who may write. */
export interface LogTrust {
  /** Ids of the desk's devices in the current roster. */
  readonly roster: readonly Uint8Array[];
  /** Keys of those and of devices that have left, as far as known, each checked against a roster's key hash. */
  readonly signers: readonly DeskSigner[];
}

/** A group key sealed to one device. */
export interface WrappedGroupKey {
  readonly device: Uint8Array;
  /** 1,168 bytes. */
  readonly sealed: Uint8Array;
}

export type OpenedEntry =
  | {
      readonly kind: 'events';
      readonly device: Uint8Array;
      readonly events: readonly LogEvent[];
      readonly next: LogPosition;
    }
  | {
      readonly kind: 'rekey';
      readonly device: Uint8Array;
      readonly keys: readonly WrappedGroupKey[];
      readonly next: LogPosition;
    };

interface Header {
  readonly kind: number;
  readonly number: number;
  readonly groupEpoch: number;
  readonly previous: Uint8Array;
}

const version = 1;
const kinds = { events: 1, rekey: 2 } as const;

/** Before the first entry, which must be a rekey. */
export const logStart: LogPosition = { length: 0, head: new Uint8Array(HASH_BYTES), groupEpoch: 0, members: [] };

/**
 * Seals events, or none, as the next entry.
 * @param groupKey of the position's epoch, 32 bytes
 * @param events as many as fit, see `packEvents`
 * @returns 16,384 bytes
 * @throws RangeError for events that do not fit
 */
export async function sealEventsEntry(
  owner: LogOwner,
  position: LogPosition,
  author: LogAuthor,
  groupKey: Uint8Array,
  events: readonly LogEvent[],
  random: Random,
): Promise<Uint8Array> {
  const { length: number, groupEpoch, head: previous } = position;
  const header = encodeHeader({ kind: kinds.events, number, groupEpoch, previous });
  const fields = new Writer()
    .bytes(author.device, DEVICE_ID_BYTES)
    .list16(events, (event, writer) => {
      const bytes = encodeEvent(event);
      writer.bytes(bytes, bytes.length);
    })
    .padTo(LOG_EVENTS_BYTES)
    .done();
  const signature = await author.key.sign(await signedBytes(owner, header, fields), random);
  const salt = random(SALT_BYTES);
  const { key, nonce } = await entrySubkey(owner, groupKey, salt, number, previous);
  const sealed = await aesGcmSeal(key, nonce, new Uint8Array(0), concat(fields, signature));
  return wholeEntry(header, salt, sealed);
}

/**
 * Gives a new group key to devices as the next entry, in the epoch after the position's.
 * @param groupKey 32 fresh random bytes
 * @param to the devices of the desk in the current roster with their public transport keys, 1 to 11
 * @returns 16,384 bytes
 * @throws RangeError for too many devices, none, or one twice
 */
export async function sealRekeyEntry(
  owner: LogOwner,
  position: LogPosition,
  author: LogAuthor,
  groupKey: Uint8Array,
  to: readonly { readonly device: Uint8Array; readonly transportKey: Uint8Array }[],
  random: Random,
): Promise<Uint8Array> {
  const groupEpoch = position.groupEpoch + 1;
  const sorted = [...to].sort((a, b) => compare(a.device, b.device));
  if (sorted.length < 1 || sorted.length > DESK_DEVICES_MAX || !isAscending(sorted)) {
    throw new RangeError(`rekey a log: for ${to.length} devices, wanted 1 to ${DESK_DEVICES_MAX} different ones`);
  }
  if (groupKey.length !== GROUP_KEY_BYTES) throw new RangeError(`rekey a log: a key of ${groupKey.length} bytes`);
  const header = encodeHeader({ kind: kinds.rekey, number: position.length, groupEpoch, previous: position.head });
  const writer = new Writer().bytes(author.device, DEVICE_ID_BYTES).u8(sorted.length);
  for (const { device, transportKey } of sorted) {
    const info = groupInfo(owner, device, groupEpoch);
    const sealed = await hpkeSeal(transportKey, info, new Uint8Array(0), groupKey, random);
    writer.bytes(device, DEVICE_ID_BYTES).bytes(sealed, WRAPPED_GROUP_KEY_BYTES);
  }
  const fields = writer.padTo(LOG_REKEY_BYTES).done();
  const signature = await author.key.sign(await signedBytes(owner, header, fields), random);
  return wholeEntry(header, fields, signature);
}

/**
 * Verifies that an entry continues the log and opens it (LOG-1). Nothing may be applied from one that throws, and
 * nothing after it.
 *
 * A signer must be a device of the current roster or one that holds the current group key, so that what a device wrote
 * before it was removed can still be read, up to the rekey that left it out; the same goes for those a rekey is for.
 *
 * @param groupKey of the position's epoch, or null if this device has none
 * @throws WireError for what cannot be read; MessageError `number`, `previous`, `epoch`, `sealed`, `signer`,
 *   `signature`, `recipients`
 */
export async function openLogEntry(
  owner: LogOwner,
  position: LogPosition,
  trust: LogTrust,
  groupKey: Uint8Array | null,
  entry: Uint8Array,
): Promise<OpenedEntry> {
  if (entry.length !== LOG_ENTRY_BYTES) {
    throw new WireError('bad-length', `open a log entry: ${entry.length} bytes, wanted ${LOG_ENTRY_BYTES}`);
  }
  const reader = new Reader(entry);
  const headerBytes = reader.bytes(LOG_HEADER_BYTES);
  const header = decodeHeader(headerBytes);
  checkContinues(position, header);
  const head = await sha256(entry);
  const length = position.length + 1;
  if (header.kind === kinds.rekey) {
    const fields = reader.bytes(LOG_REKEY_BYTES);
    const device = await verifySigner(owner, position, trust, headerBytes, fields, reader.rest());
    const keys = readKeys(fields);
    const members = keys.map((key) => key.device);
    if (!members.every((member) => isOneOf(trust.roster, member) || isOneOf(position.members, member))) {
      throw new MessageError('recipients', 'open a log entry: a rekey for a device that is not of the desk');
    }
    return { kind: 'rekey', device, keys, next: { length, head, groupEpoch: header.groupEpoch, members } };
  }
  const salt = reader.bytes(SALT_BYTES);
  const inside = new Reader(await openSealed(owner, header, groupKey, salt, reader.rest()));
  const fields = inside.bytes(LOG_EVENTS_BYTES);
  const device = await verifySigner(owner, position, trust, headerBytes, fields, inside.rest());
  const events = readEvents(fields);
  return { kind: 'events', device, events, next: { ...position, length, head } };
}

/** What an entry says of its place, unverified: its number and group epoch. @throws WireError */
export function placeOfEntry(entry: Uint8Array): { readonly number: number; readonly groupEpoch: number } {
  if (entry.length !== LOG_ENTRY_BYTES) {
    throw new WireError('bad-length', `read a log entry: ${entry.length} bytes, wanted ${LOG_ENTRY_BYTES}`);
  }
  const { number, groupEpoch } = decodeHeader(entry.subarray(0, LOG_HEADER_BYTES));
  return { number, groupEpoch };
}

/** This device's group key from a rekey: 32 bytes, or null if its transport key does not open it. */
export async function openGroupKey(
  recipient: HpkeRecipient,
  owner: LogOwner,
  key: HpkePrivateKey,
  wrapped: WrappedGroupKey,
  groupEpoch: number,
): Promise<Uint8Array | null> {
  const info = groupInfo(owner, wrapped.device, groupEpoch);
  return recipient.open(key, info, new Uint8Array(0), wrapped.sealed);
}

function checkContinues(position: LogPosition, header: Header): void {
  const { kind, number, groupEpoch, previous } = header;
  if (number !== position.length) {
    throw new MessageError('number', `open a log entry: number ${number}, wanted ${position.length}`);
  }
  if (!equal(previous, position.head)) {
    throw new MessageError('previous', `open log entry ${number}: it does not follow the one before`);
  }
  const wanted = position.groupEpoch + (kind === kinds.rekey ? 1 : 0);
  if (groupEpoch !== wanted || groupEpoch === 0) {
    throw new MessageError('epoch', `open log entry ${number}: group epoch ${groupEpoch}, wanted ${wanted}`);
  }
}

async function openSealed(
  owner: LogOwner,
  { number, previous }: Header,
  groupKey: Uint8Array | null,
  salt: Uint8Array,
  sealed: Uint8Array,
): Promise<Uint8Array> {
  if (groupKey === null) throw new MessageError('sealed', `open log entry ${number}: its group key is not here`);
  const { key, nonce } = await entrySubkey(owner, groupKey, salt, number, previous);
  const inside = await aesGcmOpen(key, nonce, new Uint8Array(0), sealed);
  if (inside === null) throw new MessageError('sealed', `open log entry ${number}: the group key does not open it`);
  return inside;
}

/** The signer's id, which stands first in what is signed. */
async function verifySigner(
  owner: LogOwner,
  position: LogPosition,
  trust: LogTrust,
  header: Uint8Array,
  fields: Uint8Array,
  signature: Uint8Array,
): Promise<Uint8Array> {
  const device = fields.slice(0, DEVICE_ID_BYTES);
  const signer = trust.signers.find((known) => equal(known.device, device));
  if (signer === undefined || !(isOneOf(trust.roster, device) || isOneOf(position.members, device))) {
    throw new MessageError('signer', `open log entry ${position.length}: its signer may not write`);
  }
  if (!(await verifyHybrid(signer.publicKey, await signedBytes(owner, header, fields), signature))) {
    throw new MessageError('signature', `open log entry ${position.length}: its signature does not verify`);
  }
  return device;
}

function readEvents(fields: Uint8Array): LogEvent[] {
  const reader = new Reader(fields);
  reader.bytes(DEVICE_ID_BYTES);
  const events = reader.list16(LOG_EVENTS_BYTES, () => readEvent(reader));
  reader.zeros();
  return events;
}

function readKeys(fields: Uint8Array): WrappedGroupKey[] {
  const reader = new Reader(fields);
  reader.bytes(DEVICE_ID_BYTES);
  const keys = reader.list8(DESK_DEVICES_MAX, () => ({
    device: reader.bytes(DEVICE_ID_BYTES),
    sealed: reader.bytes(WRAPPED_GROUP_KEY_BYTES),
  }));
  reader.zeros();
  if (keys.length === 0) throw new WireError('bad-value', 'read a rekey: for no device');
  if (!isAscending(keys)) throw new WireError('bad-order', 'read a rekey: devices are not strictly ascending');
  return keys;
}

function encodeHeader({ kind, number, groupEpoch, previous }: Header): Uint8Array {
  return new Writer().u8(version).u8(kind).u32(number).u32(groupEpoch).bytes(previous, HASH_BYTES).done();
}

function decodeHeader(bytes: Uint8Array): Header {
  const reader = new Reader(bytes);
  reader.version(version);
  const kind = reader.u8();
  if (kind !== kinds.events && kind !== kinds.rekey) {
    throw new WireError('bad-value', `read a log entry: kind ${kind}, wanted 1 or 2`);
  }
  return { kind, number: reader.u32(), groupEpoch: reader.u32(), previous: reader.bytes(HASH_BYTES) };
}

function wholeEntry(...parts: readonly Uint8Array[]): Uint8Array {
  const entry = concat(...parts);
  if (entry.length !== LOG_ENTRY_BYTES) throw new RangeError(`seal a log entry: it has ${entry.length} bytes`);
  return entry;
}

function entrySubkey(
  { fingerprint, desk }: LogOwner,
  groupKey: Uint8Array,
  salt: Uint8Array,
  number: number,
  previous: Uint8Array,
): ReturnType<typeof subkey> {
  return subkey(groupKey, 'log', salt, [fingerprint, desk, u32be(number), previous]);
}

function groupInfo({ fingerprint, desk }: LogOwner, device: Uint8Array, groupEpoch: number): Uint8Array {
  return lengthPrefixed('postern/1 group', fingerprint, desk, device, u32be(groupEpoch));
}

async function signedBytes(
  { fingerprint, desk }: LogOwner,
  header: Uint8Array,
  fields: Uint8Array,
): Promise<Uint8Array> {
  return lengthPrefixed('postern/1 log', fingerprint, desk, header, await sha256(fields));
}

function isOneOf(devices: readonly Uint8Array[], device: Uint8Array): boolean {
  return devices.some((other) => equal(other, device));
}

function isAscending(items: readonly { readonly device: Uint8Array }[]): boolean {
  return items.every((item, at) => {
    const before = items[at - 1];
    return before === undefined || compare(before.device, item.device) < 0;
  });
}
