// Campaigns that a roster lists come to the desk, from a real server, and nothing else does.
import { encodeCampaign } from '@postern/protocol/campaign/campaign';
import { encodeFilm } from '@postern/protocol/campaign/film';
import type { VerifiedRoster } from '@postern/protocol/keys/roster-chain';
import { documentHash } from '@postern/protocol/keys/signed';
import { sha256 } from '@postern/protocol/primitives/hash';
import { sampleCampaign, sampleFilm } from '@postern/protocol/testing/campaign-samples';
import { campaignRow } from '@postern/server/rules/campaigns';
import { afterEach, describe, expect, it } from 'vitest';
import { callViews } from '../app/call-words.ts';
import { Unreachable } from './desk-server.ts';
import { DeskWorld, random } from './testing/desk-world.ts';

let world: DeskWorld;
afterEach(() => world.remove());

async function store(payload: Uint8Array): Promise<void> {
  await world.storage?.write([{ kind: 'document', row: campaignRow({ lastDay: world.day + 90 }, payload) }]);
}

describe('campaigns at the desk', () => {
  it('are known once the roster lists them, through a restart and after they were withdrawn [CAM-1]', async () => {
    world = await DeskWorld.create(1);
    const campaign = sampleCampaign(world.roster as VerifiedRoster, world.day);
    const [listed, stranger] = [
      encodeCampaign(campaign),
      encodeCampaign({ ...campaign, id: random(8), name: 'not-listed' }),
    ];
    await store(listed);
    await store(stranger);
    await world.rounds(2);
    const device = world.devices[0]!;
    const titles = (): string[] => callViews(device.engine.campaigns()).map(({ texts }) => texts[1]?.title ?? '');
    expect(titles()).toEqual([]);
    expect(device.seen.filter(({ what }) => what === '/campaigns')).toEqual([]);

    const hash = await sha256(listed);
    await world.server?.addRoster((await world.signRoster({ campaigns: [{ id: campaign.id, hash }] })).signed);
    await world.rounds(6);
    expect(titles()).toEqual(['The county hospital']);
    // Once it is here, nobody is asked for it again.
    expect(device.seen.filter(({ what }) => what === '/campaigns').length).toBeLessThan(4);

    await world.server?.addRoster((await world.signRoster({ campaigns: [] })).signed);
    await world.rounds(4);
    await device.restart();
    expect(titles()).toEqual(['The county hospital']);
  });

  it('[DEV-4] give the server a film of which each part is lost now and then, and give up where none is answered', async () => {
    world = await DeskWorld.create(1);
    await world.rounds(2);
    const device = world.devices[0]!;
    const file = random(1000);
    const document = encodeFilm(sampleFilm(['ar', 'en', 'zh-Hans'], file.length, [await sha256(file)]));
    const sample = sampleCampaign(world.roster as VerifiedRoster, world.day);
    const payload = encodeCampaign({ ...sample, film: documentHash(await sha256(document)) });
    const { signed } = await world.signRoster({ campaigns: [{ id: sample.id, hash: await sha256(payload) }] });
    const publish = (): Promise<unknown> => device.engine.publishCampaign(signed, payload, [document, file]);
    let [parts, isAllLost] = [0, true];
    device.faults.desk = async (request, pass) => {
      if (request.kind !== 'publish-film-part') return pass();
      const answer = await pass();
      if (parts++ % 2 === 0 || isAllLost) throw new Error('the answer is lost');
      return answer;
    };
    await expect(publish()).rejects.toThrow(Unreachable);
    [parts, isAllLost] = [0, false];
    await publish();
    // Each once more, and not all of them again.
    expect(parts).toBe(4);
    const kept = (await world.storage?.documents('film')) ?? [];
    expect(kept).toHaveLength(2);
  });
});
