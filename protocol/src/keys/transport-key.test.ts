/** Transport keys: a device's own, of these days, with the head that it has seen. */

import { describe, expect, test } from 'vitest';
import { fingerprint as asFingerprint, deskId } from '../bytes/brand.ts';
import { WireError } from '../bytes/wire-error.ts';
import { hpkeKeyPair } from '../primitives/hpke.ts';
import { asView, bitFlips, extensions, truncations } from '../testing/damage.ts';
import { testOrganisation } from '../testing/organisation.ts';
import { DocumentError } from './document-error.ts';
import { signRoster, verifyRoster } from './roster-chain.ts';
import { signDocument } from './signed.ts';
import {
  cannotReadOn,
  decodeTransportKey,
  encodeTransportKey,
  signTransportKey,
  type TransportKey,
  verifyTransportKey,
} from './transport-key.ts';

const organisation = await testOrganisation('transport keys');
const { verifiedRoster: roster, random, fingerprint, day, desks } = organisation;
const [desk, otherDesk] = desks as [(typeof desks)[number], (typeof desks)[number]];
const device = desk.devices[1]!;
const { publicKey } = await hpkeKeyPair(random(32));
const fields: Omit<TransportKey, 'devicePublicKey'> = {
  fingerprint,
  rosterHash: roster.hash,
  desk: desk.id,
  day,
  publicKey,
  logLength: 7,
  head: random(32),
};
const payload = encodeTransportKey({ ...fields, devicePublicKey: device.publicKey });
const signed = await signTransportKey(fields, device, random);

function refusedWith(code: string) {
  return expect.objectContaining({ name: 'DocumentError', code });
}

describe('transport keys', () => {
  test('what a device signs is verified, also as a view', async () => {
    const verified = await verifyTransportKey(asView(signed), roster, day);
    expect(verified).toMatchObject({ ...fields, devicePublicKey: device.publicKey, signed });
  });

  test('the head stands behind the log length at the end', () => {
    expect(payload).toHaveLength(1 + 32 + 32 + 8 + 1984 + 4 + 1216 + 4 + 32);
    expect([...payload.subarray(-36, -32)]).toEqual([0, 0, 0, 7]);
    expect(payload.slice(-32)).toEqual(fields.head);
  });

  test('a key is refused when its private half must be gone, and when it is of a later day than tomorrow', async () => {
    await expect(verifyTransportKey(signed, roster, day + 2)).resolves.toBeDefined();
    await expect(verifyTransportKey(signed, roster, day + 3)).rejects.toEqual(refusedWith('expired'));
    await expect(verifyTransportKey(signed, roster, day - 1)).resolves.toBeDefined();
    await expect(verifyTransportKey(signed, roster, day - 2)).rejects.toEqual(refusedWith('not-yet-valid'));
  });

  test('a strange signer, desk, organisation and unusable key are refused', async () => {
    const byOther = await signTransportKey(fields, otherDesk.devices[0]!, random);
    await expect(verifyTransportKey(byOther, roster, day)).rejects.toEqual(refusedWith('unknown-signer'));
    const nowhere = await signTransportKey({ ...fields, desk: deskId(random(8)) }, device, random);
    await expect(verifyTransportKey(nowhere, roster, day)).rejects.toEqual(refusedWith('unknown-desk'));
    const elsewhere = await signTransportKey({ ...fields, fingerprint: asFingerprint(random(32)) }, device, random);
    await expect(verifyTransportKey(elsewhere, roster, day)).rejects.toEqual(refusedWith('wrong-organisation'));
    const unusable = { ...fields, publicKey: new Uint8Array(1216).fill(0xff) };
    const bad = await signTransportKey(unusable, device, random);
    await expect(verifyTransportKey(bad, roster, day)).rejects.toEqual(refusedWith('bad-key'));
    const forged = await signDocument('transport key', payload, otherDesk.devices[0]!, random);
    await expect(verifyTransportKey(forged, roster, day)).rejects.toEqual(refusedWith('signature'));
  });

  test('a new roster keeps the keys of its devices and drops those of a removed one', async () => {
    const without = organisation.roster.desks.map((entry) => ({
      ...entry,
      devices: entry.devices.filter(({ ed25519 }) => ed25519.some((byte, i) => byte !== device.publicKey[i])),
    }));
    const step = { ...organisation.roster, number: 2, previous: roster.hash };
    const kept = await verifyRoster(await signRoster(step, organisation.rootKey, random), fingerprint, day);
    const removed = await signRoster({ ...step, desks: without }, organisation.rootKey, random);
    await expect(verifyTransportKey(signed, kept, day)).resolves.toBeDefined();
    const remaining = await verifyRoster(removed, fingerprint, day);
    await expect(verifyTransportKey(signed, remaining, day)).rejects.toEqual(refusedWith('unknown-signer'));
  });

  test('[ENC-1] an empty log has zeros as its head, and so has one that its device cannot read on', () => {
    const all = { ...fields, devicePublicKey: device.publicKey };
    expect(() => encodeTransportKey({ ...all, logLength: 0 })).toThrow(WireError);
    const stuck = decodeTransportKey(encodeTransportKey({ ...all, head: new Uint8Array(32) }));
    expect([cannotReadOn(stuck), stuck.logLength]).toEqual([true, 7]);
    expect(cannotReadOn(all)).toBe(false);
    const empty = encodeTransportKey({ ...all, logLength: 0, head: new Uint8Array(32) });
    expect(decodeTransportKey(empty).logLength).toBe(0);
  });

  test('[ENC-1] damaged payloads and documents give nothing but the own errors', async () => {
    for (const damaged of truncations(payload)) expect(() => decodeTransportKey(damaged)).toThrow(WireError);
    for (const damaged of extensions(payload)) expect(() => decodeTransportKey(damaged)).toThrow(WireError);
    for (const damaged of [...truncations(signed, 101), ...extensions(signed)]) {
      await expect(verifyTransportKey(damaged, roster, day)).rejects.toThrow(WireError);
    }
    for (const damaged of bitFlips(signed, 101)) {
      await expect(verifyTransportKey(damaged, roster, day)).rejects.toSatisfy(isOwnError);
    }
  });
});

function isOwnError(error: unknown): boolean {
  return error instanceof WireError || error instanceof DocumentError;
}
