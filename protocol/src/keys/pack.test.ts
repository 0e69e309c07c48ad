import { beforeAll, describe, expect, it } from 'vitest';
import { equal } from '../bytes/equal.ts';
import { WireError } from '../bytes/wire-error.ts';
import { encodeCampaign } from '../campaign/campaign.ts';
import { linesToCarried } from '../messages/carried.ts';
import { inflateContent } from '../messages/content.ts';
import { openEnvelope, prepareEnvelopeKey } from '../messages/envelope.ts';
import { sha256 } from '../primitives/hash.ts';
import { hpkeKeyPair } from '../primitives/hpke.ts';
import { nativeRecipient } from '../primitives/hpke-native.ts';
import { OfflineSession } from '../source/offline-session.ts';
import { sampleCampaign } from '../testing/campaign-samples.ts';
import { type TestOrganisation, testOrganisation } from '../testing/organisation.ts';
import { readerFaults } from '../testing/reader-faults.ts';
import { signDayKey } from './day-key.ts';
import { claimedFingerprint, decodePack, encodePack, verifyPack } from './pack.ts';
import { signRoster, verifyRoster } from './roster-chain.ts';
import { type DocumentHash, documentHash } from './signed.ts';
import { loadWordList } from './word-lists.ts';

let organisation: TestOrganisation;
/** By day from the first one, of both desks. */
let dayKeys: Uint8Array[][];
let seeds: Uint8Array[][];
let pack: Uint8Array;

async function dayKey(desk: number, day: number, seed: Uint8Array, rosterHash: DocumentHash): Promise<Uint8Array> {
  const { random, desks, fingerprint } = organisation;
  const { publicKey } = await hpkeKeyPair(seed);
  const fields = { fingerprint, rosterHash, desk: desks[desk]!.id, day, publicKey };
  return signDayKey(fields, desks[desk]!.devices[0]!, random);
}

beforeAll(async () => {
  organisation = await testOrganisation('pack');
  const { day, random, signedRoster, verifiedRoster } = organisation;
  seeds = Array.from({ length: 4 }, () => [random(32), random(32)]);
  dayKeys = await Promise.all(
    seeds.map((of, at) => Promise.all(of.map((seed, desk) => dayKey(desk, day + at, seed, verifiedRoster.hash)))),
  );
  pack = encodePack({ roster: signedRoster, campaigns: [], dayKeys: dayKeys.flat() });
});

/** A roster that lists a call of the first desk, and a pack of the first day with that call and others. */
async function packWithCall(others: readonly Uint8Array[] = []) {
  const { random, rootKey, roster: fields, verifiedRoster, fingerprint, day } = organisation;
  const campaign = sampleCampaign(verifiedRoster, day);
  const payload = encodeCampaign(campaign);
  const campaigns = [{ id: campaign.id, hash: documentHash(await sha256(payload)) }];
  const roster = await signRoster({ ...fields, campaigns }, rootKey, random);
  const { hash } = await verifyRoster(roster, fingerprint, day);
  const keys = await Promise.all(seeds[0]!.map((seed, desk) => dayKey(desk, day, seed, hash)));
  const bytes = encodePack({ roster, campaigns: [...others, payload], dayKeys: keys });
  return { campaign, pack: await verify(bytes, day) };
}

const verify = (bytes: Uint8Array, today: number) => verifyPack(bytes, organisation.fingerprint, today);

describe('a pack', () => {
  it('says whose it is, and is sealed to today, or to its newest day for a week', async () => {
    const { day, fingerprint } = organisation;
    expect(await claimedFingerprint(pack)).toEqual(fingerprint);
    const chosen = async (today: number) => (await verify(pack, today)).day - day;
    expect([await chosen(day), await chosen(day + 2), await chosen(day + 3), await chosen(day + 10)]).toEqual([
      0, 2, 3, 3,
    ]);
    await expect(verify(pack, day + 11)).rejects.toMatchObject({ code: 'expired' });
    await expect(verify(pack, day + 40)).rejects.toMatchObject({ code: 'expired' });
  });

  it('[PAK-1] is refused when a document in it is not signed by whom the fingerprint leads to', async () => {
    const { day, random, rootKey, roster } = organisation;
    const other = await testOrganisation('pack of others');
    await expect(verifyPack(pack, other.fingerprint, day)).rejects.toMatchObject({ code: 'wrong-organisation' });
    const swapped = encodePack({
      roster: organisation.signedRoster,
      campaigns: [],
      dayKeys: [...dayKeys.flat().slice(1), ...[]],
    });
    expect((await verify(swapped, day + 1)).day).toBe(day + 1);
    const forged = dayKeys[1]![0]!.slice();
    forged[forged.length - 1]! ^= 1;
    const bad = encodePack({
      roster: organisation.signedRoster,
      campaigns: [],
      dayKeys: [...dayKeys[0]!, forged, dayKeys[1]![1]!],
    });
    await expect(verify(bad, day)).rejects.toMatchObject({ code: 'signature' });
    const next = await signRoster({ ...roster, lastDay: roster.lastDay + 1 }, rootKey, random);
    await expect(verify(encodePack({ roster: next, campaigns: [], dayKeys: dayKeys[0]! }), day)).rejects.toMatchObject({
      code: 'wrong-roster',
    });
  });

  it('[PAK-2] is not sealed to a day on which a desk has no key', async () => {
    const { day, signedRoster } = organisation;
    const holed = encodePack({ roster: signedRoster, campaigns: [], dayKeys: [...dayKeys[0]!, dayKeys[1]![0]!] });
    expect((await verify(holed, day + 1)).day).toBe(day);
    const none = encodePack({ roster: signedRoster, campaigns: [], dayKeys: [dayKeys[1]![0]!] });
    await expect(verify(none, day + 1)).rejects.toMatchObject({ code: 'incomplete' });
    const ahead = encodePack({ roster: signedRoster, campaigns: [], dayKeys: dayKeys[3]! });
    await expect(verify(ahead, day)).rejects.toMatchObject({ code: 'not-yet-valid' });
  });

  it('[PAK-3] gives the calls that its roster lists, and leaves out what it does not list', async () => {
    const { verifiedRoster, day } = organisation;
    const unlisted = encodeCampaign({ ...sampleCampaign(verifiedRoster, day), lastDay: day + 99 });
    const { campaign, pack: opened } = await packWithCall([unlisted, Uint8Array.of(1)]);
    expect(opened.campaigns.map(({ id, lastDay }) => [id, lastDay])).toEqual([[campaign.id, campaign.lastDay]]);
  });

  it('[ENC-1] is read strictly', () => {
    const small = encodePack({ roster: organisation.signedRoster, campaigns: [dayKeys[0]![0]!], dayKeys: [] });
    expect(decodePack(pack).dayKeys).toHaveLength(8);
    expect(readerFaults(small, (bytes) => encodePack(decodePack(bytes)))).toEqual([]);
    expect(() => encodePack({ roster: pack, campaigns: [], dayKeys: [dayKeys[0]![0]!, dayKeys[0]![0]!] })).toThrow(
      WireError,
    );
  });
});

describe('a message written without a network', () => {
  it('[PAK-3] carries the answers to a call of the pack, as on the page of a server', async () => {
    const { random, day, desks, fingerprint } = organisation;
    const { campaign, pack: opened } = await packWithCall();
    const session = new OfflineSession(opened, random);
    await session.newPhrase(await loadWordList('english'));
    const answered = { campaign: campaign.id, answers: [{ question: 'role', values: ['inside'] }] };
    const [desk] = session.desks;
    await session.send({ deskId: desk!.id, text: '', language: 'en', answered });
    const read = await linesToCarried(session.sealed[0]!.lines.join('\n'), fingerprint);
    if (read.kind !== 'carried') throw new Error('lines are missing');
    const key = await prepareEnvelopeKey(nativeRecipient, fingerprint, desks[0]!.id, day, seeds[0]![0]!);
    const received = await openEnvelope(nativeRecipient, fingerprint, read.carried.envelopes[0]!, day, [key]);
    if (received.kind !== 'submission') throw new Error(`opened ${received.kind}`);
    expect(await inflateContent(received.inside.piece)).toMatchObject(answered);
  });

  it('[CAR-3] is opened by the desk of its choice with the key of that day, and by no other', async () => {
    const { day, random, desks, fingerprint } = organisation;
    const session = new OfflineSession(await verify(pack, day + 5), random);
    const english = await loadWordList('english');
    const words = await session.newPhrase(english);
    expect(words).toHaveLength(12);
    const [desk] = session.desks;
    await session.send({ deskId: desk!.id, text: 'Seen by one person only', language: 'en' });
    const [message] = session.sealed;
    expect(message?.lastDay).toBe(day + 3 + 13);
    const read = await linesToCarried(message!.lines.join('\n'), fingerprint);
    if (read.kind !== 'carried') throw new Error('lines are missing');
    const keyOf = (at: number, of: number) =>
      prepareEnvelopeKey(nativeRecipient, fingerprint, desks[of]!.id, day + at, seeds[at]![of]!);
    const open = async (keys: Parameters<typeof openEnvelope>[4]) =>
      openEnvelope(nativeRecipient, fingerprint, read.carried.envelopes[0]!, message!.lastDay, keys);
    expect(await open([await keyOf(3, 0)])).toMatchObject({ kind: 'submission', keyDay: day + 3 });
    expect(await open([await keyOf(3, 1), await keyOf(2, 0)])).toEqual({ kind: 'not-for-me' });
    expect(equal(desks[0]!.id, Buffer.from(desk!.id, 'hex'))).toBe(true);
    session.forget();
    expect(session.sealed).toEqual([]);
  });
});
