import { gzipSync } from 'node:zlib';
import type { VerifiedCampaign } from '@postern/protocol/campaign/campaign';
import { encodeCampaign } from '@postern/protocol/campaign/campaign';
import { documentHash } from '@postern/protocol/keys/signed';
import { sha256 } from '@postern/protocol/primitives/hash';
import { sampleCampaign, sampleFilm } from '@postern/protocol/testing/campaign-samples';
import { testOrganisation } from '@postern/protocol/testing/organisation';
import { describe, expect, it } from 'vitest';
import type { ListedFilm } from '../rules/films.ts';
import type { StaticFile } from './answer.ts';
import { fillPage } from './fill-page.ts';
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
  campaigns: [{ ...template, html: '<title>{{title}}</title><!--if forms--><form></form><!--end-->' }],
  assets: [],
};
const paths = ['/campaigns', '/c/hospital/en', '/c/harbour/en'];

it('serves by gzip what the build has packed, and packs what it has not', async () => {
  const bytes = new Uint8Array(1_000);
  const packed = new Uint8Array(gzipSync(bytes, { level: 1 }));
  const asset = { contentType: 'text/javascript', bytes };
  const assets = [
    { ...asset, path: 'a/packed.js', gzip: packed },
    { ...asset, path: 'a/other.js', gzip: null },
  ];
  const pages = new Pages({ ...built, assets }, undefined);
  const gzipOf = (path: string): Uint8Array | undefined => (pages.find(path) as StaticFile).codings.gzip;
  // What is there already waits for nothing.
  expect([gzipOf('/a/packed.js'), gzipOf('/a/other.js')]).toEqual([packed, undefined]);
  await pages.compressed;
  expect([gzipOf('/a/packed.js'), gzipOf('/a/other.js')]).toEqual([
    packed,
    new Uint8Array(gzipSync(bytes, { level: 9 })),
  ]);
});

it('[PLN-9] leads who has no scripts to the other addresses where there are no forms, if there are others', async () => {
  const html = '{{^forms}}none{{#several}}{{#origins}}<a href="{{origin}}/"></a>{{/origins}}{{/several}}{{/forms}}';
  const served = async (addresses: readonly string[], forms: boolean): Promise<string> => {
    const servers = verifiedRoster.servers.map((server) => ({ ...server, addresses }));
    return fillPage({ html, language: 'en', list: 'english' }, { ...verifiedRoster, servers }, { forms });
  };
  const [one, mirror] = ['https://one.example', 'https://mirror.example'] as const;
  expect(await served([one, mirror], false)).toBe(`none<a href="${one}/"></a><a href="${mirror}/"></a>`);
  expect(await served([one], false)).toBe('none');
  expect(await served([one, mirror], true)).toBe('');
});

describe('the pages of campaigns', () => {
  it('stay as they are while one that is listed is missing, and are made anew when it has come or a day has passed', async () => {
    const pages = new Pages(built, undefined);
    await pages.fill(roster);
    const codings = (): unknown[] => paths.map((path) => (pages.find(path) as StaticFile | null)?.codings);
    let looked = 0;
    const fill = async (on: number, found: readonly VerifiedCampaign[]): Promise<unknown[]> => {
      const campaigns = async () => {
        looked += 1;
        return { campaigns: found, newer: null };
      };
      await pages.fillCampaigns(on, {
        campaigns,
        hasNewer: async () => false,
        film: async () => null,
        piece: async () => null,
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

  it.each([
    ['ask for a later roster, which may withdraw one, at each look of a day', roster, both, 2],
    ['ask for no later roster where the roster lists none', { ...roster, campaigns: [] }, [], 0],
  ] as const)('%s', async (_, of, listed, asked) => {
    const pages = new Pages(built, undefined);
    await pages.fill(of);
    let questions = 0;
    const source = {
      campaigns: async () => ({ campaigns: listed, newer: null }),
      hasNewer: async () => {
        questions += 1;
        return false;
      },
      film: async () => null,
      piece: async () => null,
    };
    const look = () => pages.fillCampaigns(day, source);
    expect([await look(), await look(), await look(), questions]).toEqual([true, false, false, asked]);
    await pages.compressed;
  });

  it('stand without a film that is missing, and are made anew when it has come', async () => {
    const [call] = both.map((campaign) => ({ ...campaign, film: documentHash(new Uint8Array(32)) }));
    if (call === undefined) throw new Error('one call');
    const pages = new Pages(built, undefined);
    await pages.fill({ ...roster, campaigns: [call] });
    const title = (): unknown => (pages.find('/c/hospital/en') as StaticFile | null)?.codings;
    const fill = async (film: ListedFilm | null): Promise<unknown> => {
      await pages.fillCampaigns(day, {
        campaigns: async () => ({ campaigns: [call], newer: null }),
        hasNewer: async () => false,
        film: async () => film,
        piece: async () => null,
      });
      return title();
    };
    const without = await fill(null);
    expect(without).toBeDefined();
    expect(await fill(null)).toBe(without);
    const video = `/c/hospital/${'00'.repeat(32)}/video.mp4`;
    expect(pages.films.findFilm(video)).toBe(null);
    const document = new Uint8Array(1);
    const whole = await fill({ document, film: sampleFilm(['ar', 'en', 'zh-Hans']) });
    expect(whole).not.toBe(without);
    expect(pages.films.findFilm(video)?.film.bytes).toBe(1);
    expect(await fill(null)).toBe(whole);
    await pages.compressed;
  });

  it('[HTTP-8] [PLN-14] have a form for who has no scripts where there is that mode, but not at the address that takes none', async () => {
    const onion = `http://${'mkw7'.repeat(14)}.onion`;
    for (const [hasForms, shown] of [
      [true, onion],
      [true, null],
      [false, null],
    ] as const) {
      const pages = new Pages(built, undefined, hasForms, shown);
      await pages.fill(roster);
      await pages.fillCampaigns(day, {
        campaigns: async () => ({ campaigns: both, newer: null }),
        hasNewer: async () => false,
        film: async () => null,
        piece: async () => null,
      });
      const said = (file: StaticFile | 'no-roster' | null): unknown =>
        file === null || file === 'no-roster'
          ? null
          : [
              Buffer.from(file.codings.identity).includes('<form>'),
              file.headers?.join().includes("form-action 'self'"),
            ];
      const path = '/c/harbour/en';
      expect([said(pages.find(path)), said(pages.findClear(path))]).toEqual([
        [hasForms, hasForms],
        shown === null ? null : [false, false],
      ]);
      await pages.compressed;
    }
  });
});
