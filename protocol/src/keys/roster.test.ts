/** The roster's bytes: what is written is read, and nothing else is. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deskId } from '../bytes/brand.ts';
import { bytesToHex } from '../bytes/encode.ts';
import { WireError } from '../bytes/wire-error.ts';
import { asView, bitFlips, extensions, truncations } from '../testing/damage.ts';
import { testOrganisation } from '../testing/organisation.ts';
import { DocumentError } from './document-error.ts';
import {
  activeDesks,
  decodeRoster,
  deskOf,
  deviceIdOf,
  deviceOf,
  encodeRoster,
  type Roster,
  type RosterDesk,
  serverOf,
  signerOf,
} from './roster.ts';
import { documentHash, keyHash, keyHashOf } from './signed.ts';

const { roster, random, desks, serverKey, rootKey } = await testOrganisation('roster', { desks: 3 });
const full: Roster = {
  ...roster,
  number: 2,
  previous: documentHash(random(32)),
  desks: roster.desks.map((desk, i) => ({ ...desk, paused: i === 1 })),
  campaigns: [random(8), random(8)]
    .sort((a, b) => (bytesToHex(a) < bytesToHex(b) ? -1 : 1))
    .map((id) => ({ id, hash: random(32) })),
  offlinePage: random(32),
};

function withDesk(at: number, change: Partial<RosterDesk>): Roster {
  return { ...full, desks: full.desks.map((desk, i) => (i === at ? { ...desk, ...change } : desk)) };
}

describe('roster', () => {
  test('what is written is read, also as a view', () => {
    const payload = encodeRoster(full);
    expect(decodeRoster(payload)).toEqual(full);
    expect(decodeRoster(asView(payload))).toEqual(full);
  });

  test('the fields stand where the specification puts them', () => {
    const payload = encodeRoster(full);
    const view = new DataView(payload.buffer);
    expect(payload[0]).toBe(1);
    expect(payload.slice(1, 1985)).toEqual(rootKey.publicKey);
    expect(view.getUint32(1985)).toBe(2);
    expect(payload.slice(1989, 2021)).toEqual(new Uint8Array(full.previous));
    expect(view.getUint32(2021)).toBe(full.firstDay);
    expect(view.getUint32(2025)).toBe(full.lastDay);
    const tail = payload.subarray(payload.length - (7 + 2 + 1 + 2 + 4 + 1 + 81 + 32));
    expect([...tail.subarray(0, 17)]).toEqual([3, 0, 15, 0, 30, 0, 60, 0, 60, 3, 2, 88, 0, 0, 0, 96, 6]);
    expect(tail[17]).toBe(2);
    expect(tail.slice(-32)).toEqual(full.offlinePage);
  });

  test('[ENC-3] lists are sorted in writing', () => {
    const shuffled: Roster = {
      ...full,
      names: full.names.toReversed(),
      campaigns: full.campaigns.toReversed(),
      desks: full.desks.map((desk) => ({ ...desk, devices: desk.devices.toReversed() })).toReversed(),
    };
    expect(encodeRoster(shuffled)).toEqual(encodeRoster(full));
  });

  test('[ENC-3] unsorted and repeated items are refused in reading', () => {
    const payload = encodeRoster(full);
    for (const [first, second] of [
      [full.campaigns[0]!.id, full.campaigns[1]!.id],
      [full.desks[0]!.id, full.desks[1]!.id],
      [full.desks[0]!.devices[0]!.keyHash, full.desks[0]!.devices[1]!.keyHash],
    ] as const) {
      const swapped = replace(replace(payload, first, second, 'first'), second, first, 'last');
      expect(() => decodeRoster(swapped)).toThrow(expect.objectContaining({ code: 'bad-order' }));
      const repeated = replace(payload, second, first, 'first');
      expect(() => decodeRoster(repeated)).toThrow(expect.objectContaining({ code: 'bad-order' }));
    }
    const { names } = full;
    expect(() => encodeRoster({ ...full, names: [...names, ...names] })).toThrow(WireError);
    expect(() => encodeRoster({ ...full, moments: [30, 15] })).toThrow(WireError);
    expect(() => encodeRoster({ ...full, moments: [30, 30] })).toThrow(WireError);
  });

  test('[ENC-1] values out of range are refused', () => {
    const zeros = documentHash(new Uint8Array(32));
    const wrong: [string, Partial<Roster>][] = [
      ['number 0', { number: 0, previous: zeros }],
      ['number 1 with a previous', { number: 1 }],
      ['number 2 without a previous', { previous: zeros }],
      ['days the wrong way round', { firstDay: 10, lastDay: 9 }],
      ['no name', { names: [] }],
      ['no desk', { desks: [] }],
      ['no moment', { moments: [] }],
      ['then every 0', { thenEvery: 0 }],
      ['envelope every 0', { envelopeEvery: 0 }],
      ['epoch of 0', { epochSeconds: 0 }],
      ['epoch that does not divide a day', { epochSeconds: 601 }],
      ['index step 5', { indexStep: 5 }],
      ['index step 13', { indexStep: 13 }],
    ];
    for (const [what, change] of wrong) {
      expect(() => encodeRoster({ ...full, ...change }), what).toThrow(expect.objectContaining({ code: 'bad-value' }));
    }
    const payload = encodeRoster(full);
    const paused = indexOf(payload, full.desks[1]!.id) + 8;
    expect(payload[paused]).toBe(1);
    expect(() => decodeRoster(payload.with(paused, 2))).toThrow(WireError);
    expect(() => decodeRoster(payload.with(0, 2))).toThrow(expect.objectContaining({ code: 'unknown-version' }));
  });

  test('[ENC-1] every truncation and extension is refused', () => {
    const payload = encodeRoster(full);
    for (const damaged of truncations(payload)) expect(() => decodeRoster(damaged)).toThrow(WireError);
    for (const damaged of extensions(payload)) expect(() => decodeRoster(damaged)).toThrow(WireError);
  });

  test('[ENC-1] a flipped bit is refused or read as what would be written so', () => {
    for (const damaged of bitFlips(encodeRoster(full))) readOrRefuse(damaged);
  });

  test('[ENC-1] arbitrary bytes give nothing but the own errors', () => {
    const payload = encodeRoster(full);
    fc.assert(fc.property(fc.uint8Array({ maxLength: 3000 }), readOrRefuse));
    const spliced = fc.record({ at: fc.nat(payload.length - 1), bytes: fc.uint8Array({ maxLength: 12 }) });
    fc.assert(
      fc.property(spliced, ({ at, bytes }) => {
        readOrRefuse(Uint8Array.of(...payload.subarray(0, at), ...bytes, ...payload.subarray(at + bytes.length)));
      }),
    );
  });
});

describe('keys of a roster', () => {
  const duplicate = expect.objectContaining({ name: 'DocumentError', code: 'duplicate' });
  const [first, second] = full.desks as [RosterDesk, RosterDesk];

  test('[ROS-4] two equal desk ids are refused', () => {
    expect(() => encodeRoster(withDesk(1, { id: first.id }))).toThrow(WireError);
  });

  test('[ROS-4] a device twice in one desk or in two desks is refused', () => {
    const [device] = first.devices;
    expect(() => encodeRoster(withDesk(0, { devices: [device!, device!] }))).toThrow(WireError);
    expect(() => encodeRoster(withDesk(1, { devices: [...second.devices, device!] }))).toThrow(duplicate);
  });

  test('[ROS-4] two devices with the same Ed25519 key are refused', () => {
    const twin = { ed25519: first.devices[0]!.ed25519, keyHash: keyHash(random(32)) };
    expect(() => encodeRoster(withDesk(1, { devices: [...second.devices, twin] }))).toThrow(duplicate);
  });

  test('[ROS-4] two devices with the same id are refused', () => {
    const twinHash = keyHash(Uint8Array.of(...first.devices[0]!.keyHash.subarray(0, 8), ...random(24)));
    const twin = { ed25519: random(32), keyHash: twinHash };
    expect(() => encodeRoster(withDesk(1, { devices: [...second.devices, twin] }))).toThrow(duplicate);
  });

  test('[ROS-4] a server key that is also a device key is refused', () => {
    const server = { keyHash: first.devices[0]!.keyHash, addresses: [] };
    expect(() => encodeRoster({ ...full, servers: [...full.servers, server] })).toThrow(duplicate);
  });
});

describe('looking up', () => {
  test('desks, devices, signers and servers are found, and strangers are not', async () => {
    const [desk] = desks;
    const hash = await keyHashOf(desk!.devices[1]!.publicKey);
    const device = deviceIdOf(hash);
    expect(device).toEqual(hash.slice(0, 8));
    expect(deskOf(full, desk!.id)?.id).toEqual(desk!.id);
    expect(deskOf(full, random(8))).toBeNull();
    expect(deviceOf(full, desk!.id, device)?.keyHash).toEqual(hash);
    expect(deviceOf(full, desks[1]!.id, device)).toBeNull();
    expect(deviceOf(full, deskId(random(8)), device)).toBeNull();
    expect(signerOf(full, hash)?.desk.id).toEqual(desk!.id);
    expect(signerOf(full, await keyHashOf(serverKey.publicKey))).toBeNull();
    expect(serverOf(full, await keyHashOf(serverKey.publicKey))?.addresses).toEqual(['https://postern.example']);
    expect(serverOf(full, hash)).toBeNull();
  });

  test('a paused desk is not active', () => {
    expect(activeDesks(full).map(({ id }) => id)).toEqual([full.desks[0]!.id, full.desks[2]!.id]);
  });
});

function readOrRefuse(bytes: Uint8Array): void {
  let read: Roster;
  try {
    read = decodeRoster(bytes);
  } catch (error) {
    expect(error instanceof WireError || error instanceof DocumentError).toBe(true);
    return;
  }
  expect(encodeRoster(read)).toEqual(bytes);
}

function indexOf(bytes: Uint8Array, part: Uint8Array, which: 'first' | 'last' = 'first'): number {
  const buffer = Buffer.from(bytes);
  return which === 'first' ? buffer.indexOf(part) : buffer.lastIndexOf(part);
}

function replace(bytes: Uint8Array, part: Uint8Array, by: Uint8Array, which: 'first' | 'last'): Uint8Array {
  const changed = bytes.slice();
  changed.set(by, indexOf(bytes, part, which));
  return changed;
}
