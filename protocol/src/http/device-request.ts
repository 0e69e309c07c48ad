/** What a desk's device asks of the server: eighteen kinds (spec: http section 3). */

import { Reader } from '../bytes/reader.ts';
import { WireError } from '../bytes/wire-error.ts';
import { Writer } from '../bytes/writer.ts';
import {
  CAMPAIGN_BYTES_MAX,
  CAMPAIGN_ID_BYTES,
  DEVICE_ID_BYTES,
  HASH_BYTES,
  LOG_ENTRY_BYTES,
  PARCEL_BYTES,
  SNAPSHOT_PARCEL_BYTES,
} from '../constants.ts';
import { blindedBytes } from '../primitives/blind-rsa.ts';
import {
  type DeviceKind,
  deviceKinds,
  ENVELOPES_MAX,
  FILM_PART_BYTES_MAX,
  ROSTER_BYTES_MAX,
  SIGNED_DAY_KEY_BYTES,
  SIGNED_TRANSPORT_KEY_BYTES,
  TOKENS_MAX,
  tokenPurposes,
} from './device-kinds.ts';
import type { TokenPurpose } from './token.ts';

/** Documents are signed ones, exactly as they travel; ids, envelopes and entries have the lengths of protocol section 1. */
export type DeviceRequest =
  /** The signed rosters from this number on; at most 16 come at once. */
  | { readonly kind: 'rosters'; readonly from: number }
  | { readonly kind: 'publish-roster'; readonly roster: Uint8Array }
  /** One that a known roster lists. */
  | { readonly kind: 'publish-campaign'; readonly campaign: Uint8Array }
  /** Of a film that the campaign names: its document, then its pieces in their order. */
  | { readonly kind: 'publish-film-part'; readonly campaign: Uint8Array; readonly part: Uint8Array }
  | { readonly kind: 'publish-day-key'; readonly dayKey: Uint8Array }
  | { readonly kind: 'day-keys' }
  | { readonly kind: 'publish-transport-key'; readonly transportKey: Uint8Array }
  | { readonly kind: 'transport-keys' }
  /** `to` is a device id; a parcel is 8,192 or 65,536 bytes. */
  | { readonly kind: 'send-parcel'; readonly to: Uint8Array; readonly parcel: Uint8Array }
  | { readonly kind: 'parcels' }
  | { readonly kind: 'take-parcel'; readonly id: Uint8Array }
  | { readonly kind: 'envelope-ids'; readonly day: number }
  /** At most 64. */
  | { readonly kind: 'envelopes'; readonly ids: readonly Uint8Array[] }
  | { readonly kind: 'pass-day'; readonly day: number }
  /** The entries from this number on; at most 16 come at once. */
  | { readonly kind: 'log'; readonly from: number }
  | { readonly kind: 'append'; readonly entry: Uint8Array }
  | { readonly kind: 'issuer-keys' }
  /** At most 32 blinded messages of 256 bytes. */
  | {
      readonly kind: 'tokens';
      readonly purpose: TokenPurpose;
      readonly period: number;
      readonly blinded: readonly Uint8Array[];
    };

const version = 1;

export function encodeDeviceRequest(request: DeviceRequest): Uint8Array {
  const writer = new Writer().u8(version).u8(deviceKinds[request.kind]);
  writeBody(writer, request);
  return writer.done();
}

/** @throws WireError */
export function decodeDeviceRequest(bytes: Uint8Array): DeviceRequest {
  const reader = new Reader(bytes);
  reader.version(version);
  const request = readBody(reader, readDeviceKind(reader));
  reader.end();
  return request;
}

/** @throws WireError for a number that no kind has */
export function readDeviceKind(reader: Reader): DeviceKind {
  const number = reader.u8();
  for (const [kind, known] of Object.entries(deviceKinds)) if (known === number) return kind as DeviceKind;
  throw new WireError('bad-value', 'read a device message: its kind is not known');
}

function writeBody(writer: Writer, request: DeviceRequest): void {
  switch (request.kind) {
    case 'rosters':
    case 'log':
      writer.u32(request.from);
      return;
    case 'publish-roster':
      writer.var32(request.roster);
      return;
    case 'publish-campaign':
      writer.var32(request.campaign);
      return;
    case 'publish-film-part':
      writer.bytes(request.campaign, CAMPAIGN_ID_BYTES).var32(request.part);
      return;
    case 'publish-day-key':
      writer.var16(request.dayKey);
      return;
    case 'publish-transport-key':
      writer.var16(request.transportKey);
      return;
    case 'send-parcel':
      writer.bytes(request.to, DEVICE_ID_BYTES).var32(request.parcel);
      return;
    case 'take-parcel':
      writer.bytes(request.id, HASH_BYTES);
      return;
    case 'envelope-ids':
    case 'pass-day':
      writer.u32(request.day);
      return;
    case 'envelopes':
      writer.list8(request.ids, (id) => writer.bytes(id, HASH_BYTES));
      return;
    case 'append':
      writer.bytes(request.entry, LOG_ENTRY_BYTES);
      return;
    case 'tokens':
      writer.u8(tokenPurposes[request.purpose]).u32(request.period);
      writer.list8(request.blinded, (blinded) => writer.bytes(blinded, blindedBytes));
      return;
    case 'day-keys':
    case 'transport-keys':
    case 'parcels':
    case 'issuer-keys':
      return;
  }
}

function readBody(reader: Reader, kind: DeviceKind): DeviceRequest {
  switch (kind) {
    case 'rosters':
    case 'log':
      return { kind, from: reader.u32() };
    case 'publish-roster':
      return { kind, roster: reader.var32(ROSTER_BYTES_MAX) };
    case 'publish-campaign':
      return { kind, campaign: reader.var32(CAMPAIGN_BYTES_MAX) };
    case 'publish-film-part':
      return { kind, campaign: reader.bytes(CAMPAIGN_ID_BYTES), part: reader.var32(FILM_PART_BYTES_MAX) };
    case 'publish-day-key':
      return { kind, dayKey: reader.var16(SIGNED_DAY_KEY_BYTES) };
    case 'publish-transport-key':
      return { kind, transportKey: reader.var16(SIGNED_TRANSPORT_KEY_BYTES) };
    case 'send-parcel':
      return { kind, to: reader.bytes(DEVICE_ID_BYTES), parcel: readParcel(reader) };
    case 'take-parcel':
      return { kind, id: reader.bytes(HASH_BYTES) };
    case 'envelope-ids':
    case 'pass-day':
      return { kind, day: reader.u32() };
    case 'envelopes':
      return { kind, ids: reader.list8(ENVELOPES_MAX, () => reader.bytes(HASH_BYTES)) };
    case 'append':
      return { kind, entry: reader.bytes(LOG_ENTRY_BYTES) };
    case 'tokens':
      return {
        kind,
        purpose: readTokenPurpose(reader),
        period: reader.u32(),
        blinded: reader.list8(TOKENS_MAX, () => reader.bytes(blindedBytes)),
      };
    case 'day-keys':
    case 'transport-keys':
    case 'parcels':
    case 'issuer-keys':
      return { kind };
  }
}

/** One of the two sizes that parcels have (protocol section 7.1). @throws WireError */
export function readParcel(reader: Reader): Uint8Array {
  const parcel = reader.var32(SNAPSHOT_PARCEL_BYTES);
  if (parcel.length !== PARCEL_BYTES && parcel.length !== SNAPSHOT_PARCEL_BYTES) {
    throw new WireError('bad-length', `read a parcel: ${parcel.length} bytes are the size of no parcel`);
  }
  return parcel;
}

/** @throws WireError */
export function readTokenPurpose(reader: Reader): TokenPurpose {
  const number = reader.u8();
  if (number === tokenPurposes.reply) return 'reply';
  if (number === tokenPurposes.admission) return 'admission';
  throw new WireError('bad-value', 'read a token purpose: it is not known');
}
