/** A private day key as a device keeps it (spec/protocol.md, section 2.4). */

import { bytesToHex } from '@postern/protocol/bytes/encode';
import { Reader } from '@postern/protocol/bytes/reader';
import { Writer } from '@postern/protocol/bytes/writer';
import { DEVICE_ID_BYTES, HASH_BYTES, XWING_PUBLIC_KEY_BYTES, XWING_SEED_BYTES } from '@postern/protocol/constants';
import type { Day } from '@postern/protocol/time';

/** How far it has been shared with a peer. */
export interface Share {
  readonly device: Uint8Array;
  /** H(the peer's transport key) that it was last sent to, 32 bytes. */
  readonly sentTo: Uint8Array;
  readonly isConfirmed: boolean;
}

export interface HeldDayKey {
  readonly day: Day;
  readonly seed: Uint8Array;
  readonly publicKey: Uint8Array;
  /** H(X-Wing public key), 32 bytes. */
  readonly hash: Uint8Array;
  /** Id of the device that it came from; this device's own id if it made the key. */
  readonly from: Uint8Array;
  readonly madeOn: Day;
  /**
   * The newest roster of which it is known that only its devices, and those of earlier rosters that are still among
   * them, have been given the key: the one under which it was made here, or signed by anybody. 0 if none is known.
   */
  vouched: number;
  shares: Share[];
  /** Devices that still wait for a receipt. */
  owesReceipts: Uint8Array[];
}

const version = 1;

export function encodeHeldDayKey(key: HeldDayKey): Uint8Array {
  return new Writer()
    .u8(version)
    .u32(key.day)
    .bytes(key.seed, XWING_SEED_BYTES)
    .bytes(key.publicKey, XWING_PUBLIC_KEY_BYTES)
    .bytes(key.hash, HASH_BYTES)
    .bytes(key.from, DEVICE_ID_BYTES)
    .u32(key.madeOn)
    .u32(key.vouched)
    .list8(key.shares, (share, w) =>
      w
        .bytes(share.device, DEVICE_ID_BYTES)
        .bytes(share.sentTo, HASH_BYTES)
        .u8(share.isConfirmed ? 1 : 0),
    )
    .list8(key.owesReceipts, (device, w) => w.bytes(device, DEVICE_ID_BYTES))
    .done();
}

export function decodeHeldDayKey(bytes: Uint8Array): HeldDayKey {
  const reader = new Reader(bytes);
  reader.version(version);
  const key = {
    day: reader.u32(),
    seed: reader.bytes(XWING_SEED_BYTES),
    publicKey: reader.bytes(XWING_PUBLIC_KEY_BYTES),
    hash: reader.bytes(HASH_BYTES),
    from: reader.bytes(DEVICE_ID_BYTES),
    madeOn: reader.u32(),
    vouched: reader.u32(),
    shares: reader.list8(0xff, (r) => ({
      device: r.bytes(DEVICE_ID_BYTES),
      sentTo: r.bytes(HASH_BYTES),
      isConfirmed: r.u8() === 1,
    })),
    owesReceipts: reader.list8(0xff, (r) => r.bytes(DEVICE_ID_BYTES)),
  };
  reader.end();
  return key;
}

/** Hashes of the day keys that the desk has published, by day: whoever has tried all of them has tried a day. */
export type PublishedHashes = Map<Day, Set<string>>;

export function encodeHashes(hashes: ReadonlySet<string>): Uint8Array {
  return Uint8Array.from([...hashes].sort().flatMap((hex) => [...Buffer.from(hex, 'hex')]));
}

export function decodeHashes(bytes: Uint8Array): Set<string> {
  const hashes = new Set<string>();
  for (let at = 0; at < bytes.length; at += HASH_BYTES) hashes.add(bytesToHex(bytes.slice(at, at + HASH_BYTES)));
  return hashes;
}
