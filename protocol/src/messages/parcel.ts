/** Parcels: what devices of a desk give each other outside the log (spec/protocol.md, section 7.1). */

import { lengthPrefixed } from '../bytes/encode.ts';
import { equal } from '../bytes/equal.ts';
import { Reader } from '../bytes/reader.ts';
import { WireError } from '../bytes/wire-error.ts';
import { Writer } from '../bytes/writer.ts';
import {
  DEVICE_ID_BYTES,
  HASH_BYTES,
  HYBRID_SIGNATURE_BYTES,
  PARCEL_BYTES,
  PARCEL_INSIDE_BYTES,
  SEAL_OVERHEAD_BYTES,
  SNAPSHOT_PARCEL_BYTES,
  SNAPSHOT_PARCEL_INSIDE_BYTES,
  XWING_PUBLIC_KEY_BYTES,
  XWING_SEED_BYTES,
} from '../constants.ts';
import { sha256 } from '../primitives/hash.ts';
import { type HpkePrivateKey, type HpkeRecipient, hpkeSeal } from '../primitives/hpke.ts';
import { type HybridKey, verifyHybrid } from '../primitives/hybrid-signature.ts';
import type { Random } from '../primitives/random.ts';
import { MessageError } from './message-error.ts';
import { isPieceCount } from './snapshot.ts';

export type ParcelContent =
  /** A private day key, so that another device holds it before it is published (DAY-1). */
  | { readonly kind: 'day-key'; readonly day: number; readonly seed: Uint8Array; readonly publicKey: Uint8Array }
  /** That a day key has arrived; H(X-Wing public key), 32 bytes. */
  | { readonly kind: 'receipt'; readonly day: number; readonly keyHash: Uint8Array }
  /** One of 1, 4, 16, … pieces of the desk's state; some of the last may be empty. */
  | {
      readonly kind: 'snapshot';
      /** 16 bytes. */
      readonly snapshotId: Uint8Array;
      /** Hash of the payload of the transport key by which the recipient says that it cannot read on (PAR-4), 32 bytes. */
      readonly asked: Uint8Array;
      readonly piece: number;
      readonly pieces: number;
      /** At most 60,957. */
      readonly bytes: Uint8Array;
    };

/** Between whom a parcel goes: 32 bytes and three ids of 8. */
export interface ParcelRoute {
  readonly fingerprint: Uint8Array;
  readonly desk: Uint8Array;
  readonly from: Uint8Array;
  readonly to: Uint8Array;
}

/** A device whose signatures are accepted: of the same desk in the current roster, its key hash checked. */
export interface DeskSigner {
  /** 8 bytes. */
  readonly device: Uint8Array;
  /** Hybrid, 1,984 bytes. */
  readonly publicKey: Uint8Array;
}

/** A private transport key of the opening device, ready to try parcels. */
export interface ParcelKey {
  readonly fingerprint: Uint8Array;
  readonly desk: Uint8Array;
  readonly to: Uint8Array;
  readonly key: HpkePrivateKey;
  readonly info: Uint8Array;
}

export type OpenedParcel =
  | { readonly kind: 'not-for-me' }
  | { readonly kind: 'parcel'; readonly from: Uint8Array; readonly content: ParcelContent };

const version = 1;
const kinds = { 'day-key': 1, receipt: 2, snapshot: 3 } as const;
const snapshotIdBytes = 16;
/** version, kind, from, length of the body */
const headBytes: number = 2 + DEVICE_ID_BYTES + 4;

/** Room for a snapshot's bytes in one piece: 60,957. */
export const snapshotPieceBytes: number =
  SNAPSHOT_PARCEL_INSIDE_BYTES - HYBRID_SIGNATURE_BYTES - headBytes - (snapshotIdBytes + HASH_BYTES + 2 + 2 + 4);

/**
 * Seals one parcel.
 * @param transportKey the recipient's public X-Wing key, 1,216 bytes
 * @param key of the device `from`
 * @returns 8,192 bytes, or 65,536 for a piece of a snapshot
 * @throws RangeError for a field that does not fit
 */
export async function sealParcel(
  route: ParcelRoute,
  transportKey: Uint8Array,
  key: HybridKey,
  content: ParcelContent,
  random: Random,
): Promise<Uint8Array> {
  const insideBytes = content.kind === 'snapshot' ? SNAPSHOT_PARCEL_INSIDE_BYTES : PARCEL_INSIDE_BYTES;
  const fields = new Writer()
    .u8(version)
    .u8(kinds[content.kind])
    .bytes(route.from, DEVICE_ID_BYTES)
    .var32(encodeBody(content))
    .padTo(insideBytes - HYBRID_SIGNATURE_BYTES)
    .done();
  const signature = await key.sign(await signedBytes(route, fields), random);
  const inside = new Writer().bytes(fields, fields.length).bytes(signature, HYBRID_SIGNATURE_BYTES).done();
  const info = await parcelInfo(route, transportKey);
  return hpkeSeal(transportKey, info, new Uint8Array(0), inside, random);
}

/** Prepares a transport key once for all parcels. @param recipient the same one must open @param seed 32 bytes */
export async function prepareParcelKey(
  recipient: HpkeRecipient,
  route: Omit<ParcelRoute, 'from'>,
  seed: Uint8Array,
): Promise<ParcelKey> {
  const key = await recipient.importKey(seed);
  const { fingerprint, desk, to } = route;
  return { fingerprint, desk, to, key, info: await parcelInfo(route, key.publicKey) };
}

/**
 * Opens a parcel with the first key that can.
 * @param signers the devices of the desk in the current roster
 * @throws WireError for another length or an inside that cannot be read; MessageError `signer`, `signature` (PAR-1)
 */
export async function openParcel(
  recipient: HpkeRecipient,
  parcel: Uint8Array,
  keys: readonly ParcelKey[],
  signers: readonly DeskSigner[],
): Promise<OpenedParcel> {
  if (parcel.length !== PARCEL_BYTES && parcel.length !== SNAPSHOT_PARCEL_BYTES) {
    throw new WireError('bad-length', `open a parcel: ${parcel.length} bytes`);
  }
  for (const own of keys) {
    const inside = await recipient.open(own.key, own.info, new Uint8Array(0), parcel);
    if (inside !== null) return { kind: 'parcel', ...(await verifyInside(own, inside, signers)) };
  }
  return { kind: 'not-for-me' };
}

async function verifyInside(
  own: ParcelKey,
  inside: Uint8Array,
  signers: readonly DeskSigner[],
): Promise<{ from: Uint8Array; content: ParcelContent }> {
  const outer = new Reader(inside);
  const fields = outer.bytes(inside.length - HYBRID_SIGNATURE_BYTES);
  const signature = outer.bytes(HYBRID_SIGNATURE_BYTES);
  const reader = new Reader(fields);
  reader.version(version);
  const kind = reader.u8();
  const from = reader.bytes(DEVICE_ID_BYTES);
  const signer = signers.find(({ device }) => equal(device, from));
  if (signer === undefined) throw new MessageError('signer', 'open a parcel: it is from no device of the desk');
  if (!(await verifyHybrid(signer.publicKey, await signedBytes(own, fields), signature))) {
    throw new MessageError('signature', 'open a parcel: its signature does not verify');
  }
  const body = new Reader(reader.var32());
  reader.zeros();
  const content = readBody(kind, body);
  body.end();
  if ((content.kind === 'snapshot') !== (inside.length === SNAPSHOT_PARCEL_BYTES - SEAL_OVERHEAD_BYTES)) {
    throw new WireError('bad-length', `read a parcel: kind ${kind} in ${inside.length} bytes`);
  }
  return { from, content };
}

function encodeBody(content: ParcelContent): Uint8Array {
  const writer = new Writer();
  switch (content.kind) {
    case 'day-key':
      return writer
        .u32(content.day)
        .bytes(content.seed, XWING_SEED_BYTES)
        .bytes(content.publicKey, XWING_PUBLIC_KEY_BYTES)
        .done();
    case 'receipt':
      return writer.u32(content.day).bytes(content.keyHash, HASH_BYTES).done();
    case 'snapshot':
      if (!isPieceCount(content.pieces) || content.piece >= content.pieces) {
        throw new RangeError(`encode a snapshot: piece ${content.piece} of ${content.pieces}`);
      }
      return writer
        .bytes(content.snapshotId, snapshotIdBytes)
        .bytes(content.asked, HASH_BYTES)
        .u16(content.piece)
        .u16(content.pieces)
        .var32(content.bytes)
        .done();
  }
}

function readBody(kind: number, body: Reader): ParcelContent {
  switch (kind) {
    case kinds['day-key']: {
      const day = body.u32();
      const seed = body.bytes(XWING_SEED_BYTES);
      return { kind: 'day-key', day, seed, publicKey: body.bytes(XWING_PUBLIC_KEY_BYTES) };
    }
    case kinds.receipt: {
      const day = body.u32();
      return { kind: 'receipt', day, keyHash: body.bytes(HASH_BYTES) };
    }
    case kinds.snapshot: {
      const snapshotId = body.bytes(snapshotIdBytes);
      const asked = body.bytes(HASH_BYTES);
      const piece = body.u16();
      const pieces = body.u16();
      if (!isPieceCount(pieces) || piece >= pieces) {
        throw new WireError('bad-value', `read a snapshot: piece ${piece} of ${pieces}`);
      }
      return { kind: 'snapshot', snapshotId, asked, piece, pieces, bytes: body.var32(snapshotPieceBytes) };
    }
    default:
      throw new WireError('bad-value', `read a parcel: kind ${kind}, wanted 1 to 3`);
  }
}

async function parcelInfo(route: Omit<ParcelRoute, 'from'>, transportKey: Uint8Array): Promise<Uint8Array> {
  return lengthPrefixed('postern/1 parcel', route.fingerprint, route.desk, route.to, await sha256(transportKey));
}

async function signedBytes(route: Omit<ParcelRoute, 'from'>, fields: Uint8Array): Promise<Uint8Array> {
  return lengthPrefixed('postern/1 parcel', route.fingerprint, route.desk, route.to, await sha256(fields));
}
