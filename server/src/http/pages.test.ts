import type { VerifiedCampaign } from '@postern/protocol/campaign/campaign';
import { encodeCampaign } from '@postern/protocol/campaign/campaign';
import { documentHash } from '@postern/protocol/keys/signed';
import { sha256 } from '@postern/protocol/primitives/hash';
import { sampleCampaign } from '@postern/protocol/testing/campaign-samples';
import { testOrganisation } from '@postern/protocol/testing/organisation';
import { describe, expect, it } from 'vitest';
import type { StaticFile } from './answer.ts';
import { Pages } from './pages.ts';

const { verifiedRoster, day } = await testOrganisation('pages');
const sample = sampleCampaign(verifiedRoster, day);

async function verified(name: string, at: number): Promise<VerifiedCampaign> {
  const campaign = { ...sample, name, id: Uint8Array.of(...new Uint8Array(7), at) };
  const payload = encodeCampaign(campaign);
  return { ...campaign, payload, hash: documentHash(await sha256(payload)) };
}
const both = await Promise.all([verified('hospital', 1), verified('harbour', 2)]);
const roster = { ...verifiedRoster, campaigns: both.map(({ id, hash }) => ({ id, hash })) };
const template = { language: 'en', name: 'English', direction: 'ltr', list: 'english', contentType: 'text/html' };
const built = {
  pages: [],
  plainPages: [],
  clearPages: [],
  campaigns: [{ ...template, html: '<title>{{title}}</title>' }],
  assets: [],
};
const paths = ['/campaigns', '/c/hospital/en', '/c/harbour/en'];

describe('the pages of campaigns', () => {
  it('stay as they are while one that is listed is missing, and are made anew when it has come or a day has passed', async () => {
    const pages = new Pages(built, undefined);
    await pages.fill(roster);
    const codings = (): unknown[] => paths.map((path) => (pages.find(path) as StaticFile | null)?.codings);
    let looked = 0;
    const fill = async (on: number, found: readonly VerifiedCampaign[]): Promise<unknown[]> => {
      await pages.fillCampaigns(on, async () => {
        looked += 1;
        return found;
      });
      return codings();
    };
    const first = await fill(day, both.slice(0, 1));
    expect(first.map((each) => each !== undefined)).toEqual([true, true, false]);
    for (const [at, each] of (await fill(day, both.slice(0, 1))).entries()) expect(each).toBe(first[at]);
    const whole = await fill(day, both);
    expect(whole.every((each) => each !== undefined)).toBe(true);
    expect([whole[0] === first[0], looked]).toEqual([false, 3]);
    await fill(day, []);
    expect([codings()[1] === whole[1], looked]).toEqual([true, 3]);
    expect([(await fill(day + 1, both))[1] === whole[1], looked]).toEqual([false, 4]);
    await pages.compressed;
  });
});
