/** An organisation: root key, desks, devices, and its chain of rosters. */

import { createDeviceIdentity, type DeviceIdentity } from '@postern/desk/engine/identity';
import { deskId } from '@postern/protocol/bytes/brand';
import { bytesToHex } from '@postern/protocol/bytes/encode';
import { compare } from '@postern/protocol/bytes/equal';
import { fingerprintOf } from '@postern/protocol/keys/fingerprint';
import type { Roster } from '@postern/protocol/keys/roster';
import { signRoster, type VerifiedRoster, verifyRoster } from '@postern/protocol/keys/roster-chain';
import { documentHash, keyHashOf } from '@postern/protocol/keys/signed';
import { type HybridKey, hybridKey } from '@postern/protocol/primitives/hybrid-signature';
import type { Day } from '@postern/protocol/time';
import type { Dice } from './dice.ts';

export interface SimDesk {
  /** 8 bytes. */
  readonly id: Uint8Array;
  /** Hex. */
  readonly name: string;
  readonly devices: DeviceIdentity[];
}

export class Organisation {
  readonly fingerprint: Uint8Array;
  readonly desks: readonly SimDesk[];
  readonly rosters: VerifiedRoster[] = [];
  readonly #root: HybridKey;
  readonly #dice: Dice;
  readonly #firstDay: Day;

  private constructor(fingerprint: Uint8Array, root: HybridKey, desks: readonly SimDesk[], dice: Dice, firstDay: Day) {
    this.fingerprint = fingerprint;
    this.desks = desks;
    this.#root = root;
    this.#dice = dice;
    this.#firstDay = firstDay;
  }

  static async found(dice: Dice, desks: number, devices: number, firstDay: Day): Promise<Organisation> {
    const root = await hybridKey(dice.random(64));
    const all: SimDesk[] = [];
    for (let i = 0; i < desks; i++) {
      const id = dice.random(8);
      const own: DeviceIdentity[] = [];
      for (let j = 0; j < devices; j++) own.push(await createDeviceIdentity(dice.random));
      all.push({ id, name: bytesToHex(id), devices: own });
    }
    all.sort((a, b) => compare(a.id, b.id));
    return new Organisation(await fingerprintOf(root.publicKey), root, all, dice, firstDay);
  }

  get roster(): VerifiedRoster {
    const newest = this.rosters.at(-1);
    if (newest === undefined) throw new Error('take the roster: none is signed');
    return newest;
  }

  /** The next roster of the chain. */
  async signNext(serverKey: Uint8Array, changes: Partial<Roster> = {}): Promise<VerifiedRoster> {
    const signed = await this.sign(serverKey, this.rosters.at(-1), changes);
    this.rosters.push(signed);
    return signed;
  }

  /** One that follows another without entering the chain, as a thief of the root key or a mistake would make it. */
  async sign(
    serverKey: Uint8Array,
    before: VerifiedRoster | undefined,
    changes: Partial<Roster> = {},
  ): Promise<VerifiedRoster> {
    const roster: Roster = {
      rootPublicKey: this.#root.publicKey,
      number: (before?.number ?? 0) + 1,
      previous: before?.hash ?? documentHash(new Uint8Array(32)),
      firstDay: this.#firstDay,
      lastDay: this.#firstDay + 90,
      names: [{ language: 'en', name: 'Example Review' }],
      servers: [{ keyHash: await keyHashOf(serverKey), addresses: [] }],
      desks: this.desks.map(({ id, devices }) => ({
        id: deskId(id),
        paused: false,
        names: [{ language: 'en', name: 'Desk', description: '' }],
        devices: devices.map(({ device }) => device).sort((a, b) => compare(a.keyHash, b.keyHash)),
      })),
      moments: [15, 30, 60],
      thenEvery: 120,
      envelopeEvery: 2,
      epochSeconds: 600,
      repliesADay: 4,
      indexStep: 6,
      campaigns: [],
      offlinePage: new Uint8Array(32),
      ...changes,
    };
    return verifyRoster(await signRoster(roster, this.#root, this.#dice.random), this.fingerprint, roster.firstDay);
  }
}
