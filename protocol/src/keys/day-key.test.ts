/** Day keys: for one desk, day, organisation and roster, by a device of the desk. */

import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { deskId } from '../bytes/brand.ts';
import { WireError } from '../bytes/wire-error.ts';
import { sha256 } from '../primitives/hash.ts';
import { hpkeKeyPair } from '../primitives/hpke.ts';
import { asView, bitFlips, extensions, truncations } from '../testing/damage.ts';
import { testOrganisation } from '../testing/organisation.ts';
import { type DayKey, decodeDayKey, encodeDayKey, signDayKey, verifyDayKey } from './day-key.ts';
import { DocumentError } from './document-error.ts';
import { signRoster, verifyRoster } from './roster-chain.ts';
import { documentHash, payloadOf, signDocument } from './signed.ts';

const organisation = await testOrganisation('day keys');
const { verifiedRoster: roster, random, fingerprint, day, desks } = organisation;
const [desk, otherDesk] = desks as [(typeof desks)[number], (typeof desks)[number]];
const device = desk.devices[0]!;
const { publicKey } = await hpkeKeyPair(random(32));
const fields: Omit<DayKey, 'devicePublicKey'> = { fingerprint, rosterHash: roster.hash, desk: desk.id, day, publicKey };
const signed = await signDayKey(fields, device, random);

function refusedWith(code: string) {
  return expect.objectContaining({ name: 'DocumentError', code });
}

describe('day keys', () => {
  test('what a device signs is verified, also as a view', async () => {
    const verified = await verifyDayKey(asView(signed), roster, day);
    expect(verified).toMatchObject({ ...fields, devicePublicKey: device.publicKey, signed });
    expect(verified.device.ed25519).toEqual(device.publicKey.slice(0, 32));
    expect(verified.hash).toEqual(documentHash(await sha256(payloadOf(signed))));
    expect(verified.publicKeyHash).toEqual(new Uint8Array(createHash('sha256').update(publicKey).digest()));
  });

  test('the fields stand where the specification puts them', () => {
    const payload = encodeDayKey({ ...fields, devicePublicKey: device.publicKey });
    expect(payload).toHaveLength(1 + 32 + 32 + 8 + 1984 + 4 + 1216);
    expect(payload.slice(33, 65)).toEqual(new Uint8Array(roster.hash));
    expect(payload.slice(73, 2057)).toEqual(device.publicKey);
    expect(new DataView(payload.buffer).getUint32(2057)).toBe(day);
  });

  test('[BUN-2] a day key of another day, roster or organisation is refused', async () => {
    await expect(verifyDayKey(signed, roster, day + 1)).rejects.toEqual(refusedWith('wrong-day'));
    await expect(verifyDayKey(signed, roster, day - 1)).rejects.toEqual(refusedWith('wrong-day'));
    await expect(verifyDayKey(signed, roster, day - 3, day)).resolves.toBeDefined();
    await expect(verifyDayKey(signed, roster, day - 3, day - 1)).rejects.toEqual(refusedWith('wrong-day'));
    const next = { ...organisation.roster, number: 2, previous: roster.hash };
    const nextRoster = await verifyRoster(await signRoster(next, organisation.rootKey, random), fingerprint, day);
    await expect(verifyDayKey(signed, nextRoster, day)).rejects.toEqual(refusedWith('wrong-roster'));
    const elsewhere = await signDayKey({ ...fields, fingerprint: documentHash(random(32)) as never }, device, random);
    await expect(verifyDayKey(elsewhere, roster, day)).rejects.toEqual(refusedWith('wrong-organisation'));
  });

  test('[BUN-2] a day key of a desk that the roster does not have is refused', async () => {
    const unknown = await signDayKey({ ...fields, desk: deskId(random(8)) }, device, random);
    await expect(verifyDayKey(unknown, roster, day)).rejects.toEqual(refusedWith('unknown-desk'));
  });

  test('[BUN-1] only a device of the desk signs for it', async () => {
    const byOtherDesk = await signDayKey(fields, otherDesk.devices[0]!, random);
    await expect(verifyDayKey(byOtherDesk, roster, day)).rejects.toEqual(refusedWith('unknown-signer'));
    const byServer = await signDayKey(fields, organisation.serverKey, random);
    await expect(verifyDayKey(byServer, roster, day)).rejects.toEqual(refusedWith('unknown-signer'));
    const payload = encodeDayKey({ ...fields, devicePublicKey: device.publicKey });
    const forged = await signDocument('day key', payload, otherDesk.devices[0]!, random);
    await expect(verifyDayKey(forged, roster, day)).rejects.toEqual(refusedWith('signature'));
  });

  test('[BUN-1] a signer whose Ed25519 key the roster gives otherwise is refused', async () => {
    const rosterDesk = organisation.roster.desks.map((entry) => ({
      ...entry,
      devices: entry.devices.map((listed) => ({ ...listed, ed25519: random(32) })),
    }));
    const wrong = await signRoster({ ...organisation.roster, desks: rosterDesk }, organisation.rootKey, random);
    const wrongRoster = await verifyRoster(wrong, fingerprint, day);
    const dayKey = await signDayKey({ ...fields, rosterHash: wrongRoster.hash }, device, random);
    await expect(verifyDayKey(dayKey, wrongRoster, day)).rejects.toEqual(refusedWith('unknown-signer'));
  });

  test('[BUN-1] a key to which nothing can be sealed is refused', async () => {
    const unusable = await signDayKey({ ...fields, publicKey: new Uint8Array(1216).fill(0xff) }, device, random);
    await expect(verifyDayKey(unusable, roster, day)).rejects.toEqual(refusedWith('bad-key'));
  });

  test('[DOC-1] the same contents signed as a transport key are refused', async () => {
    const payload = encodeDayKey({ ...fields, devicePublicKey: device.publicKey });
    const transport = await signDocument('transport key', payload, device, random);
    await expect(verifyDayKey(transport, roster, day)).rejects.toEqual(refusedWith('signature'));
  });

  test('[ENC-1] the payload is read whole or refused', () => {
    const payload = encodeDayKey({ ...fields, devicePublicKey: device.publicKey });
    expect(encodeDayKey(decodeDayKey(payload))).toEqual(payload);
    for (const damaged of truncations(payload)) expect(() => decodeDayKey(damaged)).toThrow(WireError);
    for (const damaged of extensions(payload)) expect(() => decodeDayKey(damaged)).toThrow(WireError);
    for (const damaged of bitFlips(payload.subarray(0, 1))) {
      expect(() => decodeDayKey(Uint8Array.of(...damaged, ...payload.subarray(1)))).toThrow(WireError);
    }
  });

  test('[ENC-1] damaged documents give nothing but the own errors', async () => {
    for (const damaged of truncations(signed, 37)) {
      await expect(verifyDayKey(damaged, roster, day)).rejects.toThrow(WireError);
    }
    for (const damaged of extensions(signed)) {
      await expect(verifyDayKey(damaged, roster, day)).rejects.toThrow(WireError);
    }
    for (const damaged of bitFlips(signed, 59)) {
      await expect(verifyDayKey(damaged, roster, day)).rejects.toSatisfy(isOwnError);
    }
    const trailing = Uint8Array.of(...encodeDayKey({ ...fields, devicePublicKey: device.publicKey }), 0);
    const padded = await signDocument('day key', trailing, device, random);
    await expect(verifyDayKey(padded, roster, day)).rejects.toMatchObject({ code: 'trailing' });
  });
});

function isOwnError(error: unknown): boolean {
  return error instanceof WireError || error instanceof DocumentError;
}
