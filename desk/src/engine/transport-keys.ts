/** Transport keys: this device's own for each day, and its peers' with what they say of the log (spec/protocol.md, section 2.3). */

import { bytesToHex } from '@postern/protocol/bytes/encode';
import { equal } from '@postern/protocol/bytes/equal';
import { Reader } from '@postern/protocol/bytes/reader';
import { WireError } from '@postern/protocol/bytes/wire-error';
import { Writer } from '@postern/protocol/bytes/writer';
import {
  HASH_BYTES,
  HYBRID_PUBLIC_KEY_BYTES,
  TRANSPORT_KEY_GRACE_DAYS,
  XWING_SEED_BYTES,
} from '@postern/protocol/constants';
import { DocumentError } from '@postern/protocol/keys/document-error';
import { deviceIdOf } from '@postern/protocol/keys/roster';
import { keyHashOf, payloadOf } from '@postern/protocol/keys/signed';
import {
  cannotReadOn,
  decodeTransportKey,
  signTransportKey,
  type VerifiedTransportKey,
  verifyTransportKey,
} from '@postern/protocol/keys/transport-key';
import type { LogPosition } from '@postern/protocol/messages/log-entry';
import { type DeskSigner, type ParcelKey, prepareParcelKey } from '@postern/protocol/messages/parcel';
import { sha256 } from '@postern/protocol/primitives/hash';
import { type HpkePrivateKey, hpkeKeyPair } from '@postern/protocol/primitives/hpke';
import type { Day } from '@postern/protocol/time';
import type { EngineParts } from './engine-parts.ts';
import type { StoreWrite } from './ports.ts';
import { deviceName, type Rosters } from './rosters.ts';
import { names, numberIn } from './store-schema.ts';

interface OwnKey {
  readonly seed: Uint8Array;
  readonly publicKey: Uint8Array;
  readonly signed: Uint8Array;
  prepared: Promise<ParcelKey> | null;
}

export type Peer = VerifiedTransportKey & { readonly id: Uint8Array };

export class TransportKeys {
  readonly #parts: EngineParts;
  readonly #rosters: Rosters;
  readonly #own = new Map<Day, OwnKey>();
  readonly #signers = new Map<string, DeskSigner>();
  /** By the hash of their bytes, so that each is verified once. */
  #verified = new Map<string, Peer>();
  #peers: Peer[] = [];
  /** By name of device, those that are away included. */
  readonly #lastDays = new Map<string, Day>();
  #standsAtServer: Uint8Array | null = null;

  private constructor(parts: EngineParts, rosters: Rosters) {
    this.#parts = parts;
    this.#rosters = rosters;
  }

  static async load(parts: EngineParts, rosters: Rosters): Promise<TransportKeys> {
    const keys = new TransportKeys(parts, rosters);
    const { store } = parts.ports;
    for (const name of await store.list(names.transportKeys)) {
      const bytes = await store.get(name);
      if (bytes !== null) keys.#own.set(numberIn(name), await decodeOwn(bytes));
    }
    for (const name of await store.list(names.deviceKeys)) {
      const publicKey = await store.get(name);
      if (publicKey !== null) keys.#know(await idOf(publicKey), publicKey);
    }
    for (const name of await store.list(names.peerDays)) {
      const bytes = await store.get(name);
      if (bytes !== null) keys.#lastDays.set(name.slice(names.peerDays.length), new Reader(bytes).u32());
    }
    keys.#know(parts.keys.device, parts.keys.hybrid.publicKey);
    return keys;
  }

  /** Everybody whose key is known, those who have left included. */
  get signers(): readonly DeskSigner[] {
    return [...this.#signers.values()];
  }

  /** The desk's other devices with a transport key that something can be sealed to, in order of id. */
  get peers(): readonly Peer[] {
    return this.#peers;
  }

  peer(device: Uint8Array): Peer | undefined {
    return this.#peers.find(({ id }) => equal(id, device));
  }

  /** The newest day of which a device has signed a transport key that this one was given, however long ago; or null. */
  lastDay(device: Uint8Array): Day | null {
    return this.#lastDays.get(deviceName(device)) ?? null;
  }

  /** How many devices that were online today or yesterday come before this one in the order of ids. */
  get turn(): number {
    const today = this.#today;
    const ids = this.#peers.filter(({ day }) => day >= today - 1).map(({ id }) => deviceName(id));
    return ids.filter((id) => id < deviceName(this.#parts.keys.device)).length;
  }

  get #today(): Day {
    return Math.floor(this.#parts.ports.now() / 86_400);
  }

  /** The public half of today's own key; null before the first publication. */
  get ownPublicKey(): Uint8Array | null {
    return this.#own.get(this.#today)?.publicKey ?? null;
  }

  /** All private halves that are left, ready to open parcels and group keys. */
  async parcelKeys(): Promise<ParcelKey[]> {
    const { keys, ports } = this.#parts;
    const route = { fingerprint: keys.fingerprint, desk: keys.desk, to: keys.device };
    const prepared = [...this.#own.values()].reverse().map((own) => {
      own.prepared ??= prepareParcelKey(ports.recipient, route, own.seed);
      return own.prepared;
    });
    return Promise.all(prepared);
  }

  async privateKeys(): Promise<HpkePrivateKey[]> {
    return (await this.parcelKeys()).map(({ key }) => key);
  }

  /** Fetches the peers' keys and learns who they are. @throws Unreachable, Refused */
  async refresh(day: Day): Promise<void> {
    const { transportKeys } = await this.#parts.server.ask({ kind: 'transport-keys' });
    const verified = new Map<string, Peer>();
    const peers: Peer[] = [];
    this.#standsAtServer = null;
    for (const signed of transportKeys) {
      if ([...this.#own.values()].some((own) => equal(own.signed, signed))) {
        this.#standsAtServer = signed;
        continue;
      }
      const hash = bytesToHex(await sha256(signed));
      const peer = this.#verified.get(hash) ?? (await this.#verify(signed, day));
      if (peer === null) continue;
      verified.set(hash, peer);
      const isCurrent = day - peer.day <= TRANSPORT_KEY_GRACE_DAYS && this.#rosters.isDevice(peer.id);
      if (isCurrent && !equal(peer.id, this.#parts.keys.device)) peers.push(peer);
    }
    this.#verified = verified;
    await this.#noteDays(verified.values());
    this.#peers = peers.sort((a, b) => (deviceName(a.id) < deviceName(b.id) ? -1 : 1));
  }

  async #noteDays(peers: Iterable<Peer>): Promise<void> {
    const writes: StoreWrite[] = [];
    for (const { id, day } of peers) {
      const device = deviceName(id);
      if (!this.#rosters.isDevice(id) || (this.#lastDays.get(device) ?? -1) >= day) continue;
      this.#lastDays.set(device, day);
      writes.push({ key: names.peerDay(device), bytes: new Writer().u32(day).done() });
    }
    const listed = new Set(this.#rosters.devices.map(deviceName));
    for (const device of [...this.#lastDays.keys()].filter((name) => !listed.has(name))) {
      this.#lastDays.delete(device);
      writes.push({ key: names.peerDay(device), bytes: null });
    }
    if (writes.length > 0) await this.#parts.ports.store.transaction(writes);
  }

  /** Whether it was by this document that this device says now, or said, that it can read no further than so many entries (PAR-4). */
  async hasAsked(hash: Uint8Array, length: number): Promise<boolean> {
    const stuck = [...this.#own.values()].filter((own) => saysTheSame(own, stuckAt(length)));
    const hashes = await Promise.all(stuck.map(({ signed }) => sha256(payloadOf(signed))));
    return hashes.some((own) => equal(own, hash));
  }

  /** Makes today's key if there is none, and publishes it with this head unless the server has it (TRK-1). */
  async publish(day: Day, position: Pick<LogPosition, 'length' | 'head'>): Promise<void> {
    const known = this.#own.get(day);
    // The same key says more once the device is in the log, and less once it cannot follow it.
    const isGood = known !== undefined && saysTheSame(known, position);
    const own = isGood ? known : await this.#make(day, position, known);
    if (this.#standsAtServer !== null && equal(this.#standsAtServer, own.signed)) return;
    await this.#parts.server.ask({ kind: 'publish-transport-key', transportKey: own.signed });
    this.#standsAtServer = own.signed;
  }

  async #make(day: Day, position: Pick<LogPosition, 'length' | 'head'>, known?: OwnKey): Promise<OwnKey> {
    const { keys, ports } = this.#parts;
    const pair = known ?? (await hpkeKeyPair(ports.random(XWING_SEED_BYTES)));
    const fields = { day, publicKey: pair.publicKey, logLength: position.length, head: position.head };
    const owner = { fingerprint: keys.fingerprint, rosterHash: this.#rosters.current.hash, desk: keys.desk };
    const signed = await signTransportKey({ ...owner, ...fields }, keys.hybrid, ports.random);
    const own: OwnKey = { ...pair, signed, prepared: known?.prepared ?? null };
    await ports.store.set(names.transportKey(day), encodeOwn(own));
    this.#own.set(day, own);
    return own;
  }

  /** Erases private halves two days after their day (TRK-1). */
  async erase(today: Day): Promise<void> {
    for (const [day, own] of this.#own) {
      if (today - day < TRANSPORT_KEY_GRACE_DAYS) continue;
      await this.#parts.ports.store.delete(names.transportKey(day));
      own.seed.fill(0);
      this.#own.delete(day);
    }
  }

  /** Takes a hybrid key from elsewhere if a known roster lists it at this desk. */
  async learn(publicKey: Uint8Array): Promise<void> {
    const hash = await keyHashOf(publicKey);
    const { desk } = this.#parts.keys;
    const isListed = this.#rosters.known.some((roster) =>
      roster.desks.some(({ id, devices }) => equal(id, desk) && devices.some((device) => equal(device.keyHash, hash))),
    );
    const id = deviceIdOf(hash);
    if (!isListed || this.#signers.has(deviceName(id))) return;
    await this.#parts.ports.store.set(names.deviceKey(id), publicKey);
    this.#know(id, publicKey);
  }

  #know(device: Uint8Array, publicKey: Uint8Array): void {
    this.#signers.set(deviceName(device), { device, publicKey });
  }

  async #verify(signed: Uint8Array, day: Day): Promise<Peer | null> {
    let isForeign = false;
    for (const roster of [this.#rosters.current, ...this.#rosters.known]) {
      try {
        const key = await verifyTransportKey(signed, roster, day);
        if (!equal(key.desk, this.#parts.keys.desk)) break;
        await this.learn(key.devicePublicKey);
        return { ...key, id: deviceIdOf(key.device.keyHash) };
      } catch (error) {
        if (!(error instanceof DocumentError || error instanceof WireError)) throw error;
        // The server keeps the newest key of a device that has been away for long.
        if (error.code === 'expired') return null;
        isForeign = error.code === 'unknown-signer';
        if (!isForeign) break;
      }
    }
    if (isForeign && this.#rosters.isPartial) return null;
    this.#parts.alerts.raise('key-invalid', day);
    return null;
  }
}

/** A head of before is as good as today's; that a device can follow, and from where not, is not. */
function saysTheSame({ signed }: OwnKey, { length, head }: Pick<LogPosition, 'length' | 'head'>): boolean {
  const said = decodeTransportKey(payloadOf(signed));
  return cannotReadOn({ head }) ? cannotReadOn(said) && said.logLength === length : !cannotReadOn(said);
}

async function idOf(publicKey: Uint8Array): Promise<Uint8Array> {
  if (publicKey.length !== HYBRID_PUBLIC_KEY_BYTES) throw new WireError('bad-length', 'read a device key');
  return deviceIdOf(await keyHashOf(publicKey));
}

function encodeOwn({ seed, signed }: OwnKey): Uint8Array {
  return new Writer().bytes(seed, XWING_SEED_BYTES).var16(signed).done();
}

async function decodeOwn(bytes: Uint8Array): Promise<OwnKey> {
  const reader = new Reader(bytes);
  const seed = reader.bytes(XWING_SEED_BYTES);
  const signed = reader.var16();
  // Stores of before end with what the document says of the log.
  reader.rest();
  const { publicKey } = await hpkeKeyPair(seed);
  return { seed, publicKey, signed, prepared: null };
}

/** What a device says that can read no further than so many entries. */
export function stuckAt(length: number): Pick<LogPosition, 'length' | 'head'> {
  return { length, head: new Uint8Array(HASH_BYTES) };
}
