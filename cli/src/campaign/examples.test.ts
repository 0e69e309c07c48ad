// The examples that ship can be published as they are, and say that nobody has reviewed them.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { deskId, fingerprint } from '@postern/protocol/bytes/brand';
import { describe, expect, it } from 'vitest';
import { readCampaignFolder } from './campaign-folder.ts';
import { checkCampaign } from './check.ts';

const examples = join(import.meta.dirname, '..', '..', '..', 'examples');
const names = ['Investigations', 'Safety in service', 'Intake'];
const desks = names.map((name, at) => ({
  id: deskId(new Uint8Array(8).fill(at + 1)),
  names: [{ language: 'en', name, description: '' }],
  devices: [],
  paused: false,
}));

describe.each(readdirSync(examples))('the example %s', (name) => {
  it('is a campaign that lacks nothing but its reviews', async () => {
    const place = { fingerprint: fingerprint(new Uint8Array(32)), desks };
    const { campaign } = await readCampaignFolder(join(examples, name), place);
    expect(campaign.name).toBe(name);
    expect(campaign.texts.map(({ state }) => state)).toEqual(campaign.texts.map(() => 'draft'));
    const { problems } = await checkCampaign(campaign, ['en', 'zh-Hans', 'ar'], campaign.firstDay);
    expect(problems).toHaveLength(campaign.texts.length);
  });
});
