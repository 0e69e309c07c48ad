/** What the server answers a desk's device, one form for each kind of request (spec: http section 3). */

import { compare } from '../bytes/equal.ts';
import { Reader } from '../bytes/reader.ts';
import { WireError } from '../bytes/wire-error.ts';
import { Writer } from '../bytes/writer.ts';
import { ENVELOPE_BYTES, HASH_BYTES, LOG_ENTRY_BYTES } from '../constants.ts';
import { blindedBytes } from '../primitives/blind-rsa.ts';
import {
  appendOutcomes,
  DAY_KEYS_MAX,
  type DeviceKind,
  deviceKinds,
  ENVELOPE_IDS_MAX,
  ENVELOPES_MAX,
  ERROR_CODE_BYTES_MAX,
  ISSUER_KEY_BYTES,
  ISSUER_KEYS_MAX,
  LOG_ENTRIES_MAX,
  PARCELS_MAX,
  ROSTER_BYTES_MAX,
  ROSTERS_MAX,
  SIGNED_DAY_KEY_BYTES,
  SIGNED_TRANSPORT_KEY_BYTES,
  TOKENS_MAX,
  TRANSPORT_KEYS_MAX,
  tokenPurposes,
} from './device-kinds.ts';
import { readDeviceKind, readParcel, readTokenPurpose } from './device-request.ts';
import type { TokenPurpose } from './token.ts';

/** The kind is 0: nothing was done. The code is one of the server's, lower-case letters and hyphens. */
export type DeviceRefusal = { readonly kind: 'error'; readonly code: string };

/** A kind without fields says that it is done. */
export type DeviceAnswer =
  | { readonly kind: 'rosters'; readonly rosters: readonly Uint8Array[] }
  | { readonly kind: 'publish-roster' }
  | { readonly kind: 'publish-campaign' }
  | { readonly kind: 'publish-film-part' }
  | { readonly kind: 'publish-day-key' }
  | { readonly kind: 'day-keys'; readonly dayKeys: readonly Uint8Array[] }
  | { readonly kind: 'publish-transport-key' }
  | { readonly kind: 'transport-keys'; readonly transportKeys: readonly Uint8Array[] }
  | { readonly kind: 'send-parcel' }
  | { readonly kind: 'parcels'; readonly parcels: readonly { readonly id: Uint8Array; readonly parcel: Uint8Array }[] }
  | { readonly kind: 'take-parcel' }
  /** Ascending, none twice (ENV-5). */
  | { readonly kind: 'envelope-ids'; readonly ids: readonly Uint8Array[] }
  /** Those that exist, in order of their ids. */
  | { readonly kind: 'envelopes'; readonly envelopes: readonly Uint8Array[] }
  | { readonly kind: 'pass-day' }
  | {
      readonly kind: 'log';
      /** Entries that there are. */
      readonly length: number;
      readonly entries: readonly { readonly number: number; readonly entry: Uint8Array }[];
    }
  /** `appended`: now or before. `length`: entries that there are. */
  | { readonly kind: 'append'; readonly outcome: keyof typeof appendOutcomes; readonly length: number }
  | {
      readonly kind: 'issuer-keys';
      /** `publicKey` as it travels, for `importIssuerPublicKey`. */
      readonly keys: readonly {
        readonly purpose: TokenPurpose;
        readonly period: number;
        readonly publicKey: Uint8Array;
      }[];
    }
  /** One of 256 bytes for each blinded message, in their order. */
  | { readonly kind: 'tokens'; readonly signatures: readonly Uint8Array[] };

export type DeviceResponse = DeviceAnswer | DeviceRefusal;

const version = 1;
const refusalKind = 0;
const codeForm = /^[a-z]+(-[a-z]+)*$/;

export function encodeDeviceResponse(response: DeviceResponse): Uint8Array {
  const writer = new Writer().u8(version);
  if (response.kind === 'error') {
    if (!isErrorCode(response.code)) throw new RangeError('encode a refusal: its code has not the form of one');
    return writer.u8(refusalKind).text8(response.code).done();
  }
  writer.u8(deviceKinds[response.kind]);
  writeBody(writer, response);
  return writer.done();
}

/**
 * Device: the answer to a request of this kind, or a refusal.
 * @throws WireError, also for the answer to another kind
 */
export function decodeDeviceResponse<Kind extends DeviceKind>(
  kind: Kind,
  bytes: Uint8Array,
): Extract<DeviceAnswer, { kind: Kind }> | DeviceRefusal {
  const reader = new Reader(bytes);
  reader.version(version);
  if (bytes[1] === refusalKind) return readRefusal(reader);
  if (readDeviceKind(reader) !== kind) throw new WireError('bad-value', `read an answer: it is not one to ${kind}`);
  const answer = readBody(reader, kind);
  reader.end();
  return answer as Extract<DeviceAnswer, { kind: Kind }>;
}

function readRefusal(reader: Reader): DeviceRefusal {
  reader.u8();
  const code = reader.text8(ERROR_CODE_BYTES_MAX);
  reader.end();
  if (!isErrorCode(code)) throw new WireError('bad-value', 'read a refusal: its code has not the form of one');
  return { kind: 'error', code };
}

function isErrorCode(code: string): boolean {
  return code.length <= ERROR_CODE_BYTES_MAX && codeForm.test(code);
}

function writeBody(writer: Writer, answer: DeviceAnswer): void {
  switch (answer.kind) {
    case 'rosters':
      writer.list16(answer.rosters, (roster) => writer.var32(roster));
      return;
    case 'day-keys':
      writer.list16(answer.dayKeys, (dayKey) => writer.var16(dayKey));
      return;
    case 'transport-keys':
      writer.list8(answer.transportKeys, (transportKey) => writer.var16(transportKey));
      return;
    case 'parcels':
      writer.list16(answer.parcels, ({ id, parcel }) => writer.bytes(id, HASH_BYTES).var32(parcel));
      return;
    case 'envelope-ids':
      writer.u32(answer.ids.length * HASH_BYTES);
      for (const id of answer.ids) writer.bytes(id, HASH_BYTES);
      return;
    case 'envelopes':
      writer.list8(answer.envelopes, (envelope) => writer.bytes(envelope, ENVELOPE_BYTES));
      return;
    case 'log':
      writer.u32(answer.length);
      writer.list8(answer.entries, ({ number, entry }) => writer.u32(number).bytes(entry, LOG_ENTRY_BYTES));
      return;
    case 'append':
      writer.u8(appendOutcomes[answer.outcome]).u32(answer.length);
      return;
    case 'issuer-keys':
      writer.list8(answer.keys, ({ purpose, period, publicKey }) =>
        writer.u8(tokenPurposes[purpose]).u32(period).var16(publicKey),
      );
      return;
    case 'tokens':
      writer.list8(answer.signatures, (signature) => writer.bytes(signature, blindedBytes));
      return;
    case 'publish-roster':
    case 'publish-campaign':
    case 'publish-film-part':
    case 'publish-day-key':
    case 'publish-transport-key':
    case 'send-parcel':
    case 'take-parcel':
    case 'pass-day':
      return;
  }
}

function readBody(reader: Reader, kind: DeviceKind): DeviceAnswer {
  switch (kind) {
    case 'rosters':
      return { kind, rosters: reader.list16(ROSTERS_MAX, () => reader.var32(ROSTER_BYTES_MAX)) };
    case 'day-keys':
      return { kind, dayKeys: reader.list16(DAY_KEYS_MAX, () => reader.var16(SIGNED_DAY_KEY_BYTES)) };
    case 'transport-keys': {
      const transportKeys = reader.list8(TRANSPORT_KEYS_MAX, () => reader.var16(SIGNED_TRANSPORT_KEY_BYTES));
      return { kind, transportKeys };
    }
    case 'parcels': {
      const parcels = reader.list16(PARCELS_MAX, () => ({ id: reader.bytes(HASH_BYTES), parcel: readParcel(reader) }));
      return { kind, parcels };
    }
    case 'envelope-ids':
      return { kind, ids: readIds(reader) };
    case 'envelopes':
      return { kind, envelopes: reader.list8(ENVELOPES_MAX, () => reader.bytes(ENVELOPE_BYTES)) };
    case 'log':
      return {
        kind,
        length: reader.u32(),
        entries: reader.list8(LOG_ENTRIES_MAX, () => ({ number: reader.u32(), entry: reader.bytes(LOG_ENTRY_BYTES) })),
      };
    case 'append':
      return { kind, outcome: readAppendOutcome(reader), length: reader.u32() };
    case 'issuer-keys':
      return {
        kind,
        keys: reader.list8(ISSUER_KEYS_MAX, () => ({
          purpose: readTokenPurpose(reader),
          period: reader.u32(),
          publicKey: reader.var16(ISSUER_KEY_BYTES),
        })),
      };
    case 'tokens':
      return { kind, signatures: reader.list8(TOKENS_MAX, () => reader.bytes(blindedBytes)) };
    case 'publish-roster':
    case 'publish-campaign':
    case 'publish-film-part':
    case 'publish-day-key':
    case 'publish-transport-key':
    case 'send-parcel':
    case 'take-parcel':
    case 'pass-day':
      return { kind };
  }
}

/** The order shows that the server lists them by their hash and not by when they came. */
function readIds(reader: Reader): Uint8Array[] {
  const joined = reader.var32(ENVELOPE_IDS_MAX * HASH_BYTES);
  if (joined.length % HASH_BYTES !== 0) {
    throw new WireError('bad-length', `read envelope ids: ${joined.length} bytes, wanted a multiple of ${HASH_BYTES}`);
  }
  const ids: Uint8Array[] = [];
  for (let at = 0; at < joined.length; at += HASH_BYTES) {
    const id = joined.slice(at, at + HASH_BYTES);
    const before = ids.at(-1);
    if (before !== undefined && compare(before, id) >= 0) {
      throw new WireError('bad-order', 'read envelope ids: they are not in ascending order');
    }
    ids.push(id);
  }
  return ids;
}

function readAppendOutcome(reader: Reader): keyof typeof appendOutcomes {
  const number = reader.u8();
  if (number === appendOutcomes.appended) return 'appended';
  if (number === appendOutcomes.conflict) return 'conflict';
  throw new WireError('bad-value', 'read an answer: its outcome is not known');
}
