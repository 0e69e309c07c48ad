/** From the pinned fingerprint to a roster, and from roster to roster. */

import { describe, expect, test } from 'vitest';
import { fingerprint as asFingerprint } from '../bytes/brand.ts';
import { WireError } from '../bytes/wire-error.ts';
import { sha256 } from '../primitives/hash.ts';
import { asView, bitFlips, extensions, truncations } from '../testing/damage.ts';
import { testOrganisation } from '../testing/organisation.ts';
import { DocumentError } from './document-error.ts';
import { encodeRoster, type Roster } from './roster.ts';
import { acceptRosters, signRoster, verifyRoster } from './roster-chain.ts';
import { documentHash, payloadOf, signDocument } from './signed.ts';

const organisation = await testOrganisation('roster chain', { devices: 1 });
const { roster, rootKey, random, fingerprint, day, signedRoster: signed1, verifiedRoster: known } = organisation;
const stranger = await testOrganisation('another organisation', { devices: 1 });

async function after(previous: Uint8Array, number: number, change: Partial<Roster> = {}): Promise<Uint8Array> {
  return signRoster(
    { ...roster, number, previous: documentHash(await sha256(payloadOf(previous))), ...change },
    rootKey,
    random,
  );
}

const signed2 = await after(signed1, 2, { repliesADay: 2 });
const signed3 = await after(signed2, 3, { repliesADay: 3 });
const other2 = await after(signed1, 2, { repliesADay: 200 });

function withCode(code: string) {
  return expect.objectContaining({ name: 'DocumentError', code });
}

describe('a roster by its fingerprint', () => {
  test('is verified with the pinned key, also as a view', async () => {
    const verified = await verifyRoster(asView(signed1), fingerprint, day);
    expect(verified.number).toBe(1);
    expect(verified.fingerprint).toEqual(fingerprint);
    expect(verified.hash).toEqual(documentHash(await sha256(payloadOf(signed1))));
    expect(verified.signed).toEqual(signed1);
  });

  test('[DOC-2] another root key is refused before anything else is read', async () => {
    await expect(verifyRoster(stranger.signedRoster, fingerprint, day)).rejects.toEqual(withCode('wrong-organisation'));
    const nonsense = await signDocument('roster', stranger.rootKey.publicKey, stranger.rootKey, random);
    const shifted = await signDocument(
      'roster',
      Uint8Array.of(9, ...stranger.rootKey.publicKey, 1, 2, 3),
      stranger.rootKey,
      random,
    );
    await expect(verifyRoster(nonsense, fingerprint, day)).rejects.toThrow(WireError);
    await expect(verifyRoster(shifted, fingerprint, day)).rejects.toEqual(withCode('wrong-organisation'));
  });

  test('[DOC-2] contents are read only after the signature: nonsense without one is a bad signature', async () => {
    const nonsense = Uint8Array.of(1, ...rootKey.publicKey, 1, 2, 3);
    const forged = await signDocument('roster', nonsense, stranger.rootKey, random);
    await expect(verifyRoster(forged, fingerprint, day)).rejects.toEqual(withCode('signature'));
    const signed = await signDocument('roster', nonsense, rootKey, random);
    await expect(verifyRoster(signed, fingerprint, day)).rejects.toThrow(WireError);
  });

  test('[DOC-1] a roster payload signed as another kind is refused', async () => {
    const bundle = await signDocument('day key', encodeRoster(roster), rootKey, random);
    await expect(verifyRoster(bundle, fingerprint, day)).rejects.toEqual(withCode('signature'));
  });

  test('[ROS-2] it is used from its first to its last day, and before and after refused in different words', async () => {
    await expect(verifyRoster(signed1, fingerprint, day - 1)).rejects.toEqual(withCode('not-yet-valid'));
    await expect(verifyRoster(signed1, fingerprint, day)).resolves.toBeDefined();
    await expect(verifyRoster(signed1, fingerprint, day + 29)).resolves.toBeDefined();
    await expect(verifyRoster(signed1, fingerprint, day + 30)).rejects.toEqual(withCode('expired'));
  });

  test('[ENC-1] truncated, extended and flipped documents give nothing but the own errors', async () => {
    for (const damaged of truncations(signed1, 17)) {
      await expect(verifyRoster(damaged, fingerprint, day)).rejects.toThrow(WireError);
    }
    for (const damaged of extensions(signed1)) {
      await expect(verifyRoster(damaged, fingerprint, day)).rejects.toThrow(WireError);
    }
    for (const damaged of bitFlips(signed1, 41)) {
      await expect(verifyRoster(damaged, fingerprint, day)).rejects.toSatisfy(isOwnError);
    }
  });

  test('signing with a key that the roster does not name is a mistake of the caller', async () => {
    await expect(signRoster(roster, stranger.rootKey, random)).rejects.toThrow(RangeError);
  });
});

describe('from roster to roster', () => {
  test('[ROS-1] later rosters are accepted step by step', async () => {
    expect((await acceptRosters(known, [], day)).number).toBe(1);
    expect((await acceptRosters(known, [signed2], day)).number).toBe(2);
    expect((await acceptRosters(known, [signed1, signed2, signed3], day)).repliesADay).toBe(3);
  });

  test('[ROS-1] a step that is left out is refused', async () => {
    await expect(acceptRosters(known, [signed3], day)).rejects.toEqual(withCode('not-linked'));
  });

  test('[ROS-1] a successor of another roster is refused', async () => {
    const after2b = await after(other2, 3);
    await expect(acceptRosters(known, [signed2, after2b], day)).rejects.toEqual(withCode('not-linked'));
  });

  test('[ROS-1] another root key is refused, though it names the known roster as the one before', async () => {
    const previous = documentHash(await sha256(payloadOf(signed1)));
    const usurper = await signRoster({ ...stranger.roster, number: 2, previous }, stranger.rootKey, random);
    await expect(acceptRosters(known, [usurper], day)).rejects.toEqual(withCode('wrong-organisation'));
  });

  test('[ROS-3] a lower number is refused', async () => {
    const two = await acceptRosters(known, [signed2], day);
    await expect(acceptRosters(two, [signed1], day)).rejects.toEqual(withCode('rolled-back'));
    await expect(acceptRosters(known, [signed2, signed1], day)).rejects.toEqual(withCode('rolled-back'));
  });

  test('[ROS-3] another roster with the same number is refused and told from a step that does not fit', async () => {
    const two = await acceptRosters(known, [signed2], day);
    await expect(acceptRosters(two, [other2], day)).rejects.toEqual(withCode('same-number'));
    await expect(acceptRosters(known, [signed2, other2], day)).rejects.toEqual(withCode('same-number'));
    expect((await acceptRosters(two, [signed2], day)).number).toBe(2);
  });

  test('[ROS-3] the same roster signed once more is the same roster', async () => {
    const again = await after(signed1, 2, { repliesADay: 2 });
    expect(again).not.toEqual(signed2);
    const two = await acceptRosters(known, [signed2], day);
    expect((await acceptRosters(two, [again], day)).number).toBe(2);
  });

  test('[ROS-2] rosters that ended while the client was away are steps to the one in use', async () => {
    const next = await after(signed1, 2, { firstDay: day + 30, lastDay: day + 59 });
    const later = await after(next, 3, { firstDay: day + 60, lastDay: day + 89 });
    expect((await acceptRosters(known, [next, later], day + 70)).number).toBe(3);
    await expect(acceptRosters(known, [next, later], day + 90)).rejects.toEqual(withCode('expired'));
  });

  test('[ROS-2] a roster published ahead of its days waits for them', async () => {
    const next = await after(signed1, 2, { firstDay: day + 25, lastDay: day + 59 });
    expect((await acceptRosters(known, [next], day + 24)).number).toBe(1);
    expect((await acceptRosters(known, [next], day + 25)).number).toBe(2);
    const late = await after(signed1, 2, { firstDay: day + 40, lastDay: day + 59 });
    await expect(acceptRosters(known, [late], day + 35)).rejects.toEqual(withCode('expired'));
  });

  test('[ROS-3] a newer roster that has ended does not bring the older one back', async () => {
    const short = await after(signed1, 2, { lastDay: day + 3 });
    await expect(acceptRosters(known, [short], day + 4)).rejects.toEqual(withCode('expired'));
  });

  test('[ENC-1] malformed rosters give the own error', async () => {
    await expect(acceptRosters(known, [new Uint8Array()], day)).rejects.toThrow(WireError);
  });

  test('a fingerprint of another length is no fingerprint', async () => {
    await expect(verifyRoster(signed1, fingerprint.slice(1), day)).rejects.toThrow(WireError);
    expect(() => asFingerprint(new Uint8Array(31))).toThrow(WireError);
  });
});

function isOwnError(error: unknown): boolean {
  return error instanceof WireError || error instanceof DocumentError;
}
