/** The bundle: complete, of about today, under the roster in use, or no sending at all. */

import { describe, expect, test } from 'vitest';
import { fingerprint as asFingerprint, deskId } from '../bytes/brand.ts';
import { compare } from '../bytes/equal.ts';
import { WireError } from '../bytes/wire-error.ts';
import { Writer } from '../bytes/writer.ts';
import { sha256 } from '../primitives/hash.ts';
import { hpkeKeyPair } from '../primitives/hpke.ts';
import { hybridKey } from '../primitives/hybrid-signature.ts';
import { asView, bitFlips, extensions, truncations } from '../testing/damage.ts';
import { testBundle, testOrganisation } from '../testing/organisation.ts';
import {
  type Bundle,
  claimBundle,
  dayKeysOf,
  decodeBundle,
  encodeBundle,
  type VerifiedBundle,
  verifyBundle,
} from './bundle.ts';
import { type DayKey, signDayKey } from './day-key.ts';
import { DocumentError } from './document-error.ts';
import { signRoster, type VerifiedRoster, verifyRoster } from './roster-chain.ts';

const organisation = await testOrganisation('bundles', { desks: 3, devices: 1 });
const { verifiedRoster: roster, random, fingerprint, day, desks, serverKey, rootKey } = organisation;
const keyConfig = random(1225);
const { bytes: good, dayKeys } = await testBundle(organisation, roster, { day, keyConfig, laneDepth: 3 });
const whole: Bundle = {
  fingerprint,
  serverPublicKey: serverKey.publicKey,
  rosterNumber: roster.number,
  rosterHash: roster.hash,
  day,
  laneDepth: 3,
  keyConfig,
  issuers: [
    { purpose: 'reply', period: day, keyHash: random(32) },
    { purpose: 'admission', period: 649, keyHash: random(32) },
  ],
  dayKeys: dayKeys.map((dayKey) => dayKey.signed),
};

function refusedWith(code: string) {
  return expect.objectContaining({ name: 'DocumentError', code });
}

function bundleWith(change: Partial<Bundle>): Uint8Array {
  return encodeBundle({ ...whole, ...change });
}

/** As if an index named it. */
async function verify(bytes: Uint8Array, of: VerifiedRoster, clockDay: number): Promise<VerifiedBundle> {
  return verifyBundle(await claimBundle(bytes, of), await sha256(bytes), of, clockDay);
}

async function dayKeyOf(at: number, change: Partial<DayKey> = {}): Promise<Uint8Array> {
  const { publicKey } = await hpkeKeyPair(random(32));
  const { id, devices } = desks[at]!;
  const dayKey = { fingerprint, rosterHash: roster.hash, desk: id, day, publicKey, ...change };
  return signDayKey(dayKey, devices[0]!, random);
}

async function pausing(at: number): Promise<VerifiedRoster> {
  const entries = organisation.roster.desks.map((desk, i) => ({ ...desk, paused: i === at }));
  return verifyRoster(await signRoster({ ...organisation.roster, desks: entries }, rootKey, random), fingerprint, day);
}

describe('bundle', () => {
  test('a complete one is verified, also as a view, and gives the keys of each desk', async () => {
    const verified = await verify(asView(good), roster, day);
    expect(verified).toMatchObject({ rosterNumber: 1, day, laneDepth: 3, keyConfig });
    expect(verified.hash).toEqual(await sha256(good));
    for (const { desk, pair } of dayKeys) {
      expect(dayKeysOf(verified, desk).map(({ publicKey }) => publicKey)).toEqual([pair.publicKey]);
    }
    expect(dayKeysOf(verified, random(8))).toEqual([]);
  });

  test('[BUN-1] a desk may have several keys, and all are given', async () => {
    const several = bundleWith({ dayKeys: [...whole.dayKeys, await dayKeyOf(1)] });
    expect(dayKeysOf(await verify(several, roster, day), desks[1]!.id)).toHaveLength(2);
  });

  test('[BUN-1] its day is at most one from the own clock', async () => {
    await expect(verify(good, roster, day - 1)).resolves.toBeDefined();
    await expect(verify(good, roster, day + 1)).resolves.toBeDefined();
    await expect(verify(good, roster, day - 2)).rejects.toEqual(refusedWith('wrong-day'));
    await expect(verify(good, roster, day + 2)).rejects.toEqual(refusedWith('wrong-day'));
  });

  test('[BUN-1] a server that the roster does not list is refused', async () => {
    const stranger = await hybridKey(random(64));
    for (const { publicKey: serverPublicKey } of [stranger, desks[0]!.devices[0]!]) {
      const bundle = bundleWith({ serverPublicKey });
      await expect(verify(bundle, roster, day)).rejects.toEqual(refusedWith('unknown-signer'));
    }
  });

  test('[BUN-3] another than the one that is named is refused, whichever bit differs', async () => {
    const named = await sha256(good);
    for (const damaged of bitFlips(good, 97)) {
      const attempt = async () => verifyBundle(await claimBundle(damaged, roster), named, roster, day);
      await expect(attempt()).rejects.toMatchObject({ code: expect.stringMatching(/^(signature|unknown-signer)$/) });
    }
  });

  test('[BUN-1] each desk that is not paused needs a key, whichever one is missing', async () => {
    for (const missing of whole.dayKeys) {
      const bundle = bundleWith({ dayKeys: whole.dayKeys.filter((dayKey) => dayKey !== missing) });
      await expect(verify(bundle, roster, day)).rejects.toEqual(refusedWith('incomplete'));
    }
  });

  test('[BUN-1] a paused desk may be without one', async () => {
    const paused = await pausing(1);
    const { bytes: bundle } = await testBundle(organisation, paused, { day, keyConfig });
    const verified = await verify(bundle, paused, day);
    expect(verified.dayKeys.map(({ desk }) => desk)).toEqual([desks[0]!.id, desks[2]!.id]);
  });

  test('[BUN-1] one bad signature among the day keys spoils the bundle', async () => {
    const [first, ...others] = whole.dayKeys as [Uint8Array, ...Uint8Array[]];
    const damaged = first.with(first.length - 1, (first.at(-1) ?? 0) ^ 1);
    const bundle = bundleWith({ dayKeys: [damaged, ...others] });
    await expect(verify(bundle, roster, day)).rejects.toEqual(refusedWith('signature'));
  });

  test('[BUN-1] a day key by a device of another desk is refused', async () => {
    const { publicKey } = await hpkeKeyPair(random(32));
    const dayKey = { fingerprint, rosterHash: roster.hash, desk: desks[0]!.id, day, publicKey };
    const byOther = await signDayKey(dayKey, desks[1]!.devices[0]!, random);
    const bundle = bundleWith({ dayKeys: [...whole.dayKeys, byOther] });
    await expect(verify(bundle, roster, day)).rejects.toEqual(refusedWith('unknown-signer'));
  });

  test('[BUN-2] one day key too many of another day, roster, desk or organisation spoils the bundle', async () => {
    const other = await pausing(2);
    const wrong: [string, Partial<DayKey>][] = [
      ['wrong-day', { day: day + 1 }],
      ['wrong-roster', { rosterHash: other.hash }],
      ['unknown-desk', { desk: deskId(random(8)) }],
      ['wrong-organisation', { fingerprint: asFingerprint(random(32)) }],
    ];
    for (const [code, change] of wrong) {
      const bundle = bundleWith({ dayKeys: [...whole.dayKeys, await dayKeyOf(0, change)] });
      await expect(verify(bundle, roster, day), code).rejects.toEqual(refusedWith(code));
    }
  });

  test('[BUN-2] a bundle that names another roster or organisation is refused', async () => {
    const other = await pausing(0);
    for (const change of [{ rosterHash: other.hash }, { rosterNumber: 2 }]) {
      await expect(verify(bundleWith(change), roster, day)).rejects.toEqual(refusedWith('wrong-roster'));
    }
    const elsewhere = bundleWith({ fingerprint: asFingerprint(random(32)) });
    await expect(verify(elsewhere, roster, day)).rejects.toEqual(refusedWith('wrong-organisation'));
  });
});

describe('types', () => {
  test('what was only read does not pass for what was verified', () => {
    const mistakes = [
      // @ts-expect-error a roster that was only read
      () => claimBundle(good, organisation.roster),
      // @ts-expect-error a bundle that was only read
      () => dayKeysOf(decodeBundle(encodeBundle(whole)), desks[0]!.id),
    ];
    expect(mistakes).toHaveLength(2);
  });
});

describe('bytes of a bundle', () => {
  test('what is written is read, with the day keys sorted', () => {
    const reversed = encodeBundle({ ...whole, dayKeys: whole.dayKeys.toReversed() });
    expect(reversed).toEqual(encodeBundle(whole));
    expect(decodeBundle(reversed)).toEqual(whole);
  });

  test('[ENC-3] day keys in another order and repeated ones are refused', async () => {
    const [first, second, third] = whole.dayKeys as [Uint8Array, Uint8Array, Uint8Array];
    for (const list of [
      [second, first, third],
      [first, first, second, third],
    ]) {
      const bundle = written({ ...whole, dayKeys: list });
      await expect(verify(bundle, roster, day)).rejects.toMatchObject({ name: 'WireError', code: 'bad-order' });
    }
    expect(() => encodeBundle({ ...whole, dayKeys: [first, first] })).toThrow(WireError);
  });

  test('[ENC-3] two signatures for the same key of a desk are a repetition', async () => {
    const { pair, desk } = dayKeys[0]!;
    const again = await dayKeyOf(0, { desk, publicKey: pair.publicKey });
    expect(compare(again, whole.dayKeys[0]!)).not.toBe(0);
    expect(() => encodeBundle({ ...whole, dayKeys: [...whole.dayKeys, again] })).toThrow(WireError);
  });

  test('[TOK-3] [ENC-3] the keys under which tokens are issued stand in it, once each and in order', async () => {
    const verified = await verify(bundleWith({}), roster, day);
    expect(verified.issuers).toEqual(whole.issuers);
    const [reply, admission] = whole.issuers as [Bundle['issuers'][0], Bundle['issuers'][0]];
    for (const issuers of [
      [admission, reply],
      [reply, reply],
    ]) {
      const bundle = written({ ...whole, issuers });
      await expect(verify(bundle, roster, day)).rejects.toMatchObject({ name: 'WireError', code: 'bad-order' });
    }
  });

  test('[ENC-1] a lane depth above 8 is refused', () => {
    expect(encodeBundle({ ...whole, laneDepth: 8 })).toBeDefined();
    expect(() => encodeBundle({ ...whole, laneDepth: 9 })).toThrow(expect.objectContaining({ code: 'bad-value' }));
  });

  test('[ENC-1] damaged bytes give nothing but the own errors', async () => {
    const payload = encodeBundle(whole);
    for (const damaged of truncations(payload, 7)) expect(() => decodeBundle(damaged)).toThrow(WireError);
    for (const damaged of extensions(payload)) expect(() => decodeBundle(damaged)).toThrow(WireError);
    for (const damaged of [...truncations(payload, 211), ...extensions(payload)]) {
      await expect(verify(damaged, roster, day)).rejects.toThrow(WireError);
    }
    for (const damaged of bitFlips(payload, 211)) {
      await verify(damaged, roster, day).catch((error) => expect(error).toSatisfy(isOwnError));
    }
  });
});

/** Writes a bundle as it is given, for lists that the encoder would sort or refuse. */
function written(bundle: Bundle): Uint8Array {
  return new Writer()
    .u8(1)
    .bytes(bundle.fingerprint, 32)
    .u32(bundle.rosterNumber)
    .bytes(bundle.rosterHash, 32)
    .bytes(bundle.serverPublicKey, 1984)
    .u32(bundle.day)
    .u8(bundle.laneDepth)
    .var16(bundle.keyConfig)
    .list8(bundle.issuers, ({ purpose, period, keyHash }, writer) => {
      writer
        .u8(purpose === 'reply' ? 1 : 2)
        .u32(period)
        .bytes(keyHash, 32);
    })
    .list16(bundle.dayKeys, (dayKey, writer) => writer.var16(dayKey))
    .done();
}

function isOwnError(error: unknown): boolean {
  return error instanceof WireError || error instanceof DocumentError;
}
